/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include "../test.h"

static void
equal_texts_are_equal_and_others_are_not(UNUSED void **state)
{
	assert_true(secret_equal("", ""));
	assert_true(secret_equal("secret", "secret"));
	assert_false(secret_equal("secret", "secreT"));
	assert_false(secret_equal("Secret", "secret"));
	assert_false(secret_equal("secret", "secre"));
	assert_false(secret_equal("secre", "secret"));
	assert_false(secret_equal("", "s"));
}

static void
null_equals_nothing_not_even_null(UNUSED void **state)
{
	assert_false(secret_equal(NULL, NULL));
	assert_false(secret_equal(NULL, ""));
	assert_false(secret_equal("", NULL));
}

static void
bytes_are_compared_over_zero_bytes_and_up_to_the_length(UNUSED void **state)
{
	assert_true(secret_bytes_equal("a\0b", "a\0b", 3));
	assert_false(secret_bytes_equal("a\0b", "a\0c", 3));
	assert_true(secret_bytes_equal("a\0b", "a\0c", 2));
	assert_true(secret_bytes_equal("a", "b", 0));
}

static void
every_single_bit_counts(UNUSED void **state)
{
	unsigned char one[32] = { 0 }, two[32] = { 0 };

	for (size_t bit = 0; bit < sizeof one * 8; bit++) {
		two[bit / 8] = (unsigned char)(1U << bit % 8);
		assert_false(secret_bytes_equal(one, two, sizeof one));
		two[bit / 8] = 0;
	}
	assert_true(secret_bytes_equal(one, two, sizeof one));
}

static void
wiping_leaves_zeroes_and_touches_no_more(UNUSED void **state)
{
	char text[] = "secret!";

	secret_wipe(text, 6);
	assert_memory_equal(text, "\0\0\0\0\0\0!", 8);
	secret_wipe(text, 0);
	assert_int_equal(text[6], '!');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_are_equal_and_others_are_not),
		cmocka_unit_test(null_equals_nothing_not_even_null),
		cmocka_unit_test(bytes_are_compared_over_zero_bytes_and_up_to_the_length),
		cmocka_unit_test(every_single_bit_counts),
		cmocka_unit_test(wiping_leaves_zeroes_and_touches_no_more),
	};

	return RUN(tests, NULL, NULL);
}
