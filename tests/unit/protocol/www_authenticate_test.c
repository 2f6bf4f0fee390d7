/* SPDX-License-Identifier: MIT */
#include "protocol/www_authenticate.h"

#include "arena_group.h"

#define ERROR	"error=\"insufficient_claims\""

/* The claims of the challenge that lacks some. */
static const char *
claims_of(const char *value)
{
	return www_authenticate_bearer(&a, value, "insufficient_claims", "claims");
}

static void
gives(const char *value, const char *claims)
{
	const char *got = claims_of(value);

	if (got == NULL || strcmp(got, claims) != 0)
		fail_msg("%s gives %s, not %s", value, got == NULL ? "nothing" : got, claims);
}

static void
gives_nothing(const char *value)
{
	const char *got = claims_of(value);

	if (got != NULL)
		fail_msg("%s gives %s", value, got);
}

static void
a_bearer_challenge_gives_its_parameter(UNUSED void **state)
{
	const char *value = "Bearer realm=\"\", authorization_uri=\"https://login.example/a\", " ERROR
	    ", claims=\"x\"";

	gives(value, "x");
	assert_string_equal(www_authenticate_bearer(&a, value, "insufficient_claims",
	    "authorization_uri"), "https://login.example/a");
	gives("Bearer " ERROR ", claims=\"\"", "");
}

static void
without_that_error_or_that_parameter_there_is_none(UNUSED void **state)
{
	assert_null(claims_of(NULL));
	gives_nothing("Bearer claims=\"x\"");
	gives_nothing("Bearer " ERROR);
	gives_nothing("Bearer error=\"invalid_token\", claims=\"x\"");
	gives_nothing("Bearer error=\"insufficient_claims_\", claims=\"x\"");
	gives_nothing("Bearer error=\"INSUFFICIENT_CLAIMS\", claims=\"x\"");
	gives_nothing("Bearer " ERROR ", xclaims=\"x\", claimsx=\"x\"");
}

static void
rfc9110_s11_6_1_other_schemes_stand_before_and_after(UNUSED void **state)
{
	gives("Basic realm=\"a\", Bearer " ERROR ", claims=\"x\"", "x");
	gives("Negotiate, Bearer " ERROR ", claims=\"x\"", "x");
	gives("Negotiate YIIB==, Bearer " ERROR ", claims=\"x\"", "x");
	gives("NTLM TlRMTVNTUAAB, Digest realm=\"r\", nonce=\"n\", Bearer " ERROR ", claims=\"x\"", "x");
	gives("Bearer " ERROR ", claims=\"x\", Basic realm=\"a\"", "x");
	gives("Bearer " ERROR ", claims=\"x\", Negotiate", "x");
	gives("Bearer " ERROR ", claims=\"x\", DPoP " ERROR ", claims=\"other\"", "x");
}

static void
what_another_scheme_says_is_not_the_bearers(UNUSED void **state)
{
	gives_nothing("Basic " ERROR ", claims=\"x\"");
	gives_nothing("Bearers " ERROR ", claims=\"x\"");
	gives_nothing("DPoP " ERROR ", Bearer claims=\"x\"");
	gives_nothing("DPoP claims=\"x\", Bearer " ERROR);
	gives_nothing("Bearer " ERROR ", DPoP claims=\"x\"");
	gives_nothing("Bearer claims=\"x\", DPoP " ERROR);
	gives_nothing(ERROR ", claims=\"x\"");
}

static void
of_several_bearer_challenges_the_first_with_that_error_counts(UNUSED void **state)
{
	gives("Bearer realm=\"\", error=\"invalid_token\", claims=\"not\", Bearer " ERROR
	    ", claims=\"x\"", "x");
	gives("Bearer claims=\"not\", Bearer " ERROR ", claims=\"x\"", "x");
	gives("Bearer " ERROR ", Bearer " ERROR ", claims=\"x\"", "x");
	gives("Bearer " ERROR ", claims=\"x\", Bearer " ERROR ", claims=\"not\"", "x");
	gives("Bearer " ERROR ", claims=\"x\", Bearer error=\"invalid_token\", claims=\"not\"", "x");
	gives_nothing("Bearer claims=\"not\", Bearer " ERROR);
}

