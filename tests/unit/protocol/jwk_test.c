/* SPDX-License-Identifier: MIT */
#include "protocol/jwk.h"

#include "base/base64url.h"

#include "../test.h"

static struct arena a;
static const char *n_2048;	/* an odd number of 2048 bits; nobody holds its key */

/* An odd number of that many bits, as a Base64urlUInt. */
static const char *
number_of(size_t bits, bool odd)
{
	size_t len = (bits + 7) / 8;
	uint8_t *bytes = arena_alloc(&a, len);

	memset(bytes, 0x5b, len);
	bytes[0] = (uint8_t)(1U << (bits - 1) % 8);
	bytes[len - 1] = odd ? 1 : 2;
	return base64url_encode(&a, bytes, len);
}

static int
open_arena(UNUSED void **state)
{
	arena_init(&a, 8 * 1024 * 1024);
	n_2048 = number_of(2048, true);
	return 0;
}

static int
close_arena(UNUSED void **state)
{
	arena_free(&a);
	return 0;
}

static EVP_PKEY *
find_in(const char *text, const char *kid, const char **issuer)
{
	AUTO(json) struct json_object *set = json_parse(&a, text, strlen(text));

	assert_non_null(set);
	return jwk_find(&a, set, kid, issuer);
}

static bool
set_is_valid(const char *text)
{
	AUTO(json) struct json_object *set = json_parse(&a, text, strlen(text));

	return jwk_set_valid(&a, set);
}

/* Whether a key of these members, "n" and "e" among them, is found; the two questions agree. */
static bool
usable(const char *members)
{
	const char *issuer, *text = arena_printf(&a, "{\"keys\":[{\"kid\":\"k\",%s}]}", members);
	AUTO(pkey) EVP_PKEY *key = find_in(text, "k", &issuer);

	assert_int_equal(set_is_valid(text), key != NULL);
	return key != NULL;
}

