/* SPDX-License-Identifier: MIT */
#include "protocol/client_keys.h"

#include "arena_group.h"
#include "client_signing.h"

static struct json_object *set;

static struct json_object *
set_of(const char *keys)
{
	const char *text = arena_printf(&a, "{\"keys\":[%s]}", keys);

	json_auto(&set);
	set = json_parse(&a, text, strlen(text));
	assert_non_null(set);
	return set;
}

static bool
finds(EVP_PKEY *key, const char *alg, const char *kid, size_t n)
{
	AUTO(pkey) EVP_PKEY *found = client_keys_find(&a, set, alg, kid, n);

	return key == NULL ? found == NULL : found != NULL && EVP_PKEY_eq(found, key) == 1;
}

static void
a_key_is_found_by_algorithm_and_kid(UNUSED void **state)
{
	(void)set_of(arena_printf(&a, "%s,%s,%s", jwk_of(&a, rsa, ",\"kid\":\"one\""),
	    jwk_of(&a, p256, ",\"kid\":\"two\""), jwk_of(&a, other_rsa, ",\"use\":\"sig\"")));
	assert_true(finds(rsa, "RS256", "one", 0));
	assert_true(finds(rsa, "PS256", "one", 0));
	assert_true(finds(NULL, "RS256", "one", 1));
	assert_true(finds(p256, "ES256", "two", 0));
	assert_true(finds(NULL, "RS256", "two", 0));
	assert_true(finds(NULL, "RS256", "three", 0));
	assert_true(finds(rsa, "RS256", NULL, 0));
	assert_true(finds(other_rsa, "RS256", NULL, 1));
	assert_true(finds(NULL, "RS256", NULL, 2));
	assert_true(finds(NULL, "HS256", NULL, 0));
}

static void
a_key_for_something_else_is_passed_over(UNUSED void **state)
{
	static const char *const more[] = { ",\"use\":\"enc\"", ",\"use\":7", ",\"alg\":\"RS512\"",
	    ",\"alg\":\"PS256\"", ",\"alg\":null" };

	for (size_t i = 0; i < COUNT(more); i++) {
		(void)set_of(jwk_of(&a, rsa, more[i]));
		assert_true(finds(NULL, "RS256", NULL, 0));
	}
	(void)set_of(jwk_of(&a, p384, ""));
	assert_true(finds(NULL, "ES256", NULL, 0));
}

static void
a_point_that_is_not_on_the_curve_is_no_key(UNUSED void **state)
{
	const char *x = base64url_encode(&a, many('\1', 32), 32);

	(void)set_of(arena_printf(&a, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", x, x));
	assert_true(finds(NULL, "ES256", NULL, 0));
	(void)set_of(arena_printf(&a, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"AA\"}", x));
	assert_true(finds(NULL, "ES256", NULL, 0));
	assert_false(client_keys_valid(&a, set));
}

static void
a_set_is_public_bounded_and_of_use(UNUSED void **state)
{
	const char *all = jwk_of(&a, rsa, "");

	assert_true(client_keys_valid(&a, set_of(jwk_of(&a, rsa, ""))));
	assert_true(client_keys_valid(&a, set_of(jwk_of(&a, p256, ",\"alg\":\"ES256\""))));
	assert_true(client_keys_valid(&a, set_of(jwk_of(&a, rsa, ",\"alg\":\"PS256\""))));
	assert_false(client_keys_valid(&a, set_of("")));
	assert_false(client_keys_valid(&a, set_of("7,null,\"x\"")));
	assert_false(client_keys_valid(&a, set_of(jwk_of(&a, rsa, ",\"d\":\"AA\""))));
	assert_false(client_keys_valid(&a, set_of(arena_printf(&a, "%s,{\"kty\":\"oct\",\"k\":\"AA\"}",
	    jwk_of(&a, rsa, "")))));
	assert_false(client_keys_valid(&a, NULL));
	for (size_t i = 1; i < CLIENT_KEYS_MAX; i++)
		all = arena_printf(&a, "%s,{}", all);
	assert_true(client_keys_valid(&a, set_of(all)));
	assert_false(client_keys_valid(&a, set_of(arena_printf(&a, "%s,{}", all))));
}

static void
a_pem_holds_one_public_key(UNUSED void **state)
{
	AUTO(pkey) EVP_PKEY *one = client_keys_pem(pem_of(&a, rsa));
	AUTO(pkey) EVP_PKEY *two = client_keys_pem(pem_of(&a, p256));

	assert_int_equal(EVP_PKEY_eq(one, rsa), 1);
	assert_int_equal(EVP_PKEY_eq(two, p256), 1);
	assert_null(client_keys_pem(pem_of(&a, p384)));
	assert_null(client_keys_pem("{\"keys\":[]}"));
	assert_null(client_keys_pem(""));
}

static int
open_all(void **state)
{
	return make_keys(state) + open_arena(state);
}

static int
close_all(void **state)
{
	json_auto(&set);
	free_keys();
	return close_arena(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_found_by_algorithm_and_kid),
		cmocka_unit_test(a_key_for_something_else_is_passed_over),
		cmocka_unit_test(a_point_that_is_not_on_the_curve_is_no_key),
		cmocka_unit_test(a_set_is_public_bounded_and_of_use),
		cmocka_unit_test(a_pem_holds_one_public_key),
	};

	return RUN(tests, open_all, close_all);
}
