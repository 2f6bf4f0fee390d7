/* SPDX-License-Identifier: MIT */
#include "protocol/jws_verify.h"

#include "arena_group.h"
#include "client_signing.h"

#define HEADER	"{}"
#define CLAIMS	"{\"sub\":\"a client\"}"

static bool
verifies(const char *token, const char *alg, EVP_PKEY *key)
{
	struct jws jws;

	assert_true(jws_split(&a, token, &jws));
	return jws_verify(&jws, alg, key);
}

static void
rfc7518_s3_1_each_algorithm_verifies_its_own(UNUSED void **state)
{
	assert_true(verifies(sign(&a, rsa, "RS256", HEADER, CLAIMS), "RS256", rsa));
	assert_true(verifies(sign(&a, rsa, "PS256", HEADER, CLAIMS), "PS256", rsa));
	assert_true(verifies(sign(&a, p256, "ES256", HEADER, CLAIMS), "ES256", p256));
}

static void
no_algorithm_stands_in_for_another(UNUSED void **state)
{
	static const char *const others[] = { "none", "", "HS256", "RS384", "RS512", "ES384", "rs256" };
	const char *rs = sign(&a, rsa, "RS256", HEADER, CLAIMS);

	assert_false(verifies(rs, "PS256", rsa));
	assert_false(verifies(sign(&a, rsa, "PS256", HEADER, CLAIMS), "RS256", rsa));
	assert_false(verifies(rs, "ES256", rsa));
	assert_false(verifies(sign(&a, p256, "ES256", HEADER, CLAIMS), "RS256", p256));
	assert_false(verifies(rs, "RS256", other_rsa));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(verifies(rs, others[i], rsa));
}

static void
each_character_of_a_signature_counts(UNUSED void **state)
{
	char *token = arena_string(&a, sign(&a, p256, "ES256", HEADER, CLAIMS));

	for (char *p = strrchr(token, '.') + 1; p[1] != '\0'; p++) {
		char was = *p;

		*p = was == 'A' ? 'E' : 'A';
		assert_false(verifies(token, "ES256", p256));
		*p = was;
	}
	assert_true(verifies(token, "ES256", p256));
}

static void
rfc7518_s3_4_a_signature_of_another_length_is_none(UNUSED void **state)
{
	const char *token = sign(&a, p256, "ES256", HEADER, CLAIMS);
	uint8_t zeros[65] = { 0 };
	size_t n = (size_t)(strrchr(token, '.') - token);

	for (size_t len = 1; len <= sizeof zeros; len++)
		assert_false(verifies(arena_printf(&a, "%.*s.%s", (int)n, token,
		    base64url_encode(&a, zeros, len)), "ES256", p256));
}

static void
keys_of_another_kind_or_strength_do_not_fit(UNUSED void **state)
{
	EVP_PKEY *weak = EVP_RSA_gen(1024);

	assert_false(jws_key_fits(weak, "RS256"));
	assert_false(jws_key_fits(p384, "ES256"));
	assert_false(jws_key_fits(p256, "RS256"));
	assert_false(jws_key_fits(rsa, "ES256"));
	assert_true(jws_key_fits(rsa, "PS256"));
	EVP_PKEY_free(weak);
}

static int
open_all(void **state)
{
	return make_keys(state) + open_arena(state);
}

static int
close_all(void **state)
{
	free_keys();
	return close_arena(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7518_s3_1_each_algorithm_verifies_its_own),
		cmocka_unit_test(no_algorithm_stands_in_for_another),
		cmocka_unit_test(each_character_of_a_signature_counts),
		cmocka_unit_test(rfc7518_s3_4_a_signature_of_another_length_is_none),
		cmocka_unit_test(keys_of_another_kind_or_strength_do_not_fit),
	};

	return RUN(tests, open_all, close_all);
}
