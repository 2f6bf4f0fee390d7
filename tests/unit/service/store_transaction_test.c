/* SPDX-License-Identifier: MIT */
/* Statements and transactions of store.h, alone and against another connection. */
#include "service/store.h"

#include <pthread.h>
#include <time.h>

#include "../child.h"
#include "fixture.h"

static enum stored
put_client(struct store *s, const char *id)
{
	AUTO(statement) struct statement *q = store_query(s, QUERY_CLIENT_INSERT);

	statement_text(q, ":client_id", id);
	statement_text(q, ":client_name", "name");
	statement_text(q, ":client_uri", NULL);
	statement_text(q, ":application_type", NULL);
	statement_text(q, ":redirect_uris", "[]");
	statement_int(q, ":now", START);
	statement_int(q, ":expires_at", START + 1);
	return statement_change(q);
}

static void
a_transaction_is_rolled_back_unless_committed(UNUSED void **state)
{
	{
		AUTO(transaction) struct transaction t = transaction_begin(fix.rq.store);

		assert_non_null(t.store);
		assert_int_equal(put_client(fix.rq.store, "lost"), STORED);
	}
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 0);
	{
		AUTO(transaction) struct transaction t = transaction_begin(fix.rq.store);

		assert_int_equal(put_client(fix.rq.store, "kept"), STORED);
		assert_true(transaction_commit(&t));
		assert_false(transaction_commit(&t));
	}
	assert_int_equal(sql_number("SELECT count(*) FROM client WHERE client_id = 'kept'"), 1);
}

/* 1: NORMAL, 2: FULL. */
static int64_t
synchronous(struct store *s)
{
	struct { sqlite3 *db; } *inside = (void *)s;
	sqlite3_stmt *stmt = NULL;
	int64_t n;

	assert_int_equal(sqlite3_prepare_v2(inside->db, "PRAGMA synchronous", -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	return n;
}

static void
only_a_quick_transaction_waits_for_no_disk(UNUSED void **state)
{
	assert_int_equal(synchronous(fix.rq.store), 2);
	{
		AUTO(transaction) struct transaction t = transaction_begin_quick(fix.rq.store);

		assert_int_equal(synchronous(fix.rq.store), 1);
		assert_int_equal(put_client(fix.rq.store, "kept"), STORED);
		assert_true(transaction_commit(&t));
		assert_int_equal(synchronous(fix.rq.store), 2);
	}
	{
		AUTO(transaction) struct transaction t = transaction_begin_quick(fix.rq.store);

		assert_non_null(t.store);
		assert_int_equal(put_client(fix.rq.store, "lost"), STORED);
	}
	assert_int_equal(synchronous(fix.rq.store), 2);
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 1);
	{
		AUTO(transaction) struct transaction one = transaction_begin(fix.rq.store);
		AUTO(transaction) struct transaction two = transaction_begin_quick(fix.rq.store);

		assert_null(two.store);
		assert_true(transaction_commit(&one));
	}
	assert_int_equal(synchronous(fix.rq.store), 2);
}

static void
a_second_transaction_on_one_store_does_not_begin(UNUSED void **state)
{
	AUTO(transaction) struct transaction one = transaction_begin(fix.rq.store);
	AUTO(transaction) struct transaction two = transaction_begin(fix.rq.store);

	assert_non_null(one.store);
	assert_null(two.store);
	assert_false(transaction_commit(&two));
}

static void
a_change_that_breaks_a_rule_fails_and_says_so(UNUSED void **state)
{
	assert_int_equal(put_client(fix.rq.store, "one"), STORED);
	assert_int_equal(put_client(fix.rq.store, "one"), STORE_FAILED);
	assert_non_null(strstr(store_error(fix.rq.store), "UNIQUE"));
	assert_int_equal(put_client(fix.rq.store, NULL), STORE_FAILED);
	assert_int_equal(put_client(fix.rq.store, "two"), STORED);
}

static int64_t
real_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
a_writer_waits_database_wait_and_then_fails(UNUSED void **state)
{
	AUTO(transaction) struct transaction first = transaction_begin(fix.rq.store);
	const char *why;
	struct store *other = store_open(&fix.config, &why);
	int64_t began = real_ms();

	assert_non_null(first.store);
	assert_non_null(other);
	{
		AUTO(transaction) struct transaction second = transaction_begin(other);

		assert_null(second.store);
	}
	assert_true(real_ms() - began >= 900);
	assert_int_equal(put_client(other, "late"), STORE_FAILED);
	assert_non_null(strstr(store_error(other), "locked"));
	store_close(other);
}

static void *
commit_soon(void *first)
{
	struct timespec soon = { .tv_nsec = 200 * 1000 * 1000 };

	(void)nanosleep(&soon, NULL);
	return transaction_commit(first) ? first : NULL;
}

static void
a_writer_gets_its_turn_when_the_first_commits(UNUSED void **state)
{
	AUTO(transaction) struct transaction first = transaction_begin(fix.rq.store);
	struct store *other;
	const char *why;
	pthread_t thread;
	void *committed;

	fix.config.limits.database_wait = 10;
	other = store_open(&fix.config, &why);

	assert_non_null(first.store);
	assert_int_equal(pthread_create(&thread, NULL, commit_soon, &first), 0);
	{
		AUTO(transaction) struct transaction second = transaction_begin(other);

		assert_non_null(second.store);
		assert_int_equal(put_client(other, "second"), STORED);
		assert_true(transaction_commit(&second));
	}
	assert_int_equal(pthread_join(thread, &committed), 0);
	assert_non_null(committed);
	store_close(other);
}

static void
bind_nonsense(void)
{
	AUTO(statement) struct statement *q = store_query(fix.rq.store, QUERY_CLIENT_COUNT);

	statement_int(q, ":nonsense", 1);
}

static void
a_parameter_that_is_not_in_the_statement_is_a_bug(UNUSED void **state)
{
	struct child c = child_run(bind_nonsense);

	assert_int_equal(c.status, 70);
	assert_non_null(strstr(c.text, ":nonsense"));
}

static void
readers_do_not_wait_for_a_writer(UNUSED void **state)
{
	AUTO(transaction) struct transaction first = transaction_begin(fix.rq.store);
	const char *why;
	struct store *other = store_open(&fix.config, &why);

	assert_non_null(first.store);
	assert_int_equal(put_client(fix.rq.store, "unseen"), STORED);
	{
		AUTO(statement) struct statement *q = store_query(other, QUERY_CLIENT_COUNT);

		assert_int_equal(statement_row(q), STORED);
		assert_int_equal(statement_column_int(q, 0), 0);
		assert_int_equal(statement_row(q), ABSENT);
	}
	store_close(other);
	store_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_transaction_is_rolled_back_unless_committed),
		CASE(only_a_quick_transaction_waits_for_no_disk),
		CASE(a_second_transaction_on_one_store_does_not_begin),
		CASE(a_change_that_breaks_a_rule_fails_and_says_so),
		CASE(a_writer_waits_database_wait_and_then_fails),
		CASE(a_writer_gets_its_turn_when_the_first_commits),
		CASE(a_parameter_that_is_not_in_the_statement_is_a_bug),
		CASE(readers_do_not_wait_for_a_writer),
	};

	return RUN(tests, NULL, NULL);
}
