/* SPDX-License-Identifier: MIT */
#include "service/key_use.h"

#include "service/entra_sid.h"
#include "service/sweep.h"

#include "generations.h"
#include "signed_in.h"

static struct signed_in in;
static struct key_use use[KEY_GENERATIONS_MAX];

static void
look(enum key_purpose purpose, size_t count)
{
	struct generations g;

	assert_int_equal(generations_of(purpose, &g), count);
	assert_true(key_use_read(&fix.rq, purpose, &g, use));
	generations_forget(&g);
}

/* That the first generation is old, and needed up to that second after START and no longer. */
static void
needed_till(enum key_purpose purpose, int64_t end)
{
	at(end - 1);
	look(purpose, 2);
	assert_int_equal(use[0].state, KEY_OLD);
	assert_true(use[0].needed);
	at(end);
	look(purpose, 2);
	assert_false(use[0].needed);
	assert_int_equal(use[1].state, KEY_CURRENT);
	assert_true(use[1].needed);
}

static void
each_generation_has_its_state(UNUSED void **state)
{
	GENERATIONS(KEY_CACHE, -1000, -500, -59, 0);
	look(KEY_CACHE, 4);
	assert_int_equal(use[0].state, KEY_OLD);
	assert_int_equal(use[1].state, KEY_CURRENT);
	assert_int_equal(use[2].state, KEY_SETTLING);
	assert_int_equal(use[3].state, KEY_SETTLING);
	assert_int_equal(use[0].until, START - 500 + KEY_SETTLE + KEY_LINGER);
	assert_int_equal(use[1].until, 0);
	assert_false(use[0].needed);
	for (size_t i = 1; i < 4; i++)
		assert_true(use[i].needed);
}

static void
what_no_row_tells_of_is_waited_for(UNUSED void **state)
{
	const int64_t replaced = 10 + KEY_SETTLE + KEY_LINGER;

	GENERATIONS(KEY_SIGN, 0, 10);
	needed_till(KEY_SIGN, replaced + fix.config.limits.access_token);
	GENERATIONS(KEY_BROWSER, 0, 10);
	needed_till(KEY_BROWSER, replaced + fix.config.limits.account);
	fix.config.limits.transaction = fix.config.limits.account + 1;
	GENERATIONS(KEY_BROWSER, 0, 10);
	needed_till(KEY_BROWSER, replaced + fix.config.limits.transaction);
	GENERATIONS(KEY_LOGOUT, 0, 10);
	needed_till(KEY_LOGOUT, replaced);
}

static void
wraps_of_living_tokens_need_their_generation(UNUSED void **state)
{
	GENERATIONS(KEY_WRAP, 0);
	sign_in(&in);
	look(KEY_WRAP, 1);
	assert_int_equal(use[0].rows, 2);
	GENERATIONS(KEY_WRAP, 0, 10);
	at(1000);
	look(KEY_WRAP, 2);
	assert_int_equal(use[0].rows, 2);
	assert_true(use[0].needed);
	at((int64_t)fix.config.limits.access_token);
	look(KEY_WRAP, 2);
	assert_int_equal(use[0].rows, 1);
	assert_int_equal(session_end(&fix.rq, &in.session.sid), STORED);
	look(KEY_WRAP, 2);
	assert_int_equal(use[0].rows, 0);
	assert_false(use[0].needed);
}

/* A session moves on by itself: its client refreshes, and what was under the old key is erased. */
static void
a_session_that_is_refreshed_leaves_the_old_generation(UNUSED void **state)
{
	struct key first = key_new(), second = key_new();
	struct grant got, last;

	memset(first.kid, 'a', 16);
	memset(second.kid, 'b', 16);
	second.created_at = START + 10;
	write_file(path_of("keys/wrap/key"), key_line(&fix.arena, &first));
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
	sign_in(&in);
	write_file(path_of("keys/wrap/key"), arena_printf(&fix.arena, "%s%s", key_line(&fix.arena, &first),
	    key_line(&fix.arena, &second)));
	at(100);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	look(KEY_WRAP, 2);
	assert_int_equal(use[1].rows, 3);	/* both new tokens, and the successor's copy in the old row */
	assert_int_equal(use[0].rows, 2);
	assert_int_equal(verify(got.access_token), OAUTH_OK);	/* confirms */
	at(200);
	assert_int_equal(redeem(got.refresh_token, &last), OAUTH_OK);
	assert_true(sweep(fix.rq.store, &fix.config, fix.rq.now, SWEEP_ROWS, NULL));	/* as token does */
	look(KEY_WRAP, 2);
	assert_int_equal(use[0].rows, 1);	/* the first access token, which lives on */
	at(fix.config.limits.access_token);
	look(KEY_WRAP, 2);
	assert_int_equal(use[0].rows, 0);
	assert_false(use[0].needed);
	assert_true(use[1].rows > 0);
}

