/* SPDX-License-Identifier: MIT */
/* A token that lives and does not serve: a new one may. */
#include "service/entra_session.h"

#include "service/setback.h"

#include "refreshing.h"

#define BOB	"bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"

/* Entra does not take that token any more. */
static enum entra_outcome
renew(const char *refused)
{
	token = refused;
	fix.rq.failure = (struct failure){ 0 };
	return entra_session_renew(&fix.rq, &in.session, &in.key, &token);
}

static int
asked(void)
{
	return atomic_load(&server.requests);
}

/* What the session holds, as another process or an earlier key may have left it. */
static void
hold(const char *access_token)
{
	const struct entra_tokens tokens = { .access_token = access_token, .refresh_token = "rt",
	    .expires_at = fix.clock + LIFE, .renew_at = fix.clock + LIFE - ENTRA_EARLY, .asked_at = fix.clock };
	struct opaque_token owner = opaque_token_new(&fix.arena);

	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 10));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &tokens), STORED);
}

static void
a_refused_token_is_renewed_once_a_minute(UNUSED void **state)
{
	const char *second;

	begin("rt");
	at(1);
	second = will_grant(PERSON);
	assert_int_equal(renew(first), ENTRA_GRANTED);
	assert_string_equal(token, second);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, second);
	at(SETBACK_SAME);
	assert_int_equal(renew(second), ENTRA_GRANTED);
	assert_ptr_equal(token, second);
	assert_int_equal(asked(), 1);
	at(1 + SETBACK_SAME);
	(void)will_grant(PERSON);
	assert_int_equal(renew(second), ENTRA_GRANTED);
	assert_string_not_equal(token, second);
	assert_int_equal(asked(), 2);
}

static void
one_that_another_has_renewed_is_taken(UNUSED void **state)
{
	const char *second;

	begin("rt");
	at(1);
	second = access_token_of(PERSON, LIFE);
	hold(second);
	assert_int_equal(renew(first), ENTRA_GRANTED);
	assert_string_equal(token, second);
	assert_int_equal(asked(), 0);
}

static void
a_person_who_was_revoked_has_no_session(UNUSED void **state)
{
	begin("rt");
	will_refuse(400, "invalid_grant");
	assert_int_equal(renew(first), ENTRA_REFUSED);
	assert_false(session_lives(&in.session));
}

static void
an_entra_that_is_silent_ends_nothing(UNUSED void **state)
{
	begin("rt");
	will_refuse(503, "server_error");
	assert_int_equal(renew(first), ENTRA_GRANTED);
	assert_string_equal(token, first);
	assert_true(session_lives(&in.session));
}

/* A key that was withdrawn, an audience that is another now. */
static void
a_kept_token_that_does_not_verify_any_more_is_renewed(UNUSED void **state)
{
	const char *second;

	begin("rt");
	hold(access_token_of(BOB, LIFE));
	second = will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_string_equal(token, second);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_int_equal(asked(), 1);
}

static void
where_the_new_one_does_not_verify_either_entra_is_asked_once_a_minute(UNUSED void **state)
{
	begin("rt");
	hold(access_token_of(BOB, LIFE));
	(void)will_grant(BOB);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ask(), ENTRA_MISCONFIGURED);
	assert_int_equal(asked(), 1);
	assert_true(session_lives(&in.session));
	at(SETBACK_SAME);
	(void)will_grant(PERSON);
	assert_int_equal(ask(), ENTRA_GRANTED);
}

static void
a_kept_token_that_does_not_verify_shows_that_a_person_was_revoked(UNUSED void **state)
{
	begin("rt");
	hold(access_token_of(BOB, LIFE));
	will_refuse(400, "invalid_grant");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_false(session_lives(&in.session));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGNED(a_refused_token_is_renewed_once_a_minute),
		SIGNED(one_that_another_has_renewed_is_taken),
		SIGNED(a_person_who_was_revoked_has_no_session),
		SIGNED(an_entra_that_is_silent_ends_nothing),
		SIGNED(a_kept_token_that_does_not_verify_any_more_is_renewed),
		SIGNED(where_the_new_one_does_not_verify_either_entra_is_asked_once_a_minute),
		SIGNED(a_kept_token_that_does_not_verify_shows_that_a_person_was_revoked),
	};

	return RUN(tests, make_keys, free_keys);
}
