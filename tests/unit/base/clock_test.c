/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include "../test.h"

static void
seconds_are_those_of_the_wall_clock(UNUSED void **state)
{
	int64_t before = (int64_t)time(NULL), now = clock_seconds(), after = (int64_t)time(NULL);

	assert_true(before <= now && now <= after);
}

static void
microseconds_are_those_of_the_same_clock(UNUSED void **state)
{
	int64_t before = (int64_t)time(NULL), now = clock_microseconds(), after = (int64_t)time(NULL);

	assert_true(before <= now / 1000000 + 1 && now / 1000000 <= after + 1);
	assert_true(clock_microseconds() >= now);
}

static void
the_monotonic_clock_never_goes_back(UNUSED void **state)
{
	int64_t last = clock_monotonic_ms();

	for (int i = 0; i < 10000; i++) {
		int64_t now = clock_monotonic_ms();

		assert_true(now >= last);
		last = now;
	}
}

static void
sleeping_takes_at_least_the_time_asked(UNUSED void **state)
{
	int64_t start = clock_monotonic_ms();

	clock_sleep_ms(30);
	/* Both readings are cut to whole milliseconds. */
	assert_true(clock_monotonic_ms() - start >= 29);
}

static void
sleeping_for_no_time_returns(UNUSED void **state)
{
	int64_t start = clock_monotonic_ms();

	clock_sleep_ms(0);
	clock_sleep_ms(-1);
	assert_true(clock_monotonic_ms() - start < 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_are_those_of_the_wall_clock),
		cmocka_unit_test(microseconds_are_those_of_the_same_clock),
		cmocka_unit_test(the_monotonic_clock_never_goes_back),
		cmocka_unit_test(sleeping_takes_at_least_the_time_asked),
		cmocka_unit_test(sleeping_for_no_time_returns),
	};

	return RUN(tests, NULL, NULL);
}
