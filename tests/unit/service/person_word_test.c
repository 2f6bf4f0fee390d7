/* SPDX-License-Identifier: MIT */
/* How old Entra's word on a person may be, and what becomes of one whom it does not know any more. */
#include "service/person.h"

#include "person_in.h"

/* What Entra grants next has those members. */
static void
will_grant(const char *members)
{
	const char *claims = access_claims(PERSON, LIFE);

	entra_token = sign_token(entra_key, ENTRA_HEADER, arena_printf(&fix.arena, "%.*s%s",
	    (int)strlen(claims) - 1, claims, members));
	atomic_store(&server.status, 200);
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"token_type\":\"Bearer\",\"expires_in\":%d,"
	    "\"access_token\":\"%s\",\"refresh_token\":\"next\"}", LIFE, entra_token));
}

static void
will_answer(int status, const char *body)
{
	atomic_store(&server.status, status);
	atomic_store(&server.body, body);
}

/* The session as the next request sees it, which needs no token of Entra's. */
static enum oauth_error
come(void)
{
	fix.rq.failure = (struct failure){ 0 };
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE,
	    &access_of_person), OAUTH_OK);
	return person_open(&fix.rq, &access_of_person, false, &person);
}

static void
entra_is_asked_when_its_word_is_old_though_nothing_needs_it(UNUSED void **state)
{
	sign_in_with(RIGHTS, LIFE);
	at(LIFE - ENTRA_EARLY - 1);
	will_grant(RIGHTS);
	assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(atomic_load(&server.requests), 0);
	at(LIFE - ENTRA_EARLY);
	assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(atomic_load(&server.requests), 1);
	assert_null(person.entra_token);
	assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(atomic_load(&server.requests), 1);
	assert_true(access_of_person.session.entra_until > fix.clock);
}

static void
its_silence_is_no_refusal(UNUSED void **state)
{
	static const struct { int status; const char *body; } rows[] = {
		{ 503, "" }, { 429, "" }, { 200, "<html>" }, { 401, "{\"error\":\"invalid_client\"}" },
		{ 400, "{\"error\":\"invalid_scope\"}" },
	};

	sign_in_with(RIGHTS, 10);
	at(20);
	for (size_t i = 0; i < COUNT(rows); i++) {
		sql("DELETE FROM setback");
		will_answer(rows[i].status, rows[i].body);
		assert_int_equal(come(), OAUTH_OK);
		assert_int_equal(atomic_load(&server.requests), i + 1);
		assert_int_equal(fix.rq.failure.error, OAUTH_OK);
		assert_null(fix.rq.failure.reason);
		assert_null(person.entra_token);
		assert_true(session_lives(&in.session));
	}
}

static void
its_refusal_ends_the_session_though_nothing_needs_it(UNUSED void **state)
{
	sign_in_with(RIGHTS, 10);
	at(20);
	will_answer(400, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(come(), INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.description, "the session has ended; sign in again");
	assert_false(session_lives(&in.session));
}

static void
people_of_a_tenant_that_was_taken_off_the_list_are_out_at_once(UNUSED void **state)
{
	sign_in_with(RIGHTS, LIFE);
	fix.config.entra.tenant_id = "22222222-2222-4222-8222-222222222222";
	assert_int_equal(come(), INVALID_TOKEN);
	assert_false(session_lives(&in.session));
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
an_entra_that_does_not_answer_is_asked_once_a_minute_and_waited_for_by_nobody(UNUSED void **state)
{
	struct opaque_token other = opaque_token_new(&fix.arena);

	sign_in_with(RIGHTS, 10);
	at(20);
	assert_true(session_lease(&fix.rq, &in.session.sid, &other, 10));
	assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(fix.slept_ms, 0);
	session_release(&fix.rq, &in.session.sid, &other);
	sql("DELETE FROM setback");
	will_answer(503, "");
	for (int i = 0; i < 3; i++)
		assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(atomic_load(&server.requests), 1);
}

/* The time that counts is sealed with the tokens. */
static void
a_planted_date_does_not_hide_that_entras_word_is_old(UNUSED void **state)
{
	sign_in_with(RIGHTS, 10);
	sql("UPDATE session SET entra_until = 99999999999");
	at(20);
	will_answer(400, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(come(), INVALID_TOKEN);
	assert_false(session_lives(&in.session));
}

/* Whoever holds our keys can seal tokens that are fresh for ever, yet none that Entra signed for another. */
static void
sealed_tokens_make_nobody_whom_entra_did_not_name(UNUSED void **state)
{
	const char *forged[] = {
		"nonsense", access_token_of("bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb", LIFE),
		sign_token(stranger_key, ENTRA_HEADER, access_claims(PERSON, LIFE)),
	};

	for (size_t i = 0; i < COUNT(forged); i++)
		for (int silent = 0; silent < 2; silent++) {
			struct opaque_token owner = opaque_token_new(&fix.arena);
			struct entra_tokens tokens = { .access_token = forged[i], .refresh_token = "rt",
			    .expires_at = fix.clock + LIFE, .renew_at = silent ? 0 : fix.clock + LIFE, .asked_at = fix.clock };

			sql("DELETE FROM setback");
			sign_in_with(RIGHTS, LIFE);
			will_answer(503, "");
			assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 1));
			assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &tokens), STORED);
			assert_int_equal(come(), SERVER_ERROR);
		}
}

