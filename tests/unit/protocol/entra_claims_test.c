/* SPDX-License-Identifier: MIT */
#include "protocol/entra_claims.h"

#include "base/base64url.h"

#include "arena_group.h"

#define DEMAND	"{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}"
#define CP1	"\"xms_cc\":{\"values\":[\"cp1\"]}"

static void
a_demand_is_an_object_and_comes_back_compact(UNUSED void **state)
{
	assert_string_equal(entra_claims_read(&a, DEMAND), DEMAND);
	assert_string_equal(entra_claims_read(&a,
	    " { \"access_token\" :\n{\"a\": [ 1 , true ],\t\"u\":\"https:\\/\\/x\" } } "),
	    "{\"access_token\":{\"a\":[1,true],\"u\":\"https://x\"}}");
}

static void
what_is_no_object_is_no_demand(UNUSED void **state)
{
	static const char *const texts[] = {
		NULL, "", " ", "null", "[]", "[{}]", "1", "true", "\"{}\"", "{", "{}{}", "{}x", "{'a':1}",
		"{\"a\":1,\"a\":2}", "{\"access_token\":{\"a\":1},\"access_token\":{\"a\":1}}", "{\"a\":\"\xff\"}", "{\"a\":\"\\u0000\"}", "<html>",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		if (entra_claims_read(&a, texts[i]) != NULL)
			fail_msg("taken: %s", texts[i]);
}

/* What is asked of the ID token, or of nobody that we know, is an upstream's wish alone. */
static void
of_a_demand_only_what_it_asks_of_the_access_token_is_kept(UNUSED void **state)
{
	static const char *const none[] = { "{}", "{\"a\":1}", "{\"id_token\":{\"auth_time\":null}}",
	    "{\"access_token\":null}", "{\"access_token\":[1]}", "{\"access_token\":\"x\"}",
	    "{\"access_token\":{}}", "{\"access_token\":{" CP1 "}}" };

	assert_string_equal(entra_claims_read(&a, "{\"id_token\":{\"auth_time\":{\"essential\":true}},"
	    "\"access_token\":{\"a\":1},\"userinfo\":{}}"), "{\"access_token\":{\"a\":1}}");
	for (size_t i = 0; i < COUNT(none); i++)
		if (entra_claims_read(&a, none[i]) != NULL)
			fail_msg("taken: %s", none[i]);
}

static void
the_capability_is_ours_to_declare_and_nobody_demands_it(UNUSED void **state)
{
	assert_string_equal(entra_claims_read(&a, "{\"access_token\":{" CP1 ",\"a\":1}}"),
	    "{\"access_token\":{\"a\":1}}");
	assert_string_equal(entra_claims_read(&a, "{\"access_token\":{\"a\":1,\"xms_cc\":null}}"),
	    "{\"access_token\":{\"a\":1}}");
}

/* A demand of a claim whose value is so many bytes long. */
static const char *
long_demand(size_t n)
{
	return arena_printf(&a, "{\"access_token\":{\"a\":\"%s\"}}", many('x', n));
}

static void
a_demand_is_of_bounded_size(UNUSED void **state)
{
	size_t most = ENTRA_CLAIMS_MAX - strlen(long_demand(0));

	assert_int_equal(ENTRA_CLAIMS_MAX, 1024);
	assert_non_null(entra_claims_read(&a, long_demand(most)));
	assert_null(entra_claims_read(&a, long_demand(most + 1)));
	assert_non_null(entra_claims_read(&a, arena_printf(&a, "%s%s", DEMAND, many(' ', ENTRA_CLAIMS_MAX))));
	assert_null(entra_claims_read(&a, arena_printf(&a, "%s%s", DEMAND, many(' ', 4096))));
}

/* --- two demands ----------------------------------------------------------------------------------- */

static void
two_demands_become_one_that_asks_for_both(UNUSED void **state)
{
	assert_string_equal(entra_claims_union(&a, "{\"access_token\":{\"a\":1}}",
	    "{\"access_token\":{\"b\":{\"value\":\"x\"}}}"),
	    "{\"access_token\":{\"a\":1,\"b\":{\"value\":\"x\"}}}");
	assert_string_equal(entra_claims_union(&a, DEMAND, DEMAND), DEMAND);
}

/* Half of one value and half of the other would be a demand that nobody made. */
static void
of_a_claim_that_both_ask_for_the_laters_whole_value_counts(UNUSED void **state)
{
	assert_string_equal(entra_claims_union(&a,
	    "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"},\"nbf\":null}}",
	    "{\"access_token\":{\"acrs\":{\"values\":[\"c2\"]}}}"),
	    "{\"access_token\":{\"acrs\":{\"values\":[\"c2\"]},\"nbf\":null}}");
}

