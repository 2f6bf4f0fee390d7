/* SPDX-License-Identifier: MIT */
/* However many requests want a token at once, one of them asks. */
#include "service/on_behalf_of.h"

#include "service/single_flight.h"

#include "exchanging.h"

static bool
nothing(struct request *rq UNUSED, void *argument UNUSED)
{
	return false;
}

/* Another request has begun to ask; what it will get is there, but does not count yet. */
static void
another_asks(void)
{
	const struct flight flight = {
		.name = arena_printf(&fix.arena, "on behalf of %s " SCOPE_A,
		    sid_text(&fix.arena, &in.session.sid)),
		.look = nothing, .seconds = fix.config.entra.timeout,
	};
	struct opaque_token owner;

	will_grant("of the other");
	assert_non_null(token_for(&in, SCOPE_A, false));
	sql("UPDATE exchanged_token SET expires_at = expires_at - 10000");
	assert_int_equal(flight_board(&fix.rq, &flight, &owner), FLIGHT_OURS);
	will_grant("asked twice");
}

static void
the_other_is_done(void)
{
	if (fix.slept_ms >= 1000)
		sql("UPDATE exchanged_token SET expires_at = expires_at + 10000 WHERE expires_at < 1800000000");
}

static void
who_comes_while_another_asks_waits_for_its_result(UNUSED void **state)
{
	begin();
	another_asks();
	fix.asleep = the_other_is_done;
	assert_string_equal(token_for(&in, SCOPE_A, false), "of the other");
	assert_true(fix.slept_ms >= 1000);
	assert_int_equal(asked(), 1);
}

static void
who_has_waited_too_long_is_told_to_come_again(UNUSED void **state)
{
	begin();
	another_asks();
	assert_int_equal(exchange(&in, SCOPE_A, false), ENTRA_UNAVAILABLE);
	assert_null(got.access_token);
	assert_string_equal(fix.rq.failure.reason, "another request is still exchanging the token");
	assert_true(fix.slept_ms >= 5000);
	assert_int_equal(asked(), 1);
	will_grant("for another scope");
	assert_string_equal(token_for(&in, "other", false), "for another scope");
	at(10);
	will_grant("at last");
	assert_string_equal(token_for(&in, SCOPE_A, false), "at last");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(who_comes_while_another_asks_waits_for_its_result),
		SERVED(who_has_waited_too_long_is_told_to_come_again),
	};

	return RUN(tests, NULL, NULL);
}
