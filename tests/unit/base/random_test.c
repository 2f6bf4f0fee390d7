/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include "../child.h"
#include "../test.h"

static void
every_byte_varies(UNUSED void **state)
{
	unsigned char first[64], other[64], seen[64] = { 0 };

	random_bytes(first, sizeof first);
	for (int round = 0; round < 32; round++) {
		random_bytes(other, sizeof other);
		for (size_t i = 0; i < sizeof seen; i++)
			seen[i] |= first[i] ^ other[i];
	}
	for (size_t i = 0; i < sizeof seen; i++)
		assert_int_not_equal(seen[i], 0);
}

static void
only_the_bytes_asked_for_are_written(UNUSED void **state)
{
	unsigned char bytes[8] = { 0 };

	random_bytes(bytes, 4);
	random_bytes(bytes, 0);
	assert_memory_equal(bytes + 4, "\0\0\0\0", 4);
}

static void
thirty_two_bytes_are_forty_three_characters_and_never_the_same(UNUSED void **state)
{
	struct arena a;
	const char *one, *two;

	arena_init(&a, 4096);
	one = random_base64url(&a, 32);
	two = random_base64url(&a, 32);
	assert_int_equal(strlen(one), 43);
	assert_int_equal(strlen(two), 43);
	assert_string_not_equal(one, two);
	assert_string_equal(random_base64url(&a, 0), "");
	arena_free(&a);
}

static void
ask_for_too_many(void)
{
	unsigned char byte;

	random_bytes(&byte, SIZE_MAX);
}

static void
a_number_of_bytes_that_openssl_cannot_count_is_a_bug(UNUSED void **state)
{
	assert_int_equal(child_run(ask_for_too_many).status, 70);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_varies),
		cmocka_unit_test(only_the_bytes_asked_for_are_written),
		cmocka_unit_test(thirty_two_bytes_are_forty_three_characters_and_never_the_same),
		cmocka_unit_test(a_number_of_bytes_that_openssl_cannot_count_is_a_bug),
	};

	return RUN(tests, NULL, NULL);
}
