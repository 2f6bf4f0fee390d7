/* SPDX-License-Identifier: MIT */
#include "service/session_rate.h"

#include "service/endpoint.h"

#include "fixture.h"

static struct sid
sid_of(unsigned set, unsigned n)
{
	struct sid s = { .id = { (uint8_t)(set >> 8), (uint8_t)set, (uint8_t)(n >> 8), (uint8_t)n, 1 } };

	return s;
}

static int
admitted(struct sid sid, int most)
{
	int n = 0;

	for (int i = 0; i < most; i++)
		n += session_rate_take(&fix.rq, &sid) == OAUTH_OK;
	return n;
}

/* The table is the process's: each test begins a day after the last. */
static void
begin(int day)
{
	const char *why;

	at((int64_t)day * 86400);
	fix.rq.session_rates = session_rates_service.open(&fix.config, &why);
	fix.config.limits.rate_mcp = (struct config_rate){ .count = 6, .period = 60 };
}

static void
a_session_has_so_many_calls_at_once_and_then_one_at_a_time(UNUSED void **state)
{
	begin(1);
	assert_int_equal(admitted(sid_of(1, 1), 10), 6);
	assert_int_equal(fix.rq.failure.error, TOO_MANY_REQUESTS);
	assert_int_equal(fix.rq.failure.retry_after, 10);
	assert_int_equal(admitted(sid_of(1, 2), 10), 6);
	at(86400 + 10);
	assert_int_equal(admitted(sid_of(1, 1), 10), 1);
	at(86400 + 100);
	assert_int_equal(admitted(sid_of(1, 1), 10), 6);
}

static void
a_flood_is_not_forgotten_for_others_calls(UNUSED void **state)
{
	begin(3);
	assert_int_equal(admitted(sid_of(7, 0), 10), 6);
	for (unsigned i = 1; i < 1000; i++)
		assert_int_equal(admitted(sid_of(7, i), 1), 1);
	assert_int_equal(admitted(sid_of(7, 0), 10), 0);
}

static void
a_clock_that_goes_back_locks_nobody_out(UNUSED void **state)
{
	begin(9);
	assert_int_equal(admitted(sid_of(1, 1), 10), 6);
	at(8 * 86400);
	assert_int_equal(admitted(sid_of(1, 1), 10), 6);
}

static void
switched_off_or_without_a_table_nothing_is_counted(UNUSED void **state)
{
	begin(11);
	fix.config.limits.rates = "off";
	assert_int_equal(admitted(sid_of(1, 1), 10), 10);
	fix.config.limits.rates = "on";
	fix.rq.session_rates = NULL;
	assert_int_equal(admitted(sid_of(1, 1), 10), 10);
}

static void
nothing_is_written_anywhere(UNUSED void **state)
{
	begin(13);
	sql("ALTER TABLE rate RENAME TO other");
	assert_int_equal(admitted(sid_of(1, 1), 10), 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_session_has_so_many_calls_at_once_and_then_one_at_a_time),
		CASE(a_flood_is_not_forgotten_for_others_calls),
		CASE(a_clock_that_goes_back_locks_nobody_out),
		CASE(switched_off_or_without_a_table_nothing_is_counted),
		CASE(nothing_is_written_anywhere),
	};

	return RUN(tests, NULL, NULL);
}