static void
a_union_that_is_too_long_or_of_what_is_no_demand_is_the_later(UNUSED void **state)
{
	const char *later = "{\"access_token\":{\"b\":1}}";
	size_t most = ENTRA_CLAIMS_MAX - strlen("{\"access_token\":{\"a\":\"\",\"b\":1}}");

	assert_int_equal(strlen(entra_claims_union(&a, long_demand(most), later)), ENTRA_CLAIMS_MAX);
	assert_string_equal(entra_claims_union(&a, long_demand(most + 1), later), later);
	assert_string_equal(entra_claims_union(&a, "", later), later);
	assert_string_equal(entra_claims_union(&a, "[]", later), later);
	assert_string_equal(entra_claims_union(&a, later, "[1]"), "[1]");
}

#define WHOLE	"{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"},\"nbf\":{\"value\":\"1\"}}}"

static void
a_demand_is_within_another_that_asks_for_all_of_it_in_the_same_words(UNUSED void **state)
{
	static const char *const parts[] = { WHOLE, DEMAND, "{}", "{\"access_token\":{}}",
	    "{\"access_token\":{\"nbf\":{\"value\":\"1\"}}}" };
	static const char *const others[] = { "", "[]", "{\"id_token\":{}}", "{\"access_token\":null}",
	    "{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}}",
	    "{\"access_token\":{\"nbf\":{\"value\":\"2\"}}}", "{\"access_token\":{\"nbf\":null}}",
	    "{\"access_token\":{\"nbf\":{\"value\":\"1\"},\"iat\":null}}" };

	for (size_t i = 0; i < COUNT(parts); i++)
		if (!entra_claims_within(&a, parts[i], WHOLE))
			fail_msg("not within: %s", parts[i]);
	for (size_t i = 0; i < COUNT(others); i++)
		if (entra_claims_within(&a, others[i], WHOLE))
			fail_msg("within: %s", others[i]);
	assert_false(entra_claims_within(&a, WHOLE, DEMAND));
	assert_false(entra_claims_within(&a, DEMAND, ""));
}

/* --- challenges ------------------------------------------------------------------------------------ */

/* The demand in a challenge with those claims. */
static const char *
challenged(const char *claims)
{
	return entra_claims_challenge(&a, arena_printf(&a, "Bearer realm=\"\", "
	    "error=\"insufficient_claims\", claims=\"%s\"", claims));
}

/* Its base64 has both characters in which the two alphabets differ, and padding. */
#define WIDE	"{\"access_token\":{\"a\":\"x?~?~?~>>>\xc3\xbf\xc3\xbfx\"}}"

static void
rfc4648_s4_and_s5_either_alphabet_is_read_with_or_without_padding(UNUSED void **state)
{
	char *padded = base64_encode(&a, WIDE, strlen(WIDE));
	const char *url = base64url_encode(&a, WIDE, strlen(WIDE));

	assert_non_null(strchr(padded, '+'));
	assert_non_null(strchr(padded, '/'));
	assert_non_null(strchr(padded, '='));
	assert_string_equal(challenged(padded), WIDE);
	assert_string_equal(challenged(url), WIDE);
	assert_string_equal(challenged(arena_printf(&a, "%s=", url)), WIDE);
	assert_string_equal(challenged(arena_copy(&a, padded, strcspn(padded, "="))), WIDE);
}

