/* SPDX-License-Identifier: MIT */
#include "service/reauthentication.h"

#include "demanding.h"

#define BOB	"the-subject-of-bob"

static void
a_demand_waits_for_the_person_for_an_hour_and_is_known_for_a_day(UNUSED void **state)
{
	open_session(&in);
	assert_int_equal(find(&in.session), ABSENT);
	keep(DEMAND);
	at(REAUTHENTICATION_WAITS - 1);
	assert_int_equal(find(&in.session), STORED);
	assert_string_equal(found.claims, DEMAND);
	assert_int_equal(found.demanded_at, START);
	assert_int_equal(found.asked_at, 0);
	assert_int_equal(found.rounds, 0);
	assert_true(reauthentication_waits(&fix.rq, &found));
	assert_true(awaits());
	at(REAUTHENTICATION_WAITS);
	assert_false(reauthentication_waits(&fix.rq, &found));
	assert_false(awaits());
	at(REAUTHENTICATION_KEPT - 1);
	assert_int_equal(find(&in.session), STORED);
	at(REAUTHENTICATION_KEPT);
	assert_int_equal(find(&in.session), ABSENT);
}

/* It outlives the session that it was made in: the next sign-in finds it. */
static void
it_is_found_by_person_client_and_resource(UNUSED void **state)
{
	struct signed_in next;
	struct session other;

	open_session(&in);
	keep(DEMAND);
	session_end_now(&fix.rq, &in.session.sid, "test");
	open_session(&next);
	assert_int_equal(find(&next.session), STORED);
	other = in.session;
	other.subject = BOB;
	assert_int_equal(find(&other), ABSENT);
	other = in.session;
	other.client_id = OTHER_CLIENT;
	assert_int_equal(find(&other), ABSENT);
	other = in.session;
	other.resource = ISSUER "/other";
	assert_int_equal(find(&other), ABSENT);
}

static void
it_stands_sealed_and_moved_to_another_row_it_does_not_open(UNUSED void **state)
{
	struct session bob;

	open_session(&in);
	keep(DEMAND);
	assert_int_equal(sql_number("SELECT count(*) FROM reauthentication WHERE "
	    "instr(hex(sealed), hex('access_token')) > 0"), 0);
	bob = in.session;
	bob.subject = BOB;
	sql("UPDATE reauthentication SET subject = '" BOB "'");
	assert_int_equal(find(&bob), ABSENT);
	assert_int_equal(find(&in.session), ABSENT);
	sql(arena_printf(&fix.arena, "UPDATE reauthentication SET subject = '%s'", in.session.subject));
	assert_int_equal(find(&in.session), STORED);
	sql("UPDATE reauthentication SET client_id = '" OTHER_CLIENT "'");
	bob = in.session;
	bob.client_id = OTHER_CLIENT;
	assert_int_equal(find(&bob), ABSENT);
	sql("UPDATE reauthentication SET client_id = '" CLIENT "', sealed = zeroblob(length(sealed))");
	assert_int_equal(find(&in.session), ABSENT);
}

static void
that_the_person_was_asked_is_noted_of_that_demand_alone(UNUSED void **state)
{
	struct reauthentication before;

	open_session(&in);
	assert_int_equal(reauthentication_asked(&fix.rq, &in.session, &found), ABSENT);
	keep(DEMAND);
	assert_int_equal(find(&in.session), STORED);
	before = found;
	at(10);
	keep(OTHER);
	assert_int_equal(reauthentication_asked(&fix.rq, &in.session, &before), ABSENT);
	assert_int_equal(find(&in.session), STORED);
	assert_true(reauthentication_waits(&fix.rq, &found));
	at(20);
	assert_int_equal(reauthentication_asked(&fix.rq, &in.session, &found), STORED);
	assert_int_equal(find(&in.session), STORED);
	assert_int_equal(found.asked_at, START + 20);
	assert_int_equal(found.rounds, 1);
	assert_true(found.met);
	assert_true(reauthentication_waits(&fix.rq, &found));	/* on another device */
}

static void
a_demand_is_kept_and_the_clients_next_refresh_refused(UNUSED void **state)
{
	open_session(&in);
	assert_false(is_stepped_up());
	assert_int_equal(demand(DEMAND), INVALID_TOKEN);
	assert_int_equal(fix.rq.failure.error, INVALID_TOKEN);
	assert_non_null(strstr(fix.rq.failure.description, "sign in again"));
	assert_string_equal(fix.rq.failure.reason, "entra token: interaction_required AADSTS50076");
	assert_int_equal(find(&in.session), STORED);
	assert_string_equal(found.claims, DEMAND);
	assert_true(session_lives(&in.session));
	assert_true(is_stepped_up());
	assert_false(is_stepped_up());
}

/* Each call finds it again; the hour counts from the first. */
static void
the_same_demand_again_marks_the_session_and_keeps_its_hour(UNUSED void **state)
{
	open_session(&in);
	assert_int_equal(demand(BOTH), INVALID_TOKEN);
	assert_true(is_stepped_up());
	at(REAUTHENTICATION_WAITS - 1);
	assert_int_equal(demand(BOTH), INVALID_TOKEN);
	assert_true(is_stepped_up());
	assert_int_equal(demand(DEMAND), INVALID_TOKEN);	/* a part of it is no other */
	assert_int_equal(find(&in.session), STORED);
	assert_int_equal(found.demanded_at, START);
	assert_string_equal(found.claims, BOTH);
	at(REAUTHENTICATION_WAITS);
	assert_int_equal(demand(BOTH), INVALID_TOKEN);
	assert_int_equal(find(&in.session), STORED);
	assert_int_equal(found.demanded_at, START + REAUTHENTICATION_WAITS);
}

static void
a_store_that_fails_sends_nobody_to_sign_in_in_vain(UNUSED void **state)
{
	open_session(&in);
	sql("ALTER TABLE reauthentication RENAME TO out_of_reach");
	assert_int_equal(demand(DEMAND), TEMPORARILY_UNAVAILABLE);
	assert_false(is_stepped_up());
	assert_int_equal(find(&in.session), STORE_FAILED);
}

static void
without_the_cache_key_nothing_is_kept(UNUSED void **state)
{
	open_session(&in);
	assert_int_equal(unlink(path_of("keys/cache/key")), 0);
	assert_int_equal(reauthentication_keep(&fix.rq, &in.session, DEMAND), STORE_FAILED);
	assert_int_equal(demand(DEMAND), TEMPORARILY_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_demand_waits_for_the_person_for_an_hour_and_is_known_for_a_day),
		CASE(it_is_found_by_person_client_and_resource),
		CASE(it_stands_sealed_and_moved_to_another_row_it_does_not_open),
		CASE(that_the_person_was_asked_is_noted_of_that_demand_alone),
		CASE(a_demand_is_kept_and_the_clients_next_refresh_refused),
		CASE(the_same_demand_again_marks_the_session_and_keeps_its_hour),
		CASE(a_store_that_fails_sends_nobody_to_sign_in_in_vain),
		CASE(without_the_cache_key_nothing_is_kept),
	};

	return RUN(tests, NULL, NULL);
}
