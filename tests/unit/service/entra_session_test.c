/* SPDX-License-Identifier: MIT */
#include "service/entra_session.h"

#include "service/reauthentication.h"
#include "service/setback.h"

#include "entra_sign.h"

#define LIFE	3600	/* seconds of an access token of Entra's */

static struct signed_in in;
static const char *first;	/* the token that the session begins with */

/* A session whose Entra tokens are these. */
static void
begin(const char *refresh_token)
{
	struct opaque_token owner = opaque_token_new(&fix.arena);
	struct entra_tokens tokens = { .refresh_token = refresh_token, .expires_at = START + LIFE,
	    .renew_at = START + LIFE - ENTRA_EARLY };

	open_session(&in);
	tokens.access_token = first = access_token_of(PERSON, LIFE);
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 1));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &tokens),
	    STORED);
}

/* What Entra grants next. */
static const char *
will_grant(const char *object_id)
{
	const char *token = access_token_of(object_id, LIFE);

	atomic_store(&server.status, 200);
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"token_type\":\"Bearer\","
	    "\"expires_in\":%d,\"access_token\":\"%s\",\"refresh_token\":\"next\"}", LIFE, token));
	return token;
}

static void
will_refuse(int status, const char *error)
{
	atomic_store(&server.status, status);
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"error\":\"%s\"}", error));
}

static const char *token;

static enum entra_outcome
ask(void)
{
	token = NULL;
	fix.rq.failure = (struct failure){ 0 };
	return entra_session_token(&fix.rq, &in.session, &in.key, &token);
}

static void
a_token_with_time_left_serves_without_entra(UNUSED void **state)
{
	begin("rt");
	at(LIFE - ENTRA_EARLY - 1);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
five_minutes_before_its_end_it_is_refreshed_and_kept(UNUSED void **state)
{
	const char *second;

	begin("rt");
	at(LIFE - ENTRA_EARLY);
	second = will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, second);
	assert_non_null(strstr(server.head, "grant_type=refresh_token&refresh_token=rt&scope="));
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, second);
	assert_int_equal(atomic_load(&server.requests), 1);
	at(2 * LIFE);
	(void)will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_non_null(strstr(server.head, "&refresh_token=next&"));
}

static void
while_another_refreshes_the_old_one_serves(UNUSED void **state)
{
	struct opaque_token other = opaque_token_new(&fix.arena);

	begin("rt");
	at(LIFE - 1);
	assert_true(session_lease(&fix.rq, &in.session.sid, &other, 20));
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
while_entra_is_down_the_old_one_serves_to_its_end(UNUSED void **state)
{
	begin("rt");
	at(LIFE - 1);
	will_refuse(503, "server_error");
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	at(LIFE);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_null(token);
	assert_true(session_lives(&in.session));
	at(LIFE + SETBACK_BUSY);
	(void)will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
}

static void
a_refused_refresh_ends_the_session(UNUSED void **state)
{
	begin("rt");
	at(LIFE);
	will_refuse(400, "invalid_grant");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_null(token);
	assert_false(session_lives(&in.session));
}

static void
a_fault_of_ours_does_not_end_the_session(UNUSED void **state)
{
	begin("rt");
	at(LIFE);
	will_refuse(401, "invalid_client");
	assert_int_equal(ask(), ENTRA_MISCONFIGURED);
	assert_true(session_lives(&in.session));
}

static void
without_a_refresh_token_the_session_ends_with_the_access_token(UNUSED void **state)
{
	begin("");
	at(LIFE - 1);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	at(LIFE);
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_false(session_lives(&in.session));
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
a_token_of_another_person_is_never_used_or_kept(UNUSED void **state)
{
	begin("rt");
	at(LIFE - 1);
	(void)will_grant("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb");
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, first);
	at(LIFE);
	(void)will_grant("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb");
	assert_int_equal(ask(), ENTRA_MISCONFIGURED);
	assert_null(token);
}

static void
tokens_that_do_not_open_end_the_session(UNUSED void **state)
{
	begin("rt");
	sql("UPDATE session SET entra_tokens = zeroblob(length(entra_tokens))");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_false(session_lives(&in.session));
}

static void
what_entra_demands_at_a_refresh_waits_for_the_next_sign_in(UNUSED void **state)
{
	struct reauthentication demand = { .claims = NULL };

	begin("rt");
	at(LIFE);
	atomic_store(&server.status, 400);
	atomic_store(&server.body, "{\"error\":\"invalid_grant\",\"claims\":\"{\\\"a\\\":1}\"}");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_false(session_lives(&in.session));
	assert_int_equal(reauthentication_find(&fix.rq, &in.session, &demand), STORED);
	assert_string_equal(demand.claims, "{\"a\":1}");
	assert_false(demand.met);
}

static void
the_persons_own_tenant_is_asked(UNUSED void **state)
{
	begin("rt");
	at(LIFE);
	in.session.tenant_id = "22222222-2222-4222-8222-222222222222";
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);	/* its document is of another tenant */
	assert_int_equal(atomic_load(&server.requests), 0);
	in.session.tenant_id = TENANT;
	(void)will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
}

