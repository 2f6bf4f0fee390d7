/* SPDX-License-Identifier: MIT */
#include "service/session_claim.h"

#include "signed_in.h"

static struct signed_in in;
static struct opaque_token secret;
static struct session_claim claim;
static struct session opened;
static struct data_key key;
static const char *why;

/* A session, and a secret that its data key was wrapped for. */
static void
wrap_for_a_secret(void)
{
	open_session(&in);
	secret = opaque_token_new(&fix.arena);
	claim = (struct session_claim){ .sid = in.session.sid, .table = "table", .token = &secret };
	assert_true(seal_wrap(&fix.arena, fix.rq.keys, "table", &secret, &in.session.sid, &in.key,
	    &claim.wrap));
	why = NULL;
}

static enum stored
open_it(void)
{
	return session_claim_open(&fix.rq, &claim, &opened, &key, &why);
}

static void
the_right_secret_opens_session_and_data_key(UNUSED void **state)
{
	wrap_for_a_secret();
	assert_int_equal(open_it(), STORED);
	assert_null(why);
	assert_string_equal(opened.client_id, CLIENT);
	assert_memory_equal(key.key, in.key.key, sizeof key.key);
}

static void
another_secret_or_another_table_opens_nothing(UNUSED void **state)
{
	struct opaque_token other;

	wrap_for_a_secret();
	other = opaque_token_new(&fix.arena);
	claim.token = &other;
	assert_int_equal(open_it(), ABSENT);
	assert_non_null(strstr(why, "does not open"));
	claim.token = &secret;
	claim.table = "other";
	assert_int_equal(open_it(), ABSENT);
}

static void
a_session_that_is_over_or_was_changed_does_not_open(UNUSED void **state)
{
	wrap_for_a_secret();
	sql("UPDATE session SET object_id = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'");
	assert_int_equal(open_it(), ABSENT);
	assert_non_null(strstr(why, "tampered"));
	sql("UPDATE session SET object_id = '" PERSON "'");
	assert_int_equal(open_it(), STORED);
	at(SESSION_LIFE);
	assert_int_equal(open_it(), ABSENT);
	assert_string_equal(why, "the session is over");
}

static void
a_store_that_fails_says_so(UNUSED void **state)
{
	wrap_for_a_secret();
	sql("ALTER TABLE session RENAME TO out_of_reach");
	assert_int_equal(open_it(), STORE_FAILED);
	sql("ALTER TABLE out_of_reach RENAME TO session");
}

static void
a_replay_ends_the_session_and_commits(UNUSED void **state)
{
	wrap_for_a_secret();
	{
		AUTO(transaction) struct transaction t = transaction_begin(fix.rq.store);

		fix.rq.client_id = CLIENT;
		assert_true(session_claim_replayed(&fix.rq, &t, &in.session.sid, "a secret"));
	}
	assert_false(session_lives(&in.session));
}

static void
a_replay_without_a_transaction_ends_nothing(UNUSED void **state)
{
	struct transaction none = { .store = NULL };

	wrap_for_a_secret();
	{
		AUTO(transaction) struct transaction t = transaction_begin(fix.rq.store);

		assert_non_null(t.store);
		assert_false(session_claim_replayed(&fix.rq, &none, &in.session.sid, "a secret"));
	}
	assert_true(session_lives(&in.session));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_right_secret_opens_session_and_data_key),
		CASE(another_secret_or_another_table_opens_nothing),
		CASE(a_session_that_is_over_or_was_changed_does_not_open),
		CASE(a_store_that_fails_says_so),
		CASE(a_replay_ends_the_session_and_commits),
		CASE(a_replay_without_a_transaction_ends_nothing),
	};

	return RUN(tests, NULL, NULL);
}
