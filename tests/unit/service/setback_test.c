/* SPDX-License-Identifier: MIT */
#include "service/setback.h"

#include "fixture.h"

static void
a_setback_stands_until_its_time(UNUSED void **state)
{
	struct setback s;

	assert_false(setback_read(&fix.rq, "a", 4, &s));
	setback_note(&fix.rq, "a", 3, "busy", 10);
	assert_true(setback_read(&fix.rq, "a", 4, &s));
	assert_int_equal(s.outcome, 3);
	assert_string_equal(s.reason, "busy");
	assert_int_equal(s.seconds, 10);
	assert_false(setback_read(&fix.rq, "b", 4, &s));
	at(9);
	assert_true(setback_read(&fix.rq, "a", 4, &s));
	assert_int_equal(s.seconds, 1);
	at(10);
	assert_false(setback_read(&fix.rq, "a", 4, &s));
}

static void
a_later_one_takes_its_place(UNUSED void **state)
{
	struct setback s;

	setback_note(&fix.rq, "a", 3, "busy", 10);
	setback_note(&fix.rq, "a", 4, NULL, 20);
	assert_true(setback_read(&fix.rq, "a", 4, &s));
	assert_int_equal(s.outcome, 4);
	assert_string_equal(s.reason, "");
	assert_int_equal(s.seconds, 20);
}

static void
a_name_is_kept_as_a_hash(UNUSED void **state)
{
	setback_note(&fix.rq, "an assertion", 3, "busy", 10);
	assert_int_equal(sql_number("SELECT length(name_hash) FROM setback"), 32);
	assert_int_equal(sql_number("SELECT count(*) FROM setback WHERE instr(name_hash, 'assertion')"), 0);
}

/* A database that somebody else wrote to must not make an outcome that nobody has. */
static void
an_outcome_is_one_of_the_callers_failures_or_none(UNUSED void **state)
{
	struct setback s;

	setback_note(&fix.rq, "a", 4, "busy", 10);
	assert_true(setback_read(&fix.rq, "a", 4, &s));
	assert_false(setback_read(&fix.rq, "a", 3, &s));
	setback_note(&fix.rq, "a", 0, "a success", 10);
	assert_false(setback_read(&fix.rq, "a", 4, &s));
	setback_note(&fix.rq, "a", -1, "nonsense", 10);
	assert_false(setback_read(&fix.rq, "a", 4, &s));
	setback_note(&fix.rq, "a", 1, "busy", 10);
	assert_true(setback_read(&fix.rq, "a", 4, &s));
	sql("UPDATE setback SET outcome = 1 + 4294967296");
	assert_false(setback_read(&fix.rq, "a", 4, &s));
}

static void
none_holds_for_longer_than_an_hour(UNUSED void **state)
{
	struct setback s;

	setback_note(&fix.rq, "a", 3, "busy", 2 * SETBACK_MAX);
	assert_true(setback_read(&fix.rq, "a", 4, &s));
	assert_int_equal(s.seconds, SETBACK_MAX);
	assert_int_equal(SETBACK_MAX, 3600);
	sql("UPDATE setback SET expires_at = expires_at + 1");
	assert_false(setback_read(&fix.rq, "a", 4, &s));
	sql("UPDATE setback SET expires_at = 9223372036854775807");
	assert_false(setback_read(&fix.rq, "a", 4, &s));
}

/* Whoever names what does not answer must be able to succeed at nothing, and yet fill no table. */
static void
rows_that_are_over_go_with_those_that_are_written(UNUSED void **state)
{
	for (int i = 0; i < 100; i++)
		setback_note(&fix.rq, arena_printf(&fix.arena, "a%d", i), 3, "busy", 10);
	assert_int_equal(sql_number("SELECT count(*) FROM setback"), 100);
	at(9);
	setback_note(&fix.rq, "b", 3, "busy", 10);
	assert_int_equal(sql_number("SELECT count(*) FROM setback"), 101);
	at(10);
	for (int i = 0; i < 13; i++)
		setback_note(&fix.rq, arena_printf(&fix.arena, "c%d", i), 3, "busy", 10);
	assert_int_equal(sql_number("SELECT count(*) FROM setback"), 14);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_setback_stands_until_its_time),
		CASE(a_later_one_takes_its_place),
		CASE(a_name_is_kept_as_a_hash),
		CASE(an_outcome_is_one_of_the_callers_failures_or_none),
		CASE(none_holds_for_longer_than_an_hour),
		CASE(rows_that_are_over_go_with_those_that_are_written),
	};

	return RUN(tests, NULL, NULL);
}
