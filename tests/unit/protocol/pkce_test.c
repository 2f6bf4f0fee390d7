/* SPDX-License-Identifier: MIT */
#include "protocol/pkce.h"

#include "arena_group.h"

#define VERIFIER	"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE	"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

static void
rfc7636_appendix_b_verifier_and_challenge_belong_together(UNUSED void **state)
{
	assert_string_equal(pkce_challenge(&a, VERIFIER), CHALLENGE);
	assert_true(pkce_verify(&a, VERIFIER, CHALLENGE));
}

static void
rfc7636_s4_6_anything_else_does_not_match(UNUSED void **state)
{
	assert_false(pkce_verify(&a, CHALLENGE, CHALLENGE));	/* plain is never accepted */
	assert_false(pkce_verify(&a, VERIFIER, VERIFIER));
	assert_false(pkce_verify(&a, VERIFIER, ""));
	assert_false(pkce_verify(&a, VERIFIER, CHALLENGE "="));
	assert_false(pkce_verify(&a, VERIFIER, "e9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
	assert_false(pkce_verify(&a, VERIFIER, NULL));
	assert_false(pkce_verify(&a, "", pkce_challenge(&a, "")));
	assert_false(pkce_verify(&a, "short", pkce_challenge(&a, "short")));
}

static void
rfc7636_s4_1_a_verifier_has_43_to_128_unreserved_characters(UNUSED void **state)
{
	assert_true(is_code_verifier(VERIFIER));
	assert_false(is_code_verifier(many('a', 42)));
	assert_true(is_code_verifier(many('a', 43)));
	assert_true(is_code_verifier(many('~', 128)));
	assert_false(is_code_verifier(many('a', 129)));
	assert_false(is_code_verifier(""));
	assert_true(is_code_verifier(
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"));
}

static void
rfc7636_s4_1_every_other_character_is_refused(UNUSED void **state)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (int c = 1; c < 256; c++) {
		char *verifier = many('a', 43);

		verifier[21] = (char)c;
		assert_int_equal(is_code_verifier(verifier), strchr(allowed, c) != NULL);
	}
}

static void
rfc7636_s4_2_a_challenge_is_43_characters_of_base64url(UNUSED void **state)
{
	assert_true(is_code_challenge(CHALLENGE));
	assert_false(is_code_challenge(many('a', 42)));
	assert_false(is_code_challenge(many('a', 44)));
	assert_false(is_code_challenge(""));
	assert_false(is_code_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"));
	assert_false(is_code_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw.cM"));
	assert_false(is_code_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstwcM="));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7636_appendix_b_verifier_and_challenge_belong_together),
		cmocka_unit_test(rfc7636_s4_6_anything_else_does_not_match),
		cmocka_unit_test(rfc7636_s4_1_a_verifier_has_43_to_128_unreserved_characters),
		cmocka_unit_test(rfc7636_s4_1_every_other_character_is_refused),
		cmocka_unit_test(rfc7636_s4_2_a_challenge_is_43_characters_of_base64url),
	};

	return RUN(tests, open_arena, close_arena);
}
