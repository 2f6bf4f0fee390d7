/* SPDX-License-Identifier: MIT */
#include "service/reauthentication.h"

#include "signed_in.h"

#define DEMAND	"{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}}"
#define BOB	"bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"

static struct signed_in in;
static struct reauthentication found;

static enum stored
find(const struct session *s)
{
	found = (struct reauthentication){ .claims = NULL };
	return reauthentication_find(&fix.rq, s, &found);
}

static void
keep(const char *claims)
{
	assert_int_equal(reauthentication_keep(&fix.rq, &in.session, claims), STORED);
}

/* What becomes of a demand that comes with a call. */
static enum oauth_error
demand(const char *claims)
{
	fix.rq.failure = (struct failure){ .reason = "entra token: interaction_required AADSTS50076" };
	return reauthentication_demand(&fix.rq, &in.session, claims);
}

/* Whether the client's next refresh is the one to be refused. */
static bool
is_stepped_up(void)
{
	return session_step_up_take(&fix.rq, &in.session.sid) == STORED;
}

static void
a_demand_waits_for_the_person_for_an_hour(UNUSED void **state)
{
	open_session(&in);
	assert_int_equal(find(&in.session), ABSENT);
	keep(DEMAND);
	at(REAUTHENTICATION_WAITS - 1);
	assert_int_equal(find(&in.session), STORED);
	assert_string_equal(found.claims, DEMAND);
	assert_false(found.met);
	at(REAUTHENTICATION_WAITS);
	assert_int_equal(find(&in.session), ABSENT);
}

/* It outlives the session that it was made in: the next sign-in finds it. */
static void
it_is_found_by_tenant_person_client_and_resource(UNUSED void **state)
{
	struct signed_in next;
	struct session other;

	open_session(&in);
	keep(DEMAND);
	session_end_now(&fix.rq, &in.session.sid, "test");
	open_session(&next);
	assert_int_equal(find(&next.session), STORED);
	other = in.session;
	other.tenant_id = PERSON;
	assert_int_equal(find(&other), ABSENT);
	other = in.session;
	other.object_id = BOB;
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
	bob.object_id = BOB;
	sql("UPDATE reauthentication SET object_id = '" BOB "'");
	assert_int_equal(find(&bob), ABSENT);
	assert_int_equal(find(&in.session), ABSENT);
	sql("UPDATE reauthentication SET object_id = '" PERSON "'");
	assert_int_equal(find(&in.session), STORED);
	sql("UPDATE reauthentication SET client_id = '" OTHER_CLIENT "'");
	bob = in.session;
	bob.client_id = OTHER_CLIENT;
	assert_int_equal(find(&bob), ABSENT);
	sql("UPDATE reauthentication SET client_id = '" CLIENT "', sealed = zeroblob(length(sealed))");
	assert_int_equal(find(&in.session), ABSENT);
}

static void
once_met_it_is_known_as_met_for_a_while(UNUSED void **state)
{
	open_session(&in);
	assert_int_equal(reauthentication_meet(&fix.rq, &in.session), ABSENT);
	keep(DEMAND);
	at(3000);
	assert_int_equal(reauthentication_meet(&fix.rq, &in.session), STORED);
	at(3000 + REAUTHENTICATION_SERVES - 1);
	assert_int_equal(find(&in.session), STORED);
	assert_true(found.met);
	assert_string_equal(found.claims, DEMAND);
	at(3000 + REAUTHENTICATION_SERVES);
	assert_int_equal(find(&in.session), ABSENT);
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
	assert_int_equal(demand(DEMAND), INVALID_TOKEN);
	assert_true(is_stepped_up());
	at(100);
	assert_int_equal(demand(DEMAND), INVALID_TOKEN);
	assert_true(is_stepped_up());
	assert_int_equal(sql_number("SELECT expires_at FROM reauthentication"),
	    START + REAUTHENTICATION_WAITS);
}

static void
a_demand_that_was_just_met_is_not_made_again(UNUSED void **state)
{
	open_session(&in);
	keep(DEMAND);
	assert_int_equal(reauthentication_meet(&fix.rq, &in.session), STORED);
	at(REAUTHENTICATION_SERVES - 1);
	assert_int_equal(demand(DEMAND), OAUTH_OK);
	assert_false(is_stepped_up());
	at(REAUTHENTICATION_SERVES);
	assert_int_equal(demand(DEMAND), INVALID_TOKEN);
	assert_true(is_stepped_up());
	assert_int_equal(find(&in.session), STORED);
	assert_false(found.met);
}

static void
a_new_demand_takes_the_place_of_an_older_one_met_or_not(UNUSED void **state)
{
	open_session(&in);
	keep(DEMAND);
	assert_int_equal(demand("{\"a\":1}"), INVALID_TOKEN);
	assert_int_equal(find(&in.session), STORED);
	assert_string_equal(found.claims, "{\"a\":1}");
	assert_int_equal(reauthentication_meet(&fix.rq, &in.session), STORED);
	at(10);
	assert_int_equal(demand(DEMAND), INVALID_TOKEN);
	assert_int_equal(find(&in.session), STORED);
	assert_string_equal(found.claims, DEMAND);
	assert_false(found.met);
	assert_int_equal(sql_number("SELECT expires_at FROM reauthentication"),
	    START + 10 + REAUTHENTICATION_WAITS);
	assert_int_equal(sql_number("SELECT count(*) FROM reauthentication"), 1);
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
	assert_int_equal(unlink(path_of("keys/cache")), 0);
	assert_int_equal(reauthentication_keep(&fix.rq, &in.session, DEMAND), STORE_FAILED);
	assert_int_equal(demand(DEMAND), TEMPORARILY_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_demand_waits_for_the_person_for_an_hour),
		CASE(it_is_found_by_tenant_person_client_and_resource),
		CASE(it_stands_sealed_and_moved_to_another_row_it_does_not_open),
		CASE(once_met_it_is_known_as_met_for_a_while),
		CASE(a_demand_is_kept_and_the_clients_next_refresh_refused),
		CASE(the_same_demand_again_marks_the_session_and_keeps_its_hour),
		CASE(a_demand_that_was_just_met_is_not_made_again),
		CASE(a_new_demand_takes_the_place_of_an_older_one_met_or_not),
		CASE(a_store_that_fails_sends_nobody_to_sign_in_in_vain),
		CASE(without_the_cache_key_nothing_is_kept),
	};

	return RUN(tests, NULL, NULL);
}
