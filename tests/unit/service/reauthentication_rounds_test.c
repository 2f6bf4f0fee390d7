/* SPDX-License-Identifier: MIT */
/* How often a person is sent to sign in again, and who is not. */
#include "service/reauthentication.h"

#include "demanding.h"

/* Six times longer each time, and never longer than it is remembered. */
static void
a_demand_that_nobody_can_meet_is_made_less_and_less_often(UNUSED void **state)
{
	static const int64_t serves[] = { 600, 3600, 21600, REAUTHENTICATION_KEPT };
	int64_t now = 0;

	open_session(&in);
	keep(DEMAND);
	for (size_t i = 0; i < COUNT(serves); i++) {
		at(now);
		sign_in_asked();
		assert_int_equal(found.rounds, i + 1);
		at(now + serves[i] - 1);
		assert_int_equal(demand(DEMAND), OAUTH_OK);
		assert_false(is_stepped_up());
		at(now += serves[i]);
		assert_int_equal(demand(DEMAND), INVALID_TOKEN);
		assert_true(is_stepped_up());
		assert_int_equal(find(&in.session), STORED);
		assert_int_equal(found.asked_at, 0);
	}
}

/* The newer one has what was demanded; this one's tokens are of before. */
static void
an_older_session_must_sign_in_although_a_newer_has_been_asked(UNUSED void **state)
{
	struct signed_in older;

	open_session(&older);
	assert_int_equal(reauthentication_keep(&fix.rq, &older.session, DEMAND), STORED);
	at(100);
	sign_in_asked();
	assert_false(awaits());
	assert_true(reauthentication_awaits(&fix.rq, &older.session, &found));
	assert_int_equal(demand(DEMAND), OAUTH_OK);
	assert_int_equal(demand_of(&older.session, DEMAND), INVALID_TOKEN);
	assert_int_equal(session_step_up_take(&fix.rq, &older.session.sid), STORED);
	assert_false(is_stepped_up());
	assert_int_equal(find(&in.session), STORED);
	assert_int_equal(found.asked_at, START + 100);
	at(100 + REAUTHENTICATION_SERVES);
	assert_false(reauthentication_awaits(&fix.rq, &older.session, &found));
}

static void
a_session_that_is_newer_than_the_demand_waits_for_nothing(UNUSED void **state)
{
	open_session(&in);
	keep(DEMAND);
	assert_int_equal(find(&in.session), STORED);
	assert_true(awaits());
	at(1);
	open_session(&in);
	assert_false(awaits());
	assert_int_equal(demand(DEMAND), INVALID_TOKEN);
	assert_int_equal(find(&in.session), STORED);
	assert_true(awaits());
}

static void
two_policies_do_not_take_turns(UNUSED void **state)
{
	open_session(&in);
	assert_int_equal(demand(DEMAND), INVALID_TOKEN);
	at(10);
	sign_in_asked();
	assert_int_equal(demand(OTHER), INVALID_TOKEN);
	at(20);
	sign_in_asked();
	assert_string_equal(found.claims, BOTH);
	assert_int_equal(found.rounds, 2);
	assert_int_equal(demand(DEMAND), OAUTH_OK);
	assert_int_equal(demand(OTHER), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM reauthentication"), 1);
}

/* An upstream that wants something else each time gets nowhere with it. */
static void
whoever_demands_something_else_each_time_is_heard_four_times_a_day(UNUSED void **state)
{
	open_session(&in);
	for (int i = 1; i <= 6; i++) {
		enum oauth_error error = demand(arena_printf(&fix.arena,
		    "{\"access_token\":{\"acrs\":{\"value\":\"c%d\"}}}", i));

		assert_int_equal(error, i <= REAUTHENTICATION_ROUNDS ? INVALID_TOKEN : OAUTH_OK);
		assert_int_equal(is_stepped_up(), i <= REAUTHENTICATION_ROUNDS);
		at(i);
		if (error != OAUTH_OK)
			sign_in_asked();
	}
	assert_int_equal(REAUTHENTICATION_ROUNDS, 4);
	at(REAUTHENTICATION_ROUNDS + REAUTHENTICATION_KEPT - 1);
	assert_int_equal(demand(OTHER), OAUTH_OK);
	at(REAUTHENTICATION_ROUNDS + REAUTHENTICATION_KEPT);
	assert_int_equal(demand(OTHER), INVALID_TOKEN);
}

/* Whether or not it was swept meanwhile. */
static void
rounds_of_a_row_that_is_over_do_not_count(UNUSED void **state)
{
	open_session(&in);
	keep(DEMAND);
	sign_in_asked();
	at(REAUTHENTICATION_KEPT);
	keep(DEMAND);
	assert_int_equal(find(&in.session), STORED);
	assert_int_equal(found.rounds, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_demand_that_nobody_can_meet_is_made_less_and_less_often),
		CASE(an_older_session_must_sign_in_although_a_newer_has_been_asked),
		CASE(a_session_that_is_newer_than_the_demand_waits_for_nothing),
		CASE(two_policies_do_not_take_turns),
		CASE(whoever_demands_something_else_each_time_is_heard_four_times_a_day),
		CASE(rounds_of_a_row_that_is_over_do_not_count),
	};

	return RUN(tests, NULL, NULL);
}
