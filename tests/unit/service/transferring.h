/* SPDX-License-Identifier: MIT */
/* transferring.h - one transfer on a loop, and all that it told its owner */
#ifndef UNIT_SERVICE_TRANSFERRING_H
#define UNIT_SERVICE_TRANSFERRING_H

#include "base/clock.h"
#include "service/transfer.h"

#include "upstream.h"

#define TOO_LATE_MS	60000	/* a test that waits so long has failed */

static struct loop *loop;
static struct transfers *transfers;
static struct config config;	/* nothing is set: transfers want no more of it */

static struct told {
	struct transfer	*transfer;	/* NULL once it is done */
	int		 heads, dones, status;
	char type[64], session[64], allow[64]; /* fields at the head, "-" for none */
	enum http_outcome outcome;
	char		 error[256];
	char		 body[512 * 1024];
	size_t		 len;
	int		 pauses;	/* so many pieces are not taken at first */
	bool		 stops, silent;	/* it takes nothing; its answer may be silent */
} told;

static inline void
keep(char *to, size_t size, enum transfer_field which)
{
	const char *value = transfer_field(told.transfer, which);

	(void)snprintf(to, size, "%s", value == NULL ? "-" : value);
}

static inline void
on_head(void *owner, struct transfer *t)
{
	assert_ptr_equal(owner, &told);
	assert_int_equal(told.len, 0);
	told.transfer = t;
	told.heads++;
	told.status = transfer_status(t);
	keep(told.type, sizeof told.type, FIELD_CONTENT_TYPE);
	keep(told.session, sizeof told.session, FIELD_SESSION_ID);
	keep(told.allow, sizeof told.allow, FIELD_ALLOW);
	if (told.silent)
		transfer_may_be_silent(t);
}

static inline enum taken
on_data(void *owner UNUSED, const char *bytes, size_t n)
{
	assert_int_equal(told.heads, 1);
	assert_int_equal(told.dones, 0);
	if (told.stops)
		return TAKEN_STOP;
	if (told.pauses > 0) {
		told.pauses--;
		return TAKEN_PAUSE;
	}
	assert_true(told.len + n < sizeof told.body);
	memcpy(told.body + told.len, bytes, n);
	told.len += n;
	told.body[told.len] = '\0';
	return TAKEN;
}

static inline void
on_done(void *owner UNUSED, enum http_outcome outcome)
{
	told.dones++;
	told.outcome = outcome;
	(void)snprintf(told.error, sizeof told.error, "%s", transfer_error(told.transfer));
	told.transfer = NULL;
}

static const struct transfer_owner owner = { .head = on_head, .data = on_data, .done = on_done };

static inline void
too_late(struct loop_timer *t UNUSED)
{
	fail_msg("nothing happens any more");
}

/* Turns until it is done, or for so many milliseconds. */
static inline void
run_for(int64_t ms)
{
	static struct loop_timer guard = { .due = too_late };
	int64_t until_ms = clock_monotonic_ms() + ms;

	loop_timer_set(loop, &guard, clock_monotonic_ms() + TOO_LATE_MS);
	while (told.dones == 0 && (ms == 0 || clock_monotonic_ms() < until_ms)) {
		if (ms > 0) {
			loop_wake(loop);
			(void)usleep(1000);
		}
		loop_turn(loop);
	}
	loop_timer_clear(loop, &guard);
}

/* Turns until the owner has said no so often that so many pauses are left, or took something. */
static inline void
run_until(int pauses_left)
{
	int64_t until_ms = clock_monotonic_ms() + TOO_LATE_MS;

	while (
	    told.dones == 0 && told.len == 0 && (told.heads == 0 || told.pauses != pauses_left)) {
		assert_true(clock_monotonic_ms() < until_ms);
		loop_wake(loop);
		(void)usleep(1000);
		loop_turn(loop);
	}
}

static inline void
begin(const struct transfer_call *call)
{
	told.transfer = transfer_begin(transfers, call, &owner, &told);
	assert_non_null(told.transfer);
}

static const char *const no_headers[] = { NULL };

/* A call of the server unless something else is said. */
static inline const struct transfer_call *
completed(struct transfer_call c)
{
	static struct transfer_call whole;

	whole = c;
	whole.method = c.method == NULL ? "GET" : c.method;
	whole.url = c.url == NULL ? up.url : c.url;
	whole.header = c.header == NULL ? no_headers : c.header;
	return &whole;
}

#define CALL(...)	completed((struct transfer_call){ __VA_ARGS__ })

/* One call to its end. */
static inline void
run(const struct transfer_call *call)
{
	begin(call);
	run_for(0);
	assert_int_equal(told.dones, 1);
}

static inline void
ignore(void *argument UNUSED)
{
}

static inline int
open_transfers(UNUSED void **state)
{
	memset(&told, 0, sizeof told);
	up_open();
	loop = loop_new(ignore, ignore, NULL);
	transfers = transfers_new(loop, &config);
	return 0;
}

static inline int
close_transfers(UNUSED void **state)
{
	transfer_cancel(told.transfer);
	transfers_free(transfers);
	loop_free(loop);
	up_close();
	return 0;
}

#define TRANSFER(test)	cmocka_unit_test_setup_teardown(test, open_transfers, close_transfers)

#endif
