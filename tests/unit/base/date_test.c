/* SPDX-License-Identifier: MIT */
#include "base/date.h"

#include "../test.h"

static struct arena arena;

static int
setup(UNUSED void **state)
{
	arena_init(&arena, 4096);
	return 0;
}

static int
teardown(UNUSED void **state)
{
	arena_free(&arena);
	return 0;
}

static void
a_moment_is_written_to_the_minute(UNUSED void **state)
{
	assert_string_equal(date_minute(&arena, 0), "1970-01-01 00:00");
	assert_string_equal(date_minute(&arena, 1800000059), "2027-01-15 08:00");
	assert_string_equal(date_minute(&arena, 951782400), "2000-02-29 00:00");
}

static void
rfc3339_s5_6_a_moment_is_written_to_the_second(UNUSED void **state)
{
	assert_string_equal(date_second(&arena, 1800000059), "2027-01-15T08:00:59Z");
	assert_string_equal(date_second(&arena, -1), "1969-12-31T23:59:59Z");
}

static void
the_time_zone_of_the_machine_does_not_matter(UNUSED void **state)
{
	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	assert_string_equal(date_minute(&arena, 0), "1970-01-01 00:00");
	assert_string_equal(date_second(&arena, 0), "1970-01-01T00:00:00Z");
}

static void
what_no_calendar_has_is_said_to_be_unknown(UNUSED void **state)
{
	assert_string_equal(date_minute(&arena, INT64_MAX), "?");
	assert_string_equal(date_second(&arena, INT64_MIN), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moment_is_written_to_the_minute),
		cmocka_unit_test(rfc3339_s5_6_a_moment_is_written_to_the_second),
		cmocka_unit_test(the_time_zone_of_the_machine_does_not_matter),
		cmocka_unit_test(what_no_calendar_has_is_said_to_be_unknown),
	};

	return RUN(tests, setup, teardown);
}
