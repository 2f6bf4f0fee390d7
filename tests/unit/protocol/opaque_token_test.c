/* SPDX-License-Identifier: MIT */
#include "protocol/opaque_token.h"

#include "arena_group.h"

static void
a_new_token_is_32_random_bytes_in_43_characters(UNUSED void **state)
{
	struct opaque_token one = opaque_token_new(&a), two = opaque_token_new(&a);

	assert_int_equal(strlen(one.text), OPAQUE_TOKEN_TEXT);
	assert_string_not_equal(one.text, two.text);
	assert_memory_not_equal(one.secret, two.secret, sizeof one.secret);
	assert_memory_not_equal(one.hash, two.hash, sizeof one.hash);
}

static void
the_hash_is_sha_256_of_the_bytes(UNUSED void **state)
{
	static const uint8_t zeros[OPAQUE_TOKEN_SIZE];
	static const uint8_t expected[] = {
		0x66, 0x68, 0x7a, 0xad, 0xf8, 0x62, 0xbd, 0x77, 0x6c, 0x8f, 0xc1, 0x8b, 0x8e, 0x9f,
		    0x8e, 0x20,
		0x08, 0x97, 0x14, 0x85, 0x6e, 0xe2, 0x33, 0xb3, 0x90, 0x2a, 0x59, 0x1d, 0x0d, 0x5f,
		    0x29, 0x25,
	};
	struct opaque_token token = opaque_token_of(&a, zeros);

	assert_string_equal(token.text, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	assert_memory_equal(token.hash, expected, sizeof expected);
}

static void
what_was_written_is_read_again(UNUSED void **state)
{
	struct opaque_token made = opaque_token_new(&a), read;

	assert_true(opaque_token_read(&a, made.text, &read));
	assert_memory_equal(read.secret, made.secret, sizeof made.secret);
	assert_memory_equal(read.hash, made.hash, sizeof made.hash);
	assert_string_equal(read.text, made.text);
}

static void
a_token_has_one_spelling(UNUSED void **state)
{
	static const char *const bad[] = {
		NULL, "", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAAAAAAAA",
		" AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
	};
	struct opaque_token read;

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(opaque_token_read(&a, bad[i], &read));
	assert_true(opaque_token_read(&a, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE", &read));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_token_is_32_random_bytes_in_43_characters),
		cmocka_unit_test(the_hash_is_sha_256_of_the_bytes),
		cmocka_unit_test(what_was_written_is_read_again),
		cmocka_unit_test(a_token_has_one_spelling),
	};

	return RUN(tests, open_arena, close_arena);
}
