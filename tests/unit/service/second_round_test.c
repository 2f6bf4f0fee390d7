/* SPDX-License-Identifier: MIT */
#include "service/second_round.h"

#include "base/base64url.h"

#include "demanding.h"

static struct authorization_request asked;
static struct reauthentication out;

/* The transaction of a sign-in: of the second round, with those claims, or of the first with NULL. */
static void
begin(const char *claims)
{
	open_session(&in);
	asked = (struct authorization_request){ .client_id = CLIENT, .resource = RESOURCE };
	if (claims != NULL)
		asked.reauthenticates = second_round_name(&fix.rq, &in.session, claims);
}

/* The person comes back with a token of those claims. */
static enum oauth_error
come_back(const struct session *s, const char *claims)
{
	fix.rq.failure = (struct failure){ 0 };
	return second_round_find(&fix.rq, &asked, s, arena_printf(&fix.arena, "eyJhbGciOiJSUzI1NiJ9.%s.c2ln",
	    base64url_encode(&fix.arena, claims, strlen(claims))), &out);
}

static void
a_second_round_is_named_by_person_and_demand(UNUSED void **state)
{
	const char *name;
	struct session bob;

	open_session(&in);
	bob = in.session;
	bob.subject = "bob";
	name = second_round_name(&fix.rq, &in.session, DEMAND);
	assert_int_equal(strncmp(name, in.session.subject, strlen(in.session.subject)), 0);
	assert_int_equal(strlen(name), strlen(in.session.subject) + 1 + 43);
	assert_null(strstr(name, "acrs"));
	assert_string_not_equal(second_round_name(&fix.rq, &in.session, OTHER), name);
	assert_string_not_equal(second_round_name(&fix.rq, &bob, DEMAND), name);
}

static void
the_first_round_finds_what_waits(UNUSED void **state)
{
	begin(NULL);
	assert_int_equal(come_back(&in.session, "{}"), OAUTH_OK);
	assert_null(out.claims);
	keep(DEMAND);
	assert_int_equal(come_back(&in.session, "{}"), OAUTH_OK);
	assert_string_equal(out.claims, DEMAND);
	at(REAUTHENTICATION_WAITS);
	assert_int_equal(come_back(&in.session, "{}"), OAUTH_OK);
	assert_null(out.claims);
}

static void
the_second_is_of_the_same_person(UNUSED void **state)
{
	struct session bob;

	begin(DEMAND);
	keep(DEMAND);
	bob = in.session;
	bob.subject = "bob";
	assert_int_equal(come_back(&bob, "{\"acrs\":[\"c1\"]}"), ACCESS_DENIED);
	assert_null(out.claims);
	assert_int_equal(come_back(&in.session, "{\"acrs\":[\"c1\"]}"), OAUTH_OK);
	assert_string_equal(out.claims, DEMAND);
}

/* The third sign-in does without: nobody is locked out by what cannot be met. */
static void
a_second_round_that_does_not_bring_it_is_refused_twice(UNUSED void **state)
{
	begin(DEMAND);
	keep(DEMAND);
	assert_int_equal(come_back(&in.session, "{\"acrs\":[\"c2\"]}"), ACCESS_DENIED);
	assert_int_equal(find(&in.session), STORED);
	assert_true(reauthentication_waits(&fix.rq, &found));
	assert_int_equal(come_back(&in.session, "{\"acrs\":[\"c2\"]}"), ACCESS_DENIED);
	assert_int_equal(find(&in.session), STORED);
	assert_int_equal(found.asked_at, START);
	assert_false(found.met);
	assert_int_equal(found.rounds, 2);
	begin(NULL);
	assert_int_equal(come_back(&in.session, "{}"), OAUTH_OK);
	assert_null(out.claims);
}

static void
a_demand_that_was_made_meanwhile_is_for_the_next_sign_in(UNUSED void **state)
{
	begin(DEMAND);
	keep(OTHER);
	assert_int_equal(come_back(&in.session, "{}"), OAUTH_OK);
	assert_null(out.claims);
	assert_int_equal(find(&in.session), STORED);
	assert_true(reauthentication_waits(&fix.rq, &found));
}

static void
a_second_round_that_the_person_gives_up_was_one(UNUSED void **state)
{
	begin(NULL);
	keep(DEMAND);
	second_round_given_up(&fix.rq, &asked);
	assert_int_equal(find(&in.session), STORED);
	assert_true(reauthentication_waits(&fix.rq, &found));
	begin(DEMAND);
	second_round_given_up(&fix.rq, &asked);
	assert_int_equal(find(&in.session), STORED);
	assert_true(reauthentication_waits(&fix.rq, &found));
	assert_int_equal(found.rounds, 1);
	second_round_given_up(&fix.rq, &asked);
	assert_int_equal(find(&in.session), STORED);
	assert_false(reauthentication_waits(&fix.rq, &found));
	assert_int_equal(found.rounds, 2);
}

static void
a_store_that_fails_is_told(UNUSED void **state)
{
	begin(DEMAND);
	sql("ALTER TABLE reauthentication RENAME TO out_of_reach");
	assert_int_equal(come_back(&in.session, "{}"), TEMPORARILY_UNAVAILABLE);
}

static void
giving_up_is_of_the_demand_of_that_round(UNUSED void **state)
{
	begin(DEMAND);
	keep(OTHER);
	second_round_given_up(&fix.rq, &asked);
	assert_int_equal(find(&in.session), STORED);
	assert_true(reauthentication_waits(&fix.rq, &found));
}

/* Another device of the same client: what the first one was asked for it has not met. */
static void
who_signs_in_elsewhere_without_having_met_it_is_asked_too(UNUSED void **state)
{
	struct signed_in elsewhere;

	begin(NULL);
	elsewhere = in;
	keep(DEMAND);
	at(10);
	sign_in_asked();
	assert_int_equal(demand_of(&elsewhere.session, DEMAND), INVALID_TOKEN);
	at(20);
	open_session(&elsewhere);
	assert_int_equal(come_back(&elsewhere.session, "{}"), OAUTH_OK);
	assert_non_null(out.claims);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_second_round_is_named_by_person_and_demand),
		CASE(the_first_round_finds_what_waits),
		CASE(the_second_is_of_the_same_person),
		CASE(a_second_round_that_does_not_bring_it_is_refused_twice),
		CASE(a_demand_that_was_made_meanwhile_is_for_the_next_sign_in),
		CASE(a_second_round_that_the_person_gives_up_was_one),
		CASE(a_store_that_fails_is_told),
		CASE(giving_up_is_of_the_demand_of_that_round),
		CASE(who_signs_in_elsewhere_without_having_met_it_is_asked_too),
	};

	return RUN(tests, NULL, NULL);
}
