/* SPDX-License-Identifier: MIT */
/* A look at Entra's word for a request that needs no token: nobody waits long for it. */
#include "service/entra_session.h"

#include "service/setback.h"

#include "refreshing.h"

#define SILENCE	15	/* seconds in which nobody is looked at after Entra was silent */

static enum entra_outcome
check_of(const struct signed_in *who)
{
	token = NULL;
	fix.rq.failure = (struct failure){ 0 };
	return entra_session_check(&fix.rq, &who->session, &who->key, &token);
}

static int
asked(void)
{
	return atomic_load(&server.requests);
}

static void
a_word_that_is_fresh_is_not_asked_for(UNUSED void **state)
{
	begin("rt");
	at(LIFE - ENTRA_EARLY - 1);
	assert_int_equal(check_of(&in), ENTRA_GRANTED);
	assert_string_equal(token, first);
	assert_int_equal(asked(), 0);
}

/* Whoever needs the token has one that lives. */
static void
a_word_is_old_after_an_hour_though_its_token_lives(UNUSED void **state)
{
	const struct entra_tokens long_lived = { .access_token = access_token_of(PERSON, 80000),
	    .refresh_token = "rt", .expires_at = START + 80000, .renew_at = START + 79000, .asked_at = START };
	struct opaque_token owner = opaque_token_new(&fix.arena);

	begin("rt");
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 10));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &long_lived), STORED);
	at(ENTRA_WORD_LASTS - 1);
	assert_int_equal(check_of(&in), ENTRA_GRANTED);
	at(ENTRA_WORD_LASTS);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_int_equal(asked(), 0);
	(void)will_grant(PERSON);
	assert_int_equal(check_of(&in), ENTRA_GRANTED);
	assert_int_equal(asked(), 1);
	assert_int_equal(check_of(&in), ENTRA_GRANTED);
	assert_int_equal(asked(), 1);
}

static void
while_entra_is_silent_nobody_is_looked_at_for_a_while(UNUSED void **state)
{
	struct signed_in other;

	begin("theirs");
	other = in;
	begin("rt");
	at(LIFE);
	atomic_store(&server.silent, true);
	assert_int_equal(check_of(&in), ENTRA_UNAVAILABLE);
	atomic_store(&server.silent, false);
	assert_int_equal(asked(), 1);
	(void)will_grant(PERSON);
	at(LIFE + SILENCE - 1);
	assert_int_equal(check_of(&other), ENTRA_UNAVAILABLE);
	assert_int_equal(asked(), 1);
	at(LIFE + SILENCE);
	assert_int_equal(check_of(&other), ENTRA_GRANTED);
	assert_int_equal(asked(), 2);
	assert_int_equal(check_of(&in), ENTRA_UNAVAILABLE);
	at(LIFE + SETBACK_SAME);
	assert_int_equal(check_of(&in), ENTRA_GRANTED);
	assert_int_equal(asked(), 3);
}

/* The old token serves those who need one; the word is old all the same. */
static void
a_silent_entra_has_not_said_its_word_though_the_token_lives(UNUSED void **state)
{
	begin("rt");
	at(LIFE - 1);
	will_refuse(503, "server_error");
	assert_int_equal(check_of(&in), ENTRA_UNAVAILABLE);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_true(session_lives(&in.session));
}

static void
another_fault_is_of_the_session_alone(UNUSED void **state)
{
	struct signed_in other;

	begin("theirs");
	other = in;
	begin("rt");
	at(LIFE);
	will_refuse(400, "invalid_scope");
	assert_int_equal(check_of(&in), ENTRA_MISCONFIGURED);
	(void)will_grant(PERSON);
	assert_int_equal(check_of(&other), ENTRA_GRANTED);
	at(LIFE + SETBACK_SAME - 1);
	assert_int_equal(check_of(&in), ENTRA_UNAVAILABLE);
	assert_int_equal(asked(), 2);
	at(LIFE + SETBACK_SAME);
	assert_int_equal(check_of(&in), ENTRA_GRANTED);
}

static void
a_refusal_ends_the_session(UNUSED void **state)
{
	begin("rt");
	at(LIFE);
	will_refuse(400, "invalid_grant");
	assert_int_equal(check_of(&in), ENTRA_REFUSED);
	assert_false(session_lives(&in.session));
}

static void
another_that_refreshes_is_not_waited_for(UNUSED void **state)
{
	struct opaque_token other = opaque_token_new(&fix.arena);

	begin("rt");
	at(LIFE);
	assert_true(session_lease(&fix.rq, &in.session.sid, &other, 10));
	assert_int_equal(check_of(&in), ENTRA_UNAVAILABLE);
	assert_int_equal(fix.slept_ms, 0);
	assert_int_equal(asked(), 0);
}

/* Nobody asked Entra, so nobody knows that it is silent. */
static void
a_session_that_cannot_be_refreshed_stops_no_other(UNUSED void **state)
{
	struct signed_in other;

	begin("rt");
	other = in;
	begin("");
	sql("UPDATE session SET entra_until = 1");
	at(LIFE - ENTRA_EARLY);
	assert_int_equal(check_of(&in), ENTRA_UNAVAILABLE);
	(void)will_grant(PERSON);
	assert_int_equal(check_of(&other), ENTRA_GRANTED);
}

static void
a_session_that_another_request_refreshes_stops_no_other(UNUSED void **state)
{
	struct opaque_token owner = opaque_token_new(&fix.arena);
	struct signed_in other;

	begin("theirs");
	other = in;
	begin("rt");
	at(LIFE);
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 10));
	assert_int_equal(check_of(&in), ENTRA_UNAVAILABLE);
	(void)will_grant(PERSON);
	assert_int_equal(check_of(&other), ENTRA_GRANTED);
}

/* One session's loop detection is of its own words. */
static void
a_session_that_entra_throttles_stops_no_other(UNUSED void **state)
{
	struct signed_in other;

	begin("theirs");
	other = in;
	begin("rt");
	at(LIFE);
	atomic_store(&server.status, 400);
	atomic_store(&server.body, "{\"error\":\"invalid_grant\",\"error_codes\":[50196]}");
	assert_int_equal(check_of(&in), ENTRA_UNAVAILABLE);
	(void)will_grant(PERSON);
	assert_int_equal(check_of(&other), ENTRA_GRANTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGNED(a_word_that_is_fresh_is_not_asked_for),
		SIGNED(a_word_is_old_after_an_hour_though_its_token_lives),
		SIGNED(while_entra_is_silent_nobody_is_looked_at_for_a_while),
		SIGNED(a_silent_entra_has_not_said_its_word_though_the_token_lives),
		SIGNED(another_fault_is_of_the_session_alone),
		SIGNED(a_refusal_ends_the_session),
		SIGNED(another_that_refreshes_is_not_waited_for),
		SIGNED(a_session_that_cannot_be_refreshed_stops_no_other),
		SIGNED(a_session_that_another_request_refreshes_stops_no_other),
		SIGNED(a_session_that_entra_throttles_stops_no_other),
	};

	return RUN(tests, make_keys, free_keys);
}