static void
a_sealed_successor_needs_the_generation_it_is_under(UNUSED void **state)
{
	GENERATIONS(KEY_WRAP, 0, 10);
	at(1000);
	sql("INSERT INTO refresh_token (token_hash, sid, kid, wrap, expires_at, successor) VALUES "
	    "(x'01', x'00', 'bbbbbbbbbbbbbbbb', x'00', 1800002000, CAST('aaaaaaaaaaaaaaaaXYZ' AS BLOB)), "
	    "(x'02', x'00', 'aaaaaaaaaaaaaaaa', NULL, 1800002000, NULL), "
	    "(x'03', x'00', 'aaaaaaaaaaaaaaaa', x'00', 1800001000, NULL)");
	look(KEY_WRAP, 2);
	assert_int_equal(use[0].rows, 1);
	assert_int_equal(use[1].rows, 1);
	assert_true(use[0].needed);
}

static void
codes_documents_demands_and_sign_ins_need_theirs(UNUSED void **state)
{
	GENERATIONS(KEY_WRAP, 0, 10);
	GENERATIONS(KEY_CACHE, 0, 10);
	GENERATIONS(KEY_BROWSER, 0, 10);
	GENERATIONS(KEY_LOGOUT, 0, 10);
	at(100000);
	sql("INSERT INTO authorization_code (code_hash, sid, kid, wrap, client_id, redirect_uri, code_challenge, "
	    "expires_at) VALUES (x'01', x'00', 'aaaaaaaaaaaaaaaa', x'00', '', '', '', 1800100001), "
	    "(x'02', x'00', 'aaaaaaaaaaaaaaaa', NULL, '', '', '', 1800100001)");
	sql("INSERT INTO entra_cache (name, document, mac, fetched_at, tried_at) VALUES "
	    "('a', '', CAST('aaaaaaaaaaaaaaaaMAC' AS BLOB), 1, 1), ('b', '', x'00', 1, 1)");
	sql("INSERT INTO assertion (name, sealed, renew_at, expires_at) VALUES "
	    "('a', CAST('aaaaaaaaaaaaaaaa' AS BLOB), 1, 1800100001), ('b', CAST('aaaaaaaaaaaaaaaa' AS BLOB), 1, 1)");
	sql("INSERT INTO reauthentication (subject, client_id, resource, sealed, demanded_at, met, rounds, "
	    "expires_at) VALUES ('', '', '', CAST('aaaaaaaaaaaaaaaaX' AS BLOB), 1, 0, 0, 1800100001)");
	sql("INSERT INTO authorization_request (id_hash, client_id, redirect_uri, code_challenge, scope, resource, "
	    "expires_at, sealed) VALUES (x'01', '', '', '', '', '', 1800100001, "
	    "CAST('aaaaaaaaaaaaaaaaX' AS BLOB)), (x'02', '', '', '', '', '', 1800100001, NULL)");
	open_session(&in);
	sql("UPDATE session SET entra_sid = CAST('aaaaaaaaaaaaaaaaX' AS BLOB)");
	look(KEY_WRAP, 2);
	assert_int_equal(use[0].rows, 1);
	look(KEY_CACHE, 2);
	assert_int_equal(use[0].rows, 3);
	look(KEY_BROWSER, 2);
	assert_int_equal(use[0].rows, 1);
	look(KEY_LOGOUT, 2);
	assert_int_equal(use[0].rows, 1);
	assert_true(use[0].needed);
	assert_int_equal(session_end(&fix.rq, &in.session.sid), STORED);
	look(KEY_LOGOUT, 2);
	assert_int_equal(use[0].rows, 0);
	assert_false(use[0].needed);
}

/* What the rows are looked through by is what the programs write: one of each. */
static void
what_the_programs_write_is_counted(UNUSED void **state)
{
	struct bytes mark;

	assert_int_equal(entra_sid_mark(&fix.rq, "007e3899-e104-731f-b675-0617c1f2dd72", &mark), OAUTH_OK);
	open_session(&in);
	in.session.sid = sid_new();
	in.session.entra_sid = mark;
	assert_int_equal(session_insert(&fix.rq, &in.session, &in.key,
	    &(struct entra_tokens){ .access_token = "a", .refresh_token = "r" }), STORED);
	look(KEY_LOGOUT, 1);
	assert_int_equal(use[0].rows, 1);
}

static void
a_store_that_fails_is_told(UNUSED void **state)
{
	struct generations g;

	assert_int_equal(generations_of(KEY_CACHE, &g), 1);
	sql("ALTER TABLE assertion RENAME TO out_of_reach");
	assert_false(key_use_read(&fix.rq, KEY_CACHE, &g, use));
	generations_forget(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_generation_has_its_state),
		CASE(what_no_row_tells_of_is_waited_for),
		CASE(wraps_of_living_tokens_need_their_generation),
		CASE(a_session_that_is_refreshed_leaves_the_old_generation),
		CASE(a_sealed_successor_needs_the_generation_it_is_under),
		CASE(codes_documents_demands_and_sign_ins_need_theirs),
		CASE(what_the_programs_write_is_counted),
		CASE(a_store_that_fails_is_told),
	};

	return RUN(tests, NULL, NULL);
}
