/* SPDX-License-Identifier: MIT */
#include "base/base64url.h"

#include "../test.h"

static struct arena a;

static int
open_arena(UNUSED void **state)
{
	arena_init(&a, 1024 * 1024);
	return 0;
}

static int
close_arena(UNUSED void **state)
{
	arena_free(&a);
	return 0;
}

static bool
decodes_url(const char *text)
{
	uint8_t *out;
	size_t n;

	return base64url_decode(&a, text, strlen(text), &out, &n);
}

static bool
decodes(const char *text)
{
	uint8_t *out;
	size_t n;

	return base64_decode(&a, text, strlen(text), &out, &n);
}

static void
rfc4648_s10_test_vectors(UNUSED void **state)
{
	static const struct { const char *plain, *url, *padded; } vectors[] = {
		{ "", "", "" },			{ "f", "Zg", "Zg==" },
		{ "fo", "Zm8", "Zm8=" },	{ "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
	};

	for (size_t i = 0; i < COUNT(vectors); i++) {
		const char *plain = vectors[i].plain;
		uint8_t *out;
		size_t n;

		assert_string_equal(base64url_encode(&a, plain, strlen(plain)), vectors[i].url);
		assert_string_equal(base64_encode(&a, plain, strlen(plain)), vectors[i].padded);
		assert_true(base64url_decode(&a, vectors[i].url, strlen(vectors[i].url), &out, &n));
		assert_int_equal(n, strlen(plain));
		assert_string_equal((char *)out, plain);
		assert_true(base64_decode(&a, vectors[i].padded, strlen(vectors[i].padded), &out, &n));
		assert_int_equal(n, strlen(plain));
		assert_string_equal((char *)out, plain);
	}
}

static void
rfc4648_s5_62_and_63_are_minus_and_underscore(UNUSED void **state)
{
	assert_string_equal(base64url_encode(&a, "\xfb\xff", 2), "-_8");
	assert_string_equal(base64_encode(&a, "\xfb\xff", 2), "+/8=");
	assert_true(decodes_url("-_8"));
	assert_true(decodes("+/8="));
	assert_false(decodes_url("+/8"));
	assert_false(decodes("-_8="));
}

static void
every_length_and_byte_comes_back(UNUSED void **state)
{
	uint8_t bytes[256], *out;
	size_t n;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t len = 0; len <= sizeof bytes; len++) {
		const char *text = base64url_encode(&a, bytes, len);

		assert_true(base64url_decode(&a, text, strlen(text), &out, &n));
		assert_int_equal(n, len);
		assert_memory_equal(out, bytes, len);
		assert_int_equal(out[n], 0);
		text = base64_encode(&a, bytes, len);
		assert_int_equal(strlen(text) % 4, 0);
		assert_true(base64_decode(&a, text, strlen(text), &out, &n));
		assert_int_equal(n, len);
		assert_memory_equal(out, bytes, len);
	}
}

static void
rfc4648_s3_3_characters_outside_the_alphabet_are_refused(UNUSED void **state)
{
	const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	char text[] = "AAAA";
	uint8_t *out;
	size_t n;

	for (int c = 0; c < 256; c++) {
		bool common = c != 0 && strchr(alphabet, c) != NULL;

		for (size_t at = 0; at < 3; at++) {
			memset(text, 'A', 4);
			text[at] = (char)c;
			assert_int_equal(base64url_decode(&a, text, 4, &out, &n),
			    common || c == '-' || c == '_');
			assert_int_equal(base64_decode(&a, text, 4, &out, &n),
			    common || c == '+' || c == '/');
		}
	}
}

static void
rfc4648_s3_2_padding_is_refused_without_and_demanded_with(UNUSED void **state)
{
	assert_false(decodes_url("Zg=="));
	assert_false(decodes_url("Zm8="));
	assert_false(decodes_url("="));
	assert_false(decodes("Zg"));
	assert_false(decodes("Zm8"));
	assert_false(decodes("Zg="));
	assert_false(decodes("Z==="));
	assert_false(decodes("===="));
	assert_false(decodes("Zg==Zg=="));
	assert_false(decodes("Zm9v===="));
}

static void
a_length_of_one_over_a_multiple_of_four_is_refused(UNUSED void **state)
{
	assert_false(decodes_url("A"));
	assert_false(decodes_url("AAAAA"));
	assert_false(decodes("A"));
}

static void
rfc4648_s3_5_unused_bits_must_be_zero(UNUSED void **state)
{
	assert_true(decodes_url("AA"));
	assert_false(decodes_url("AB"));
	assert_false(decodes_url("AP"));
	assert_true(decodes_url("AAA"));
	assert_false(decodes_url("AAB"));
	assert_false(decodes_url("AAD"));
	assert_true(decodes_url("AAE"));
	assert_false(decodes("AB=="));
	assert_false(decodes("AAB="));
}

static void
the_outputs_are_left_alone_on_failure(UNUSED void **state)
{
	uint8_t *out = NULL;
	size_t n = 7;

	assert_false(base64url_decode(&a, "AB", 2, &out, &n));
	assert_false(base64_decode(&a, "A", 1, &out, &n));
	assert_null(out);
	assert_int_equal(n, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc4648_s10_test_vectors),
		cmocka_unit_test(rfc4648_s5_62_and_63_are_minus_and_underscore),
		cmocka_unit_test(every_length_and_byte_comes_back),
		cmocka_unit_test(rfc4648_s3_3_characters_outside_the_alphabet_are_refused),
		cmocka_unit_test(rfc4648_s3_2_padding_is_refused_without_and_demanded_with),
		cmocka_unit_test(a_length_of_one_over_a_multiple_of_four_is_refused),
		cmocka_unit_test(rfc4648_s3_5_unused_bits_must_be_zero),
		cmocka_unit_test(the_outputs_are_left_alone_on_failure),
	};

	return RUN(tests, open_arena, close_arena);
}