static void
a_demand_in_base64_without_quotes_is_read(UNUSED void **state)
{
	assert_string_equal(entra_claims_challenge(&a, "Bearer error=insufficient_claims, "
	    "claims=eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19, realm=x"), "{\"access_token\":{\"a\":1}}");
}

static void
a_challenge_that_demands_nothing_readable_has_no_demand(UNUSED void **state)
{
	static const char *const claims[] = {
		"", "=", "====", "{}", DEMAND, "e30 ", "e*30", "e", "bnVsbA==" /* null */, "W10=" /* [] */,
		"e30=" /* {} */, "eyJhIjoxfQ==" /* {"a":1} */,
		"eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MTJ9fR" /* bits left over */, "eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19AA" /* a NUL behind it */,
	};

	for (size_t i = 0; i < COUNT(claims); i++)
		if (challenged(claims[i]) != NULL)
			fail_msg("taken: %s", claims[i]);
	assert_non_null(challenged("eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19"));
	assert_null(entra_claims_challenge(&a, NULL));
	assert_null(entra_claims_challenge(&a, "Bearer error=\"insufficient_claims\""));
	assert_null(entra_claims_challenge(&a, "Bearer error=\"invalid_token\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19\""));
	assert_null(entra_claims_challenge(&a, "Basic error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19\""));
}

static void
the_parameter_is_the_demand_alone_without_the_capability(UNUSED void **state)
{
	assert_null(entra_claims_parameter(&a, NULL, false));
	assert_string_equal(entra_claims_parameter(&a, DEMAND, false), DEMAND);
}

static void
the_capability_is_declared_with_or_without_a_demand(UNUSED void **state)
{
	assert_string_equal(entra_claims_parameter(&a, NULL, true), "{\"access_token\":{" CP1 "}}");
	assert_string_equal(entra_claims_parameter(&a, "{}", true), "{\"access_token\":{" CP1 "}}");
	assert_string_equal(entra_claims_parameter(&a, "{\"id_token\":{\"auth_time\":null}}", true),
	    "{\"id_token\":{\"auth_time\":null},\"access_token\":{" CP1 "}}");
}

static void
the_capability_stands_beside_what_is_demanded_of_the_access_token(UNUSED void **state)
{
	assert_string_equal(entra_claims_parameter(&a, DEMAND, true),
	    "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}," CP1 "}}");
	assert_string_equal(entra_claims_parameter(&a,
	    "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\"}},\"userinfo\":{}}", true),
	    "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\"}," CP1 "},\"userinfo\":{}}");
	assert_string_equal(entra_claims_parameter(&a, "{\"access_token\":{\"xms_cc\":null}}", true),
	    "{\"access_token\":{" CP1 "}}");
}

static void
a_demand_that_is_not_what_it_should_be_loses_no_capability(UNUSED void **state)
{
	static const char *const demands[] = { "{\"access_token\":null}", "{\"access_token\":[1]}",
	    "{\"access_token\":\"x\"}", "[]", "null", "{", "" };

	for (size_t i = 0; i < COUNT(demands); i++)
		assert_string_equal(entra_claims_parameter(&a, demands[i], true),
		    "{\"access_token\":{" CP1 "}}");
}

/* Whether an access token with those claims meets a demand of acrs. */
static bool
meets(const char *acrs, const char *claims)
{
	return entra_claims_met(&a, arena_printf(&a, "{\"access_token\":{\"acrs\":%s}}", acrs),
	    arena_printf(&a, "eyJhbGciOiJSUzI1NiJ9.%s.c2ln",
	    base64url_encode(&a, claims, strlen(claims))));
}