static void
rfc9110_s11_2_order_case_and_blanks_do_not_matter(UNUSED void **state)
{
	gives("Bearer claims=\"x\", realm=\"\", " ERROR, "x");
	gives("bEARER Claims=\"x\", ERROR=\"insufficient_claims\"", "x");
	gives("Bearer error = \"insufficient_claims\" ,claims\t=\t\"x\"", "x");
	gives(",, ,Bearer ,, " ERROR ",,,claims=\"x\",,", "x");
	gives("Bearer " ERROR " claims=\"x\"", "x");
}

static void
rfc9110_s5_6_4_a_quoted_string_may_hold_anything(UNUSED void **state)
{
	gives("Bearer " ERROR ", claims=\"a\\\"b\\\\c\\d\"", "a\"b\\cd");
	gives("Bearer " ERROR ", claims=\"a, b=c\"", "a, b=c");
	gives("Bearer realm=\"Bearer error=x, claims=y\", " ERROR ", claims=\"x\"", "x");
	gives_nothing("Bearer realm=\", Bearer error=insufficient_claims, claims=y\"");
	gives_nothing("Bearer realm=\"\\\", Bearer error=insufficient_claims, claims=y\"");
}

static void
a_value_without_quotes_may_end_in_equals_signs(UNUSED void **state)
{
	gives("Bearer error=insufficient_claims, claims=eyJhIjoxfQ==", "eyJhIjoxfQ==");
	gives("Bearer claims=eyJhIjoxfQ==, error=insufficient_claims", "eyJhIjoxfQ==");
	gives("Bearer claims=a+b/c=,error=insufficient_claims,Basic", "a+b/c=");
}

static void
a_quote_that_is_missing_loses_no_more_than_it_must(UNUSED void **state)
{
	gives("Bearer " ERROR ", claims=\"x", "x");
	gives("Bearer " ERROR ", claims=\"x\\", "x\\");
	gives("Bearer " ERROR ", claims=\"", "");
	gives("Bearer " ERROR ", claims=", "");
	gives("Bearer " ERROR ", claims=x\"", "x\"");
	gives_nothing("Bearer claims=\"x, " ERROR);
}

static void
one_that_is_too_long_says_nothing(UNUSED void **state)
{
	const char *head = "Bearer " ERROR ", claims=";
	size_t most = WWW_AUTHENTICATE_MAX - strlen(head);

	gives(arena_printf(&a, "%s%s", head, many('x', most)), many('x', most));
	gives_nothing(arena_printf(&a, "%s%s", head, many('x', most + 1)));
}

static void
garbage_gives_nothing(UNUSED void **state)
{
	static const char *const values[] = {
		"", " ", ",", ",,,", "=", "==", "=,=", "\"", "\"\"", "\"\"\"", "\\", "\\\"", "Bearer",
		"Bearer=", "Bearer ", "Bearer ,,,=", "Bearer error", "Bearer error=", "Bearer =x",
		"Bearer \"insufficient_claims\"", "insufficient_claims", "\x7f\x01\xff", "Bearer \xff=\xff",
		"{\"error\":\"insufficient_claims\",\"claims\":\"x\"}", "Bearer error:insufficient_claims",
	};

	for (size_t i = 0; i < COUNT(values); i++)
		gives_nothing(values[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bearer_challenge_gives_its_parameter),
		cmocka_unit_test(without_that_error_or_that_parameter_there_is_none),
		cmocka_unit_test(rfc9110_s11_6_1_other_schemes_stand_before_and_after),
		cmocka_unit_test(what_another_scheme_says_is_not_the_bearers),
		cmocka_unit_test(of_several_bearer_challenges_the_first_with_that_error_counts),
		cmocka_unit_test(rfc9110_s11_2_order_case_and_blanks_do_not_matter),
		cmocka_unit_test(rfc9110_s5_6_4_a_quoted_string_may_hold_anything),
		cmocka_unit_test(a_value_without_quotes_may_end_in_equals_signs),
		cmocka_unit_test(a_quote_that_is_missing_loses_no_more_than_it_must),
		cmocka_unit_test(one_that_is_too_long_says_nothing),
		cmocka_unit_test(garbage_gives_nothing),
	};

	return RUN(tests, open_arena, close_arena);
}