static bool
usable_numbers(const char *n, const char *e)
{
	return usable(arena_printf(&a, "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"", n, e));
}

static bool
usable_with(const char *member)
{
	return usable(arena_printf(&a, "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\",%s", n_2048, member));
}

static const char *
rsa(const char *kid, const char *more)
{
	return arena_printf(&a, "{\"kty\":\"RSA\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"AQAB\"%s}", kid,
	    n_2048, more);
}

static void
a_key_as_entra_publishes_it_is_found(UNUSED void **state)
{
	const char *as_entra = rsa("one", ",\"use\":\"sig\",\"x5t\":\"one\",\"x5c\":[\"MIIC\"],"
	    "\"issuer\":\"https://one/v2.0\"");
	const char *issuer = "", *text = arena_printf(&a, "{\"keys\":[%s,%s]}", as_entra,
	    rsa("two", ""));
	AUTO(pkey) EVP_PKEY *one = find_in(text, "one", &issuer);
	AUTO(pkey) EVP_PKEY *two = NULL;

	assert_non_null(one);
	assert_true(EVP_PKEY_is_a(one, "RSA"));
	assert_int_equal(EVP_PKEY_get_bits(one), 2048);
	assert_string_equal(issuer, "https://one/v2.0");
	two = find_in(text, "two", &issuer);
	assert_non_null(two);
	assert_null(issuer);
	assert_true(set_is_valid(text));
}

static void
rfc7517_s4_5_the_kid_is_matched_exactly(UNUSED void **state)
{
	static const char *const others[] = { "", "on", "onE", "one ", "ones" };
	const char *issuer = "left alone", *text = arena_printf(&a, "{\"keys\":[%s]}", rsa("one", ""));

	for (size_t i = 0; i < COUNT(others); i++)
		assert_null(find_in(text, others[i], &issuer));
	assert_string_equal(issuer, "left alone");
}

static void
a_key_without_a_kid_that_is_a_string_is_not_found(UNUSED void **state)
{
	assert_false(set_is_valid(arena_printf(&a,
	    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}]}", n_2048)));
	assert_false(set_is_valid(arena_printf(&a,
	    "{\"keys\":[{\"kty\":\"RSA\",\"kid\":1,\"n\":\"%s\",\"e\":\"AQAB\"}]}", n_2048)));
}

static void
an_unusable_key_does_not_hide_a_later_one_of_the_same_kid(UNUSED void **state)
{
	const char *issuer, *text = arena_printf(&a,
	    "{\"keys\":[null,7,{\"kty\":\"EC\",\"kid\":\"one\"},%s,%s]}",
	    rsa("one", ",\"use\":\"enc\",\"issuer\":\"wrong\""), rsa("one", ",\"issuer\":\"right\""));
	AUTO(pkey) EVP_PKEY *key = find_in(text, "one", &issuer);

	assert_non_null(key);
	assert_string_equal(issuer, "right");
}

static void
rfc7517_s4_1_only_kty_rsa_is_used(UNUSED void **state)
{
	static const char *const types[] = { "\"rsa\"", "\"EC\"", "\"oct\"", "\"\"", "null", "[\"RSA\"]" };

	for (size_t i = 0; i < COUNT(types); i++)
		assert_false(usable(arena_printf(&a, "\"kty\":%s,\"n\":\"%s\",\"e\":\"AQAB\"", types[i],
		    n_2048)));
	assert_false(usable(arena_printf(&a, "\"n\":\"%s\",\"e\":\"AQAB\"", n_2048)));
	assert_false(usable("\"kty\":\"oct\",\"k\":\"AAAA\""));
}

static void
rfc7517_s4_2_use_must_be_sig_where_present(UNUSED void **state)
{
	assert_true(usable_with("\"use\":\"sig\""));
	assert_false(usable_with("\"use\":\"enc\""));
	assert_false(usable_with("\"use\":\"\""));
	assert_false(usable_with("\"use\":null"));
	assert_false(usable_with("\"use\":[\"sig\"]"));
}

static void
rfc7517_s4_4_alg_must_be_rs256_where_present(UNUSED void **state)
{
	assert_true(usable_with("\"alg\":\"RS256\""));
	assert_false(usable_with("\"alg\":\"PS256\""));
	assert_false(usable_with("\"alg\":\"RS512\""));
	assert_false(usable_with("\"alg\":\"RSA-OAEP\""));
	assert_false(usable_with("\"alg\":null"));
}

static void
an_issuer_that_cannot_be_read_is_not_any_issuer(UNUSED void **state)
{
	assert_true(usable_with("\"issuer\":\"https://login/v2.0\""));
	assert_false(usable_with("\"issuer\":null"));
	assert_false(usable_with("\"issuer\":[\"https://login/v2.0\"]"));
}

static void
the_modulus_has_2048_to_8192_bits_and_is_odd(UNUSED void **state)
{
	assert_true(usable_numbers(number_of(2048, true), "AQAB"));
	assert_true(usable_numbers(number_of(8192, true), "AQAB"));
	assert_false(usable_numbers(number_of(2047, true), "AQAB"));
	assert_false(usable_numbers(number_of(8193, true), "AQAB"));
	assert_false(usable_numbers(number_of(2048, false), "AQAB"));
	assert_false(usable_numbers(number_of(100000, true), "AQAB"));
	assert_false(usable_numbers("", "AQAB"));
}

static void
the_exponent_is_odd_and_of_17_to_64_bits(UNUSED void **state)
{
	assert_true(usable_numbers(n_2048, "AQAB"));			/* 65537 */
	assert_true(usable_numbers(n_2048, "AQAD"));			/* 65539 */
	assert_true(usable_numbers(n_2048, number_of(64, true)));
	assert_false(usable_numbers(n_2048, number_of(65, true)));
	assert_false(usable_numbers(n_2048, number_of(2048, true)));
	assert_false(usable_numbers(n_2048, "AQAA"));			/* 65536 */
	assert_false(usable_numbers(n_2048, "AQAC"));			/* 65538 */
	assert_false(usable_numbers(n_2048, "__8"));			/* 65535 */
	assert_false(usable_numbers(n_2048, "Aw"));			/* 3 */
	assert_false(usable_numbers(n_2048, "AQ"));			/* 1 */
	assert_false(usable_numbers(n_2048, "AA"));			/* 0 */
	assert_false(usable_numbers(n_2048, ""));
}

static void
rfc7518_s6_3_1_numbers_are_base64url_without_padding(UNUSED void **state)
{
	char *n = arena_string(&a, n_2048);

	assert_false(usable_numbers(n_2048, "AQAB===="));
	assert_false(usable_numbers(n_2048, "AQ+B"));
	n[4] = '=';
	assert_false(usable_numbers(n, "AQAB"));
	assert_false(usable(arena_printf(&a, "\"kty\":\"RSA\",\"n\":\"%s\"", n_2048)));
	assert_false(usable("\"kty\":\"RSA\",\"e\":\"AQAB\""));
	assert_false(usable(arena_printf(&a, "\"kty\":\"RSA\",\"n\":\"%s\",\"e\":65537", n_2048)));
	assert_false(usable("\"kty\":\"RSA\",\"n\":[1],\"e\":\"AQAB\""));
}

static void
what_is_no_key_set_is_not_valid(UNUSED void **state)
{
	static const char *const texts[] = { "{}", "[]", "null", "7", "\"keys\"", "{\"keys\":null}",
	    "{\"keys\":{}}", "{\"keys\":[]}", "{\"keys\":[{}]}", "{\"keys\":[null,[],\"RSA\"]}" };
	const char *issuer;

	for (size_t i = 0; i < COUNT(texts); i++)
		assert_false(set_is_valid(texts[i]));
	assert_false(set_is_valid(rsa("one", "")));
	assert_false(jwk_set_valid(&a, NULL));
	assert_null(jwk_find(&a, NULL, "one", &issuer));
}

static void
the_last_of_a_thousand_keys_is_found(UNUSED void **state)
{
	struct buf b = buf_new(&a, JWK_SET_MAX);
	const char *issuer;
	EVP_PKEY *key;

	buf_lit(&b, "{\"keys\":[");
	for (int i = 0; i < 1000; i++)
		buf_lit(&b, arena_printf(&a, "%s%s", rsa(arena_printf(&a, "k%d", i), ""),
		    i < 999 ? "," : "]}"));
	assert_non_null(buf_text(&b));
	key = find_in(buf_text(&b), "k999", &issuer);
	assert_non_null(key);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_as_entra_publishes_it_is_found),
		cmocka_unit_test(rfc7517_s4_5_the_kid_is_matched_exactly),
		cmocka_unit_test(a_key_without_a_kid_that_is_a_string_is_not_found),
		cmocka_unit_test(an_unusable_key_does_not_hide_a_later_one_of_the_same_kid),
		cmocka_unit_test(rfc7517_s4_1_only_kty_rsa_is_used),
		cmocka_unit_test(rfc7517_s4_2_use_must_be_sig_where_present),
		cmocka_unit_test(rfc7517_s4_4_alg_must_be_rs256_where_present),
		cmocka_unit_test(an_issuer_that_cannot_be_read_is_not_any_issuer),
		cmocka_unit_test(the_modulus_has_2048_to_8192_bits_and_is_odd),
		cmocka_unit_test(the_exponent_is_odd_and_of_17_to_64_bits),
		cmocka_unit_test(rfc7518_s6_3_1_numbers_are_base64url_without_padding),
		cmocka_unit_test(what_is_no_key_set_is_not_valid),
		cmocka_unit_test(the_last_of_a_thousand_keys_is_found),
	};

	return RUN(tests, open_arena, close_arena);
}
