/* SPDX-License-Identifier: MIT */
#include "protocol/jws.h"

#include "base/base64url.h"

#include "../test.h"
#include "jws_expect.h"

static struct arena a;
static struct hmac *mac;

static int
make_key(UNUSED void **state)
{
	arena_init(&a, 4 * 1024 * 1024);
	mac = hmac_new("0123456789abcdef0123456789abcdef", 32);
	return 0;
}

static int
free_key(UNUSED void **state)
{
	hmac_free(mac);
	arena_free(&a);
	return 0;
}

static bool
splits(const char *token)
{
	struct jws jws;

	return jws_split(&a, token, &jws);
}

static bool
verifies_hs256(const char *token, struct hmac *with)
{
	struct jws jws;

	assert_true(jws_split(&a, token, &jws));
	return jws_verify_hs256(&jws, with);
}

#define A1_TOKEN							\
	"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."			\
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"	\
	"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."				\
	"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define A1_HEADER	"{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}"
#define A1_PAYLOAD	"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n"	\
	" \"http://example.com/is_root\":true}"
#define A1_KEY									\
	"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"

static void
rfc7515_a1_hs256_signs_and_verifies_the_example(UNUSED void **state)
{
	struct hmac *h;
	struct jws jws;
	uint8_t *k;
	size_t n;

	assert_true(base64url_decode(&a, A1_KEY, strlen(A1_KEY), &k, &n));
	h = hmac_new(k, n);
	assert_string_equal(jws_sign_hs256(&a, h, A1_HEADER, A1_PAYLOAD), A1_TOKEN);
	assert_true(jws_split(&a, A1_TOKEN, &jws));
	assert_string_equal((char *)jws.header.data, A1_HEADER);
	assert_string_equal((char *)jws.payload.data, A1_PAYLOAD);
	assert_int_equal(jws.signature.len, 32);
	assert_true(jws_verify_hs256(&jws, h));
	hmac_free(h);
}

static void
rfc7515_s7_1_anything_but_three_filled_base64url_parts_is_refused(UNUSED void **state)
{
	static const char *const texts[] = {
		"", ".", "..", "...", "AAAA", "AAAA.AAAA", ".AAAA.AAAA", "AAAA..AAAA", "AAAA.AAAA.",
		"AAAA.AAAA.AAAA.", "AAAA.AAAA.AAAA.AAAA", "AAAA.AAAA.AAAA.AAAA.AAAA", ".AAAA.AAAA.AAAA",
		"AA==.AAAA.AAAA", "AAAA.AA==.AAAA", "AAAA.AAAA.AA==", "AAAA.AAAA.AAAA ", " AAAA.AAAA.AAAA",
		"AAAA.AAAA.AAAA\n", "AAAA.AA+A.AAAA", "A.AAAA.AAAA", "AAAA.A.AAAA", "AAAA.AAAA.A",
		"AB.AAAA.AAAA", "AAAA.AB.AAAA", "AAAA.AAAA.AB",
	};

	assert_true(splits("AAAA.AAAA.AAAA"));
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_false(splits(texts[i]));
}

/* "AAAA.AAAA.A..." of n characters in all. */
static const char *
token_of_length(size_t n)
{
	char *text = arena_alloc(&a, n + 1);

	memset(text, 'A', n);
	text[4] = text[9] = '.';
	return text;
}

/* The last part would decode at each of these lengths. */
static void
a_token_of_more_than_the_maximum_is_not_looked_at(UNUSED void **state)
{
	assert_true(splits(token_of_length(JWS_MAX)));
	assert_false(splits(token_of_length(JWS_MAX + 1)));
	assert_false(splits(token_of_length(JWS_MAX + 2)));
	assert_false(splits(token_of_length(JWS_MAX * 2)));
}

static void
a_failed_split_writes_nothing(UNUSED void **state)
{
	struct jws jws = { .signing_input_len = 7 };

	assert_false(jws_split(&a, "AAAA.AAAA.AB", &jws));
	assert_int_equal(jws.signing_input_len, 7);
	assert_null(jws.header.data);
}

static bool
hs256_with_mac(const struct jws *jws)
{
	return jws_verify_hs256(jws, mac);
}

static void
hs256_protects_each_character(UNUSED void **state)
{
	const char *token = jws_sign_hs256(&a, mac, HEADER, CLAIMS);

	assert_true(verifies_hs256(token, mac));
	assert_each_character_counts(&a, token, hs256_with_mac);
}

static void
hs256_refuses_another_key_and_a_tag_cut_short(UNUSED void **state)
{
	const char *token = jws_sign_hs256(&a, mac, HEADER, CLAIMS);
	struct hmac *other = hmac_new("0123456789abcdef0123456789abcdeF", 32);
	struct jws jws;

	assert_false(verifies_hs256(token, other));
	hmac_free(other);
	assert_true(jws_split(&a, token, &jws));
	for (jws.signature.len = 0; jws.signature.len < 32; jws.signature.len++)
		assert_false(jws_verify_hs256(&jws, mac));
	assert_true(jws_verify_hs256(&jws, mac));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7515_a1_hs256_signs_and_verifies_the_example),
		cmocka_unit_test(rfc7515_s7_1_anything_but_three_filled_base64url_parts_is_refused),
		cmocka_unit_test(a_token_of_more_than_the_maximum_is_not_looked_at),
		cmocka_unit_test(a_failed_split_writes_nothing),
		cmocka_unit_test(hs256_protects_each_character),
		cmocka_unit_test(hs256_refuses_another_key_and_a_tag_cut_short),
	};

	return RUN(tests, make_key, free_key);
}
