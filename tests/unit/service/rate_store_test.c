/* SPDX-License-Identifier: MIT */
/* What buckets leave in the store, what becomes of it, and a store that fails. */
#include "service/rate.h"

#include <sys/wait.h>

#include "fake_io.h"

static enum oauth_error
ask(const char *address)
{
	fix.rq.program = "token";
	WEB_REQUEST("", arena_printf(&fix.arena, "REMOTE_ADDR=%s", address));
	return rate_take(&fix.rq);
}

static int
admitted(const char *address, int most)
{
	int n = 0;

	for (int i = 0; i < most; i++)
		n += ask(address) == OAUTH_OK;
	return n;
}

static void
set_rate(struct config_rate *rate, int64_t count, int64_t period)
{
	*rate = (struct config_rate){ .count = count, .period = period };
}

static int64_t
rows(void)
{
	return sql_number("SELECT count(*) FROM rate");
}

static void
no_address_is_stored(UNUSED void **state)
{
	assert_int_equal(ask("192.0.2.1"), OAUTH_OK);
	assert_int_equal(rows(), 2);
	assert_int_equal(sql_number("SELECT count(*) FROM rate WHERE instr(key_hash, '192.0.2.1')"), 0);
	assert_int_equal(sql_number("SELECT min(length(key_hash)) FROM rate"), 32);
}

/* A row lives until its bucket is full; what all together may do bounds how many there are. */
static void
a_flood_of_networks_leaves_no_more_rows_than_all_may_ask(UNUSED void **state)
{
	set_rate(&fix.config.limits.rate_token, 10, 60);
	set_rate(&fix.config.limits.rate_all, 50, 60);
	for (int i = 0; i < 400; i++)
		(void)ask(arena_printf(&fix.arena, "2001:db8:%x::1", i));
	assert_in_range(rows(), 50, 101);
	/* 120 seconds of a hundred new networks each, of which one in 1.2 s comes in and leaves two rows. */
	for (int s = 1; s <= 120; s++) {
		at(s);
		for (int i = 0; i < 100; i++)
			(void)ask(arena_printf(&fix.arena, "2001:db9:%x:%x::1", s, i));
	}
	assert_in_range(rows(), 2, 40);
	at(1000);
	assert_int_equal(ask("192.0.2.1"), OAUTH_OK);
	for (int i = 0; i < 5; i++)
		(void)ask("192.0.2.1");
	assert_int_equal(rows(), 2);
}

static void
a_row_of_nonsense_locks_nobody_out(UNUSED void **state)
{
	set_rate(&fix.config.limits.rate_token, 2, 60);
	assert_int_equal(admitted("192.0.2.1", 3), 2);
	sql("UPDATE rate SET full_at = 9223372036854775807, expires_at = 9223372036854775807");
	assert_int_equal(admitted("192.0.2.1", 3), 2);
	sql("UPDATE rate SET full_at = -9223372036854775807");
	assert_int_equal(admitted("192.0.2.1", 3), 2);
	at(-3600);
	assert_int_equal(admitted("192.0.2.1", 3), 2);
}

static void
a_shorter_period_holds_at_once(UNUSED void **state)
{
	set_rate(&fix.config.limits.rate_token, 2, 3600);
	assert_int_equal(admitted("192.0.2.1", 3), 2);
	set_rate(&fix.config.limits.rate_token, 4, 60);
	assert_int_equal(admitted("192.0.2.1", 9), 4);
}

/* Many processes at once: as many come in as there are tokens, not one more. */
static void
processes_share_a_bucket(UNUSED void **state)
{
	static struct store *parents;	/* no child may touch it, nor lose it */
	int n = 0, status;

	parents = fix.rq.store;
	set_rate(&fix.config.limits.rate_token, 40, 3600);
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			const char *why;
			int own;

			fix.rq.store = store_open(&fix.config, &why);
			own = admitted("192.0.2.1", 30);
			store_close(fix.rq.store);
			_exit(own);
		}
	while (wait(&status) > 0)
		n += WEXITSTATUS(status);
	assert_int_equal(n, 40);
	fix.rq.store = parents;
}

static void
where_the_store_fails_all_come_in(UNUSED void **state)
{
	struct store *store = fix.rq.store;

	set_rate(&fix.config.limits.rate_token, 1, 60);
	assert_int_equal(admitted("192.0.2.1", 2), 1);
	sql("ALTER TABLE rate RENAME TO other");
	assert_int_equal(admitted("192.0.2.1", 3), 3);
	fix.rq.store = NULL;
	assert_int_equal(admitted("192.0.2.1", 3), 3);
	fix.rq.store = store;
}

static void
a_locked_store_is_not_waited_for_longer_than_a_second(UNUSED void **state)
{
	const char *why = "";
	struct store *other = store_open(&fix.config, &why);
	struct transaction t;

	assert_non_null(other);
	t = transaction_begin(other);
	assert_non_null(t.store);
	set_rate(&fix.config.limits.rate_token, 1, 60);
	assert_int_equal(admitted("192.0.2.1", 2), 2);
	transaction_auto(&t);
	assert_int_equal(admitted("192.0.2.1", 2), 1);
	store_close(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(no_address_is_stored),
		CASE(a_flood_of_networks_leaves_no_more_rows_than_all_may_ask),
		CASE(a_row_of_nonsense_locks_nobody_out),
		CASE(a_shorter_period_holds_at_once),
		CASE(processes_share_a_bucket),
		CASE(where_the_store_fails_all_come_in),
		CASE(a_locked_store_is_not_waited_for_longer_than_a_second),
	};

	return RUN(tests, NULL, NULL);
}