/* With cp1 a token lives a day: who was disabled meanwhile must not. */
static void
entras_word_is_an_hour_old_at_most_however_long_its_token_lives(UNUSED void **state)
{
	sign_in_with(RIGHTS, 80000);
	at(ENTRA_WORD_LASTS - 1);
	assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(atomic_load(&server.requests), 0);
	assert_int_equal(access_token_issue(&fix.rq, &in.session, &in.key, SCOPE, &in.refresh, NULL,
	    &in.grant), OAUTH_OK);
	sql("UPDATE session SET entra_until = 99999999999");
	at(ENTRA_WORD_LASTS);
	will_answer(400, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(come(), INVALID_TOKEN);
	assert_false(session_lives(&in.session));
}

/* --- a token that Entra does not take any more ----------------------------------------------------- */

static void
a_token_that_entra_refuses_is_renewed(UNUSED void **state)
{
	const char *before;
	bool renewed = false;

	sign_in_with(RIGHTS, LIFE);
	assert_int_equal(person_open(&fix.rq, &access_of_person, true, &person), OAUTH_OK);
	before = person.entra_token;
	will_grant("}");
	fix.rq.failure = (struct failure){ .reason = "of the exchange" };
	assert_int_equal(person_renew(&fix.rq, &person, &renewed), OAUTH_OK);
	assert_true(renewed);
	assert_string_not_equal(person.entra_token, before);
	assert_string_equal(person.entra_token, entra_token);
	assert_int_equal(person_renew(&fix.rq, &person, &renewed), OAUTH_OK);
	assert_false(renewed);
	assert_string_equal(person.entra_token, entra_token);
	assert_string_equal(fix.rq.failure.reason, "of the exchange");
	assert_int_equal(atomic_load(&server.requests), 1);
}

static void
a_person_whom_entra_has_revoked_is_out_when_their_token_is_renewed(UNUSED void **state)
{
	bool renewed = true;

	sign_in_with(RIGHTS, LIFE);
	assert_int_equal(person_open(&fix.rq, &access_of_person, true, &person), OAUTH_OK);
	will_answer(400, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(person_renew(&fix.rq, &person, &renewed), INVALID_TOKEN);
	assert_false(renewed);
	assert_false(session_lives(&in.session));
}

/* A session of before there was a date. */
static void
a_session_without_a_date_is_asked_about(UNUSED void **state)
{
	sign_in_with(RIGHTS, 10);
	sql("UPDATE session SET entra_until = NULL");
	will_grant(RIGHTS);
	assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(atomic_load(&server.requests), 1);
	assert_true(sql_number("SELECT entra_until FROM session") > START);
}

/* The hint is what streams live by: it is no later than Entra's word. */
static void
the_hint_is_no_later_than_the_sealed_word(UNUSED void **state)
{
	sign_in_with(RIGHTS, 10);
	at(20);
	will_grant(RIGHTS);
	assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(sql_number("SELECT entra_until FROM session"), START + 20 + LIFE - ENTRA_EARLY);
}

static void
a_silent_entra_does_not_let_a_stream_live_on(UNUSED void **state)
{
	sign_in_with(RIGHTS, LIFE);
	will_answer(503, "");
	for (int64_t t = LIFE - ENTRA_EARLY; t < LIFE - ENTRA_EARLY + ENTRA_SILENCE_MAX; t += 60) {
		at(t);
		assert_int_equal(access_token_issue(&fix.rq, &in.session, &in.key, SCOPE, &in.refresh, NULL,
		    &in.grant), OAUTH_OK);
		assert_int_equal(come(), OAUTH_OK);
	}
	at(LIFE - ENTRA_EARLY + ENTRA_SILENCE_MAX);
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), ABSENT);
}

static void
a_token_that_could_not_be_renewed_is_not_told_as_renewed(UNUSED void **state)
{
	bool renewed = true;

	sign_in_with(RIGHTS, LIFE);
	assert_int_equal(person_open(&fix.rq, &access_of_person, true, &person), OAUTH_OK);
	will_answer(503, "");
	assert_int_equal(person_renew(&fix.rq, &person, &renewed), OAUTH_OK);
	assert_false(renewed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGNED(entra_is_asked_when_its_word_is_old_though_nothing_needs_it),
		SIGNED(its_silence_is_no_refusal),
		SIGNED(its_refusal_ends_the_session_though_nothing_needs_it),
		SIGNED(people_of_a_tenant_that_was_taken_off_the_list_are_out_at_once),
		SIGNED(an_entra_that_does_not_answer_is_asked_once_a_minute_and_waited_for_by_nobody),
		SIGNED(a_planted_date_does_not_hide_that_entras_word_is_old),
		SIGNED(sealed_tokens_make_nobody_whom_entra_did_not_name),
		SIGNED(entras_word_is_an_hour_old_at_most_however_long_its_token_lives),
		SIGNED(a_token_that_entra_refuses_is_renewed),
		SIGNED(a_person_whom_entra_has_revoked_is_out_when_their_token_is_renewed),
		SIGNED(a_session_without_a_date_is_asked_about),
		SIGNED(the_hint_is_no_later_than_the_sealed_word),
		SIGNED(a_silent_entra_does_not_let_a_stream_live_on),
		SIGNED(a_token_that_could_not_be_renewed_is_not_told_as_renewed),
	};

	return RUN(tests, make_keys, free_keys);
}
