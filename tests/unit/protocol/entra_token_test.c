/* SPDX-License-Identifier: MIT */
#include "protocol/entra_token.h"

#include "base/base64url.h"

#include "../test.h"
#include "entra_expect.h"

static struct entra_identity
identity_of(checker *check, const char *text)
{
	AUTO(json) struct json_object *claims = json_parse(&a, text, strlen(text));
	struct entra_identity out;
	const char *why = "";

	assert_true(check(&a, claims, &expected, &out, &why));
	return out;
}

static void
a_good_token_tells_who_it_is_about(UNUSED void **state)
{
	struct entra_identity id = identity_of(entra_id_token_check, ID_TOKEN);
	struct entra_identity v1 = identity_of(entra_access_token_check, ACCESS_V1);
	struct entra_identity v2 = identity_of(entra_access_token_check, ACCESS_V2);

	assert_string_equal(id.tenant_id, TENANT);
	assert_string_equal(id.object_id, ALICE);
	assert_string_equal(id.name, "Alice Example");
	assert_string_equal(id.username, "alice@contoso.example");
	assert_int_equal(id.expires_at, 1800003600);
	assert_string_equal(v1.object_id, ALICE);
	assert_string_equal(v1.name, "");
	assert_string_equal(v1.username, "alice@contoso.example");
	assert_string_equal(v2.object_id, ALICE);
	assert_string_equal(v2.name, "Alice Example");
	assert_string_equal(v2.username, "");
}

static const char *
sid_of(const char *value)
{
	AUTO(json) struct json_object *claims = altered(&a, ID_TOKEN, "sid", value);
	struct entra_identity out;
	const char *why;

	assert_true(entra_id_token_check(&a, claims, &expected, &out, &why));
	return out.sid;
}

static void
a_session_id_that_is_absent_or_odd_counts_as_none(UNUSED void **state)
{
	static const char *const odd[] = { NULL, "\"\"", "1", "null", "[\"x\"]", "\"a\\nb\"",
	    "\"\\u00e4\"", "\"\\u007f\"" };
	char longest[ENTRA_SID_MAX + 3];

	for (size_t i = 0; i < COUNT(odd); i++)
		assert_string_equal(sid_of(odd[i]), "");
	assert_string_equal(sid_of("\"" ALICE "\""), ALICE);
	memset(longest, 'x', sizeof longest);
	longest[0] = longest[sizeof longest - 2] = '"';
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(strlen(sid_of(longest)), ENTRA_SID_MAX);
	assert_string_equal(sid_of(arena_printf(&a, "\"x%s", longest + 1)), "");
}

static void
the_issuer_must_be_that_of_the_version(UNUSED void **state)
{
	assert_string_equal(access_v1("iss", "\"" V2 "\""), BAD_ISS);
	assert_string_equal(access_v2("iss", "\"" V1 "\""), BAD_ISS);
	assert_string_equal(access_v1("ver", "\"2.0\""), BAD_ISS);
	assert_string_equal(access_v2("ver", "\"1.0\""), BAD_ISS);
	assert_string_equal(id_token("iss", "\"" V1 "\""), BAD_ID_ISS);
	assert_string_equal(id_token("ver", "\"1.0\""), BAD_ID_ISS);
}

static void
the_version_must_be_known(UNUSED void **state)
{
	static const char *const values[] = { NULL, "\"\"", "\"3.0\"", "\"2\"", "2.0", "null" };

	for (size_t i = 0; i < COUNT(values); i++) {
		assert_string_equal(id_token("ver", values[i]), BAD_ID_ISS);
		assert_string_equal(access_v1("ver", values[i]), BAD_ISS);
		assert_string_equal(access_v2("ver", values[i]), BAD_ISS);
	}
}

