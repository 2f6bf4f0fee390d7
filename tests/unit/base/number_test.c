/* SPDX-License-Identifier: MIT */
#include "base/number.h"

#include "../test.h"

#define UNREAD	(-7)	/* what a reader that fails must leave */

/* The number read, UNREAD if none is. */
static int64_t
value(bool (*read)(const char *, int64_t, int64_t *), const char *text, int64_t max)
{
	int64_t n = UNREAD;
	bool good = read(text, max, &n);

	assert_int_equal(good, n != UNREAD);
	return n;
}

static void
digits_alone_are_a_number(UNUSED void **state)
{
	assert_int_equal(value(number_read, "0", 10), 0);
	assert_int_equal(value(number_read, "42", 100), 42);
	assert_int_equal(value(number_read, "0042", 100), 42);
	assert_int_equal(value(number_read, "9223372036854775807", INT64_MAX), INT64_MAX);
}

static void
signs_blanks_and_anything_else_are_refused(UNUSED void **state)
{
	static const char *const texts[] = {
		"", " ", "-1", "+1", " 1", "1 ", "1\n", "1.0", "1e3", "0x10", "a", "1a", "s", "1s", "1K",
		"\xd9\xa1",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(value(number_read, texts[i], INT64_MAX), UNREAD);
}

static void
the_maximum_is_the_last_number_accepted(UNUSED void **state)
{
	assert_int_equal(value(number_read, "100", 100), 100);
	assert_int_equal(value(number_read, "101", 100), UNREAD);
	assert_int_equal(value(number_read, "0", 0), 0);
	assert_int_equal(value(number_read, "1", 0), UNREAD);
}

static void
a_number_too_large_for_sixty_four_bits_is_refused(UNUSED void **state)
{
	assert_int_equal(value(number_read, "9223372036854775808", INT64_MAX), UNREAD);
	assert_int_equal(value(number_read, "18446744073709551617", INT64_MAX), UNREAD);
	assert_int_equal(value(number_read, "99999999999999999999999999", INT64_MAX), UNREAD);
	assert_int_equal(value(duration_read, "9223372036854775807d", INT64_MAX), UNREAD);
	assert_int_equal(value(size_read, "9223372036854775807M", INT64_MAX), UNREAD);
}

static void
durations_take_a_unit(UNUSED void **state)
{
	assert_int_equal(value(duration_read, "90", INT64_MAX), 90);
	assert_int_equal(value(duration_read, "90s", INT64_MAX), 90);
	assert_int_equal(value(duration_read, "15m", INT64_MAX), 900);
	assert_int_equal(value(duration_read, "2h", INT64_MAX), 7200);
	assert_int_equal(value(duration_read, "30d", INT64_MAX), 2592000);
	assert_int_equal(value(duration_read, "1h", 3600), 3600);
	assert_int_equal(value(duration_read, "1h", 3599), UNREAD);
}

static void
sizes_take_a_unit(UNUSED void **state)
{
	assert_int_equal(value(size_read, "100", INT64_MAX), 100);
	assert_int_equal(value(size_read, "64K", INT64_MAX), 65536);
	assert_int_equal(value(size_read, "2M", INT64_MAX), 2097152);
	assert_int_equal(value(size_read, "1M", 1048575), UNREAD);
}

static void
other_units_and_two_units_are_refused(UNUSED void **state)
{
	static const char *const texts[] = { "", "s", "m", "1w", "1S", "1ms", "1hh", "1 h", "1h30m", "K",
	    "1k", "1KB", "1Ki", "1G", "1m ", "1K " };

	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_int_equal(value(duration_read, texts[i], INT64_MAX), UNREAD);
		assert_int_equal(value(size_read, texts[i], INT64_MAX), UNREAD);
	}
	assert_int_equal(value(duration_read, "1K", INT64_MAX), UNREAD);
	assert_int_equal(value(size_read, "1h", INT64_MAX), UNREAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_alone_are_a_number),
		cmocka_unit_test(signs_blanks_and_anything_else_are_refused),
		cmocka_unit_test(the_maximum_is_the_last_number_accepted),
		cmocka_unit_test(a_number_too_large_for_sixty_four_bits_is_refused),
		cmocka_unit_test(durations_take_a_unit),
		cmocka_unit_test(sizes_take_a_unit),
		cmocka_unit_test(other_units_and_two_units_are_refused),
	};

	return RUN(tests, NULL, NULL);
}