/* --- over, and another refreshes ------------------------------------------------------------------- */

static struct opaque_token other;

/* The token is past its end, and the lease is another's. */
static void
another_refreshes(void)
{
	begin("rt");
	at(LIFE);
	other = opaque_token_new(&fix.arena);
	assert_true(session_lease(&fix.rq, &in.session.sid, &other, 20));
}

static void
the_other_gives_up(void)
{
	if (fix.slept_ms >= 1000)
		session_release(&fix.rq, &in.session.sid, &other);
}

static void
who_waits_takes_over_from_one_who_gave_up(UNUSED void **state)
{
	const char *second;

	another_refreshes();
	second = will_grant(PERSON);
	fix.asleep = the_other_gives_up;
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, second);
	assert_true(fix.slept_ms >= 1000);
	assert_int_equal(atomic_load(&server.requests), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE lease_owner IS NULL"), 1);
}

static const char *of_the_other;

static void
the_other_is_done(void)
{
	struct entra_tokens tokens = { .access_token = of_the_other, .refresh_token = "next",
	    .expires_at = fix.clock + LIFE, .renew_at = fix.clock + LIFE - ENTRA_EARLY };

	assert_int_not_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &other, &tokens),
	    STORE_FAILED);
}

static void
who_waits_takes_what_the_other_got(UNUSED void **state)
{
	another_refreshes();
	of_the_other = access_token_of(PERSON, LIFE);
	fix.asleep = the_other_is_done;
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, of_the_other);
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
the_other_was_refused(void)
{
	session_end_now(&fix.rq, &in.session.sid, "test");
}

static void
who_waits_for_a_session_that_ends_is_refused(UNUSED void **state)
{
	another_refreshes();
	fix.asleep = the_other_was_refused;
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_null(token);
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
who_has_waited_too_long_is_told_to_come_again(UNUSED void **state)
{
	another_refreshes();
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_null(token);
	assert_true(fix.slept_ms >= 5000 && fix.slept_ms < 7000);
	assert_true(session_lives(&in.session));
	assert_int_equal(atomic_load(&server.requests), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGNED(a_token_with_time_left_serves_without_entra),
		SIGNED(five_minutes_before_its_end_it_is_refreshed_and_kept),
		SIGNED(while_another_refreshes_the_old_one_serves),
		SIGNED(while_entra_is_down_the_old_one_serves_to_its_end),
		SIGNED(a_refused_refresh_ends_the_session),
		SIGNED(a_fault_of_ours_does_not_end_the_session),
		SIGNED(without_a_refresh_token_the_session_ends_with_the_access_token),
		SIGNED(a_token_of_another_person_is_never_used_or_kept),
		SIGNED(tokens_that_do_not_open_end_the_session),
		SIGNED(what_entra_demands_at_a_refresh_waits_for_the_next_sign_in),
		SIGNED(the_persons_own_tenant_is_asked),
		SIGNED(who_waits_takes_over_from_one_who_gave_up),
		SIGNED(who_waits_takes_what_the_other_got),
		SIGNED(who_waits_for_a_session_that_ends_is_refused),
		SIGNED(who_has_waited_too_long_is_told_to_come_again),
	};

	return RUN(tests, make_keys, free_keys);
}
