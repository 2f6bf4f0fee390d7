/* SPDX-License-Identifier: MIT */
/* The token is over, and another request refreshes it. */
#include "service/entra_session.h"

#include "refreshing.h"

static struct opaque_token other;

/* The token is past its end, and the lease is another's. */
static void
another_refreshes(void)
{
	begin("rt");
	at(LIFE);
	other = opaque_token_new(&fix.arena);
	assert_true(session_lease(&fix.rq, &in.session.sid, &other, 10));
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
	    .expires_at = fix.clock + LIFE,
	    .renew_at = fix.clock + LIFE - ENTRA_EARLY, .asked_at = fix.clock };

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

static bool
nobody(void *unused UNUSED)
{
	return false;
}

static void
who_waits_for_a_client_that_has_gone_stops(UNUSED void **state)
{
	another_refreshes();
	http_client_watch(fix.rq.http, nobody, NULL);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	http_client_watch(fix.rq.http, NULL, NULL);
	assert_int_equal(fix.slept_ms, 0);
	assert_true(session_lives(&in.session));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGNED(who_waits_takes_over_from_one_who_gave_up),
		SIGNED(who_waits_takes_what_the_other_got),
		SIGNED(who_waits_for_a_session_that_ends_is_refused),
		SIGNED(who_waits_for_a_client_that_has_gone_stops),
		SIGNED(who_has_waited_too_long_is_told_to_come_again),
	};

	return RUN(tests, make_keys, free_keys);
}