static void
the_issuer_is_compared_exactly(UNUSED void **state)
{
	static const char *const values[] = {
		NULL, "null", "[\"" V2 "\"]", "\"\"", "\"" V2 "/\"",
		"\"https://login.microsoftonline.com/{tenantid}/v2.0\"",
		"\"https://login.microsoftonline.com/" OTHER "/v2.0\"",
		"\"http://login.microsoftonline.com/" TENANT "/v2.0\"",
		"\"https://sts.windows.net/" TENANT "\"", "\"https://sts.windows.net/" OTHER "/\"",
	};

	for (size_t i = 0; i < COUNT(values); i++) {
		assert_string_equal(id_token("iss", values[i]), BAD_ID_ISS);
		assert_string_equal(access_v1("iss", values[i]), BAD_ISS);
		assert_string_equal(access_v2("iss", values[i]), BAD_ISS);
	}
}

static void
rfc7519_s4_1_4_exp_is_the_first_second_too_late_give_or_take_the_skew(UNUSED void **state)
{
	assert_all_accept("exp", "1799999701");
	assert_all_refuse("exp", "1799999700", BAD_EXP);	/* NOW - 300 */
	assert_all_refuse("exp", "0", BAD_EXP);
	assert_all_refuse("exp", "-1", BAD_EXP);
	assert_all_accept("exp", "9223372036854775806");
}

static void
rfc7519_s4_1_5_nbf_is_the_first_second_of_use_give_or_take_the_skew(UNUSED void **state)
{
	assert_all_accept("nbf", "1800000300");			/* NOW + 300 */
	assert_all_refuse("nbf", "1800000301", BAD_NBF);
	assert_all_refuse("nbf", "9223372036854775806", BAD_NBF);
}

static void
times_that_are_absent_or_no_integers_are_refused(UNUSED void **state)
{
	static const char *const values[] = { NULL, "null", "\"1799999999\"", "true", "[1799999999]" };

	for (size_t i = 0; i < COUNT(values); i++) {
		assert_all_refuse("exp", values[i], BAD_EXP);
		assert_all_refuse("nbf", values[i], BAD_NBF);
	}
}

static void
the_tenant_is_ours(UNUSED void **state)
{
	struct entra_expectation no_guid = expected;

	assert_all_refuse("tid", NULL, BAD_TID);
	assert_all_refuse("tid", "\"" OTHER "\"", BAD_TID);
	assert_all_refuse("tid", "\"9188040d-6c67-4c5b-b112-36a304b66dad\"", BAD_TID);
	assert_all_refuse("tid", "[\"" TENANT "\"]", BAD_TID);
	no_guid.tenant_id = "common";
	assert_string_equal(verdict_under(&no_guid, entra_id_token_check, ID_TOKEN, "tid",
	    "\"common\""), BAD_TID);
}

static void
the_object_id_is_a_guid_in_its_one_spelling(UNUSED void **state)
{
	static const char *const values[] = {
		NULL, "null", "\"\"", "\"alice\"", "\"AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA\"",
		"\"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa\"", "\"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaaa\"",
		"\"aaaaaaaaaaaaa-4aaa-8aaa-aaaaaaaaaaaa\"", "\"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaag\"",
		"\"{aaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa}\"", "[\"" ALICE "\"]",
	};

	for (size_t i = 0; i < COUNT(values); i++)
		assert_all_refuse("oid", values[i], BAD_OID);
}

static void
an_expectation_left_out_refuses(UNUSED void **state)
{
	struct entra_expectation e = expected;

	e.issuer_v1 = NULL;
	assert_string_equal(verdict_under(&e, entra_access_token_check, ACCESS_V1, "iss", NULL), BAD_ISS);
	assert_string_equal(verdict_under(&e, entra_access_token_check, ACCESS_V1, "x", "1"), BAD_ISS);
	assert_null(verdict_under(&e, entra_access_token_check, ACCESS_V2, "x", "1"));
	e = expected;
	e.audience = NULL;
	assert_string_equal(verdict_under(&e, entra_access_token_check, ACCESS_V2, "x", "1"), BAD_AUD);
	e = expected;
	e.client_id = NULL;
	assert_string_equal(verdict_under(&e, entra_id_token_check, ID_TOKEN, "aud", NULL), BAD_ID_AUD);
	e = expected;
	e.tenant_id = NULL;
	assert_string_equal(verdict_under(&e, entra_id_token_check, ID_TOKEN, "x", "1"), BAD_TID);
}