static void
oidc_core_s5_5_1_a_demanded_context_must_be_in_the_token(UNUSED void **state)
{
	const char *one = "{\"essential\":true,\"value\":\"c1\"}";

	assert_true(meets(one, "{\"acrs\":[\"c1\"]}"));
	assert_true(meets(one, "{\"acrs\":[\"p1\",\"c1\"]}"));
	assert_false(meets(one, "{\"acrs\":[\"c2\",\"c11\",\"C1\",\"\"]}"));
	assert_false(meets(one, "{\"acrs\":[]}"));
	assert_false(meets(one, "{\"acrs\":\"c1\"}"));
	assert_false(meets(one, "{\"acrs\":[[\"c1\"],1,null,{\"c1\":\"c1\"}]}"));
	assert_false(meets(one, "{}"));
}

static void
oidc_core_s5_5_1_one_of_several_demanded_contexts_is_enough(UNUSED void **state)
{
	const char *several = "{\"essential\":true,\"values\":[\"c1\",\"c2\"]}";

	assert_true(meets(several, "{\"acrs\":[\"c2\"]}"));
	assert_true(meets(several, "{\"acrs\":[\"c1\",\"c3\"]}"));
	assert_false(meets(several, "{\"acrs\":[\"c3\"]}"));
	assert_false(meets(several, "{}"));
	assert_false(meets("{\"values\":[1,null]}", "{\"acrs\":[\"1\"]}"));
	assert_true(meets("{\"essential\":true}", "{}"));
	assert_true(meets("null", "{}"));
}

/* Entra gives no token that lacks what it demands otherwise. */
static void
what_cannot_be_seen_in_a_token_is_met(UNUSED void **state)
{
	assert_true(entra_claims_met(&a, "{}", "opaque"));
	assert_true(entra_claims_met(&a, "{\"access_token\":{\"nbf\":{\"value\":\"1\"}}}", "opaque"));
	assert_true(entra_claims_met(&a, "{\"id_token\":{\"acrs\":{\"value\":\"c1\"}}}", "opaque"));
}

static void
a_token_that_cannot_be_read_meets_no_context(UNUSED void **state)
{
	static const char *const tokens[] = { "", "opaque", "a.b", "a.b.c",
	    "eyJhbGciOiJSUzI1NiJ9.bnVsbA.c2ln", "eyJhbGciOiJSUzI1NiJ9.W10.c2ln" };

	for (size_t i = 0; i < COUNT(tokens); i++)
		assert_false(entra_claims_met(&a, DEMAND, tokens[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_demand_is_an_object_and_comes_back_compact),
		cmocka_unit_test(what_is_no_object_is_no_demand),
		cmocka_unit_test(of_a_demand_only_what_it_asks_of_the_access_token_is_kept),
		cmocka_unit_test(the_capability_is_ours_to_declare_and_nobody_demands_it),
		cmocka_unit_test(a_demand_is_of_bounded_size),
		cmocka_unit_test(two_demands_become_one_that_asks_for_both),
		cmocka_unit_test(of_a_claim_that_both_ask_for_the_laters_whole_value_counts),
		cmocka_unit_test(a_union_that_is_too_long_or_of_what_is_no_demand_is_the_later),
		cmocka_unit_test(a_demand_is_within_another_that_asks_for_all_of_it_in_the_same_words),
		cmocka_unit_test(rfc4648_s4_and_s5_either_alphabet_is_read_with_or_without_padding),
		cmocka_unit_test(a_demand_in_base64_without_quotes_is_read),
		cmocka_unit_test(a_challenge_that_demands_nothing_readable_has_no_demand),
		cmocka_unit_test(the_parameter_is_the_demand_alone_without_the_capability),
		cmocka_unit_test(the_capability_is_declared_with_or_without_a_demand),
		cmocka_unit_test(the_capability_stands_beside_what_is_demanded_of_the_access_token),
		cmocka_unit_test(a_demand_that_is_not_what_it_should_be_loses_no_capability),
		cmocka_unit_test(oidc_core_s5_5_1_a_demanded_context_must_be_in_the_token),
		cmocka_unit_test(oidc_core_s5_5_1_one_of_several_demanded_contexts_is_enough),
		cmocka_unit_test(what_cannot_be_seen_in_a_token_is_met),
		cmocka_unit_test(a_token_that_cannot_be_read_meets_no_context),
	};

	return RUN(tests, open_arena, close_arena);
}
