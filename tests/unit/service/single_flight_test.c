/* SPDX-License-Identifier: MIT */
#include "service/single_flight.h"

#include "fixture.h"

struct ground {
	int	looks;
	int	lands_at;	/* the look that finds a result; 0: none does */
};

static bool
look(struct request *rq UNUSED, void *argument)
{
	struct ground *g = argument;

	return ++g->looks == g->lands_at;
}

static struct ground ground;
static const struct flight flight = {
	.name = "refresh", .look = look, .argument = &ground, .seconds = 10,
};

static void
what_is_there_needs_no_flight(UNUSED void **state)
{
	struct opaque_token owner;

	ground = (struct ground){ .lands_at = 1 };
	assert_int_equal(flight_board(&fix.rq, &flight, &owner), FLIGHT_LANDED);
	assert_int_equal(sql_number("SELECT count(*) FROM lease"), 0);
}

static void
one_flies_and_the_others_are_late(UNUSED void **state)
{
	struct opaque_token ours, other;

	ground = (struct ground){ 0 };
	assert_int_equal(flight_board(&fix.rq, &flight, &ours), FLIGHT_OURS);
	assert_int_equal(sql_number("SELECT expires_at FROM lease"), START + 20);
	fix.clock += 10;	/* stands still while a waiter waits: the wait must end by it */
	ground = (struct ground){ .lands_at = 3 };
	assert_int_equal(flight_board(&fix.rq, &(struct flight){ .name = "refresh", .look = look,
	    .argument = &ground, .seconds = 0 }, &other), FLIGHT_LATE);
	flight_land(&fix.rq, &flight, &other);
	assert_int_equal(sql_number("SELECT count(*) FROM lease"), 1);
	flight_land(&fix.rq, &flight, &ours);
	assert_int_equal(sql_number("SELECT count(*) FROM lease"), 0);
}

static void
a_waiter_finds_what_the_other_left(UNUSED void **state)
{
	struct opaque_token ours, other;

	ground = (struct ground){ 0 };
	assert_int_equal(flight_board(&fix.rq, &flight, &ours), FLIGHT_OURS);
	ground = (struct ground){ .lands_at = 4 };
	assert_int_equal(flight_board(&fix.rq, &flight, &other), FLIGHT_LANDED);
	assert_int_equal(ground.looks, 4);
}

static void
one_who_has_something_meanwhile_does_not_wait(UNUSED void **state)
{
	const struct flight impatient = { .name = "refresh", .look = look, .argument = &ground,
	    .seconds = 10, .impatient = true };
	struct opaque_token ours, other;

	ground = (struct ground){ 0 };
	assert_int_equal(flight_board(&fix.rq, &flight, &ours), FLIGHT_OURS);
	ground = (struct ground){ .lands_at = 2 };
	assert_int_equal(flight_board(&fix.rq, &impatient, &other), FLIGHT_LATE);
	assert_int_equal(ground.looks, 1);
}

static void
a_result_between_look_and_lease_is_found(UNUSED void **state)
{
	struct opaque_token owner;

	ground = (struct ground){ .lands_at = 2 };
	assert_int_equal(flight_board(&fix.rq, &flight, &owner), FLIGHT_LANDED);
	assert_int_equal(sql_number("SELECT count(*) FROM lease"), 0);
}

static void
the_lease_of_one_who_died_runs_out(UNUSED void **state)
{
	struct opaque_token dead, next;

	ground = (struct ground){ 0 };
	assert_int_equal(flight_board(&fix.rq, &flight, &dead), FLIGHT_OURS);
	at(20);
	assert_int_equal(flight_board(&fix.rq, &flight, &next), FLIGHT_OURS);
}

/* None is taken for longer: it was dated by a clock that ran ahead. */
static void
a_lease_of_the_future_is_taken_over(UNUSED void **state)
{
	const struct flight impatient = { .name = "refresh", .look = look, .argument = &ground,
	    .seconds = 10, .impatient = true };
	struct opaque_token ours, next;

	ground = (struct ground){ 0 };
	assert_int_equal(flight_board(&fix.rq, &flight, &ours), FLIGHT_OURS);
	sql("UPDATE lease SET expires_at = 1800000600");
	assert_int_equal(flight_board(&fix.rq, &impatient, &next), FLIGHT_LATE);
	sql("UPDATE lease SET expires_at = 1800000601");
	assert_int_equal(flight_board(&fix.rq, &impatient, &next), FLIGHT_OURS);
	assert_int_equal(sql_number("SELECT expires_at FROM lease"), START + 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_there_needs_no_flight),
		CASE(one_flies_and_the_others_are_late),
		CASE(a_waiter_finds_what_the_other_left),
		CASE(one_who_has_something_meanwhile_does_not_wait),
		CASE(a_result_between_look_and_lease_is_found),
		CASE(the_lease_of_one_who_died_runs_out),
		CASE(a_lease_of_the_future_is_taken_over),
	};

	return RUN(tests, NULL, NULL);
}