/* By json_parse, before any check sees one of the two. */
static void
rfc7519_s4_a_claim_given_twice_is_refused(UNUSED void **state)
{
	const char *text = arena_printf(&a, "{\"tid\":\"%s\",%s", OTHER, &ID_TOKEN[1]);

	assert_null(json_parse(&a, text, strlen(text)));
}

static void
what_is_no_object_is_refused(UNUSED void **state)
{
	AUTO(json) struct json_object *array = json_parse(&a, "[]", 2);
	struct entra_identity out;
	const char *why;

	assert_false(entra_id_token_check(&a, NULL, &expected, &out, &why));
	assert_false(entra_access_token_check(&a, NULL, &expected, &out, &why));
	assert_false(entra_id_token_check(&a, array, &expected, &out, &why));
	assert_false(entra_access_token_check(&a, array, &expected, &out, &why));
}

/* The tenant of a token with those claims, which nobody has verified. */
static const char *
tenant_of(const char *claims)
{
	return entra_token_tenant(&a, arena_printf(&a, "eyJhbGciOiJSUzI1NiJ9.%s.c2ln",
	    base64url_encode(&a, claims, strlen(claims))));
}

static void
a_token_names_its_tenant_by_a_guid_or_not_at_all(UNUSED void **state)
{
	static const char *const claims[] = { "{}", "null", "[]", "{\"tid\":null}", "{\"tid\":\"common\"}",
	    "{\"tid\":\"../../x\"}", "{\"tid\":[\"" TENANT "\"]}", "{\"tid\":\"" TENANT "/\"}",
	    "{\"tid\":\"AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA\"}",
	    "{\"tid\":\"" TENANT "\",\"tid\":\"" OTHER "\"}" };

	assert_string_equal(tenant_of(ID_TOKEN), TENANT);
	assert_string_equal(tenant_of("{\"tid\":\"" OTHER "\"}"), OTHER);
	for (size_t i = 0; i < COUNT(claims); i++)
		if (tenant_of(claims[i]) != NULL)
			fail_msg("taken: %s", claims[i]);
	assert_null(entra_token_tenant(&a, ""));
	assert_null(entra_token_tenant(&a, "opaque"));
	assert_null(entra_token_tenant(&a, "a.b.c"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_token_tells_who_it_is_about),
		cmocka_unit_test(a_session_id_that_is_absent_or_odd_counts_as_none),
		cmocka_unit_test(the_issuer_must_be_that_of_the_version),
		cmocka_unit_test(the_version_must_be_known),
		cmocka_unit_test(the_issuer_is_compared_exactly),
		cmocka_unit_test(rfc7519_s4_1_4_exp_is_the_first_second_too_late_give_or_take_the_skew),
		cmocka_unit_test(rfc7519_s4_1_5_nbf_is_the_first_second_of_use_give_or_take_the_skew),
		cmocka_unit_test(times_that_are_absent_or_no_integers_are_refused),
		cmocka_unit_test(the_tenant_is_ours),
		cmocka_unit_test(the_object_id_is_a_guid_in_its_one_spelling),
		cmocka_unit_test(an_expectation_left_out_refuses),
		cmocka_unit_test(rfc7519_s4_a_claim_given_twice_is_refused),
		cmocka_unit_test(what_is_no_object_is_refused),
		cmocka_unit_test(a_token_names_its_tenant_by_a_guid_or_not_at_all),
	};

	return RUN(tests, open_arena, close_arena);
}
