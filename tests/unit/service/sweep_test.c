/* SPDX-License-Identifier: MIT */
#include "service/sweep.h"

#include "fixture.h"

/* One row of each table that expires then, with a key of its own. */
static void
insert_rows(int64_t number, int64_t expires_at)
{
	long long n = number, t = expires_at;

	sql(arena_printf(&fix.arena, "INSERT INTO client (client_id, client_name, redirect_uris, "
	    "created_at, expires_at) VALUES ('%lld', '', '[]', 1, %lld)", n, t));
	sql(arena_printf(&fix.arena, "INSERT INTO authorization_request (id_hash, client_id, "
	    "redirect_uri, code_challenge, scope, resource, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), '', '', '', '', '', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO session (sid, client_id, resource, scope, subject, "
	    "tenant_id, object_id, created_at, expires_at, last_used_at) VALUES "
	    "(CAST('%lld' AS BLOB), '', '', '', '', '', '', 1, %lld, 1800000000)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO authorization_code (code_hash, sid, kid, client_id, "
	    "redirect_uri, code_challenge, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), x'00', '', '', '', '', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO access_token (token_hash, sid, kid, wrap, expires_at) "
	    "VALUES (CAST('%lld' AS BLOB), x'00', '', x'00', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO refresh_token (token_hash, sid, kid, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), x'00', '', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO stream (id_hash, sid, server, socket, ready, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), x'00', '', '', 0, %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO stream_message (id_hash, seq, sealed, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), 1, x'00', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO upstream_session (sid, server, sealed, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), '', x'00', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO upstream (url, modern, legacy, expires_at) VALUES "
	    "('%lld', 1, 0, %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO exchanged_token (sid, scope, sealed, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), '', x'00', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO reauthentication (subject, client_id, resource, sealed, demanded_at, met, "
	    "rounds, expires_at) VALUES ('%lld', '', '', x'00', 1, 0, 0, %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO lease (name_hash, owner, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), x'00', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO setback (name_hash, outcome, reason, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), 1, '', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO assertion (name, sealed, renew_at, expires_at) VALUES "
	    "('%lld', x'00', 1, %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO rate (key_hash, full_at, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), 1, %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO audit (event_hash, happened_at, event, request_id, times, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), 1, '', '', 1, %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO session_groups (sid, sealed, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), x'00', %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO client_assertion (jti_hash, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), %lld)", n, t));
	sql(arena_printf(&fix.arena,
	    "INSERT INTO account_session (token_hash, sealed, expires_at) VALUES "
	    "(CAST('%lld' AS BLOB), x'00', %lld)", n, t));
}

#define TABLES	20

static int64_t
rows(void)
{
	return sql_number("SELECT (SELECT count(*) FROM client) + (SELECT count(*) FROM client_assertion) + (SELECT count(*) FROM session) + "
	    "(SELECT count(*) FROM authorization_request) + (SELECT count(*) FROM "
	    "authorization_code) + "
	    "(SELECT count(*) FROM access_token) + (SELECT count(*) FROM refresh_token) + "
	    "(SELECT count(*) FROM exchanged_token) + (SELECT count(*) FROM stream) + "
	    "(SELECT count(*) FROM reauthentication) + (SELECT count(*) FROM lease) + "
	    "(SELECT count(*) FROM setback) + (SELECT count(*) FROM assertion) + "
	    "(SELECT count(*) FROM session_groups) + (SELECT count(*) FROM stream_message) + (SELECT count(*) FROM upstream_session) + "
	    "(SELECT count(*) FROM upstream) + (SELECT count(*) FROM rate) + "
	    "(SELECT count(*) FROM audit) + (SELECT count(*) FROM account_session)");
}

static void
what_expired_goes_and_what_lives_stays(UNUSED void **state)
{
	int64_t deleted = 0;

	insert_rows(1, START - 1);
	insert_rows(2, START);
	insert_rows(3, START + 1);
	assert_true(sweep(fix.rq.store, &fix.config, START, SWEEP_ROWS, &deleted));
	assert_int_equal(deleted, 2 * TABLES);
	assert_int_equal(rows(), TABLES);
	assert_true(sweep(fix.rq.store, &fix.config, START, SWEEP_ROWS, NULL));
	assert_int_equal(rows(), TABLES);
	assert_true(sweep(fix.rq.store, &fix.config, START + 1, SWEEP_ROWS, &deleted));
	assert_int_equal(deleted, 3 * TABLES);
	assert_int_equal(rows(), 0);
}

static void
a_few_rows_of_each_table_go_at_a_time(UNUSED void **state)
{
	int64_t deleted = 0;

	for (int64_t i = 0; i < 5; i++)
		insert_rows(i, START - 1);
	assert_true(sweep(fix.rq.store, &fix.config, START, 2, &deleted));
	assert_int_equal(deleted, 2 * TABLES);
	assert_true(sweep(fix.rq.store, &fix.config, START, 2, &deleted));
	assert_true(sweep(fix.rq.store, &fix.config, START, 2, &deleted));
	assert_int_equal(deleted, 5 * TABLES);
	assert_int_equal(rows(), 0);
}

static void
sessions_that_nobody_uses_go(UNUSED void **state)
{
	int64_t deleted = 0;

	fix.config.limits.session_idle = 600;
	for (int64_t i = 0; i < 4; i++)
		insert_rows(i, START + 100000);
	sql("UPDATE session SET last_used_at = 1799999400 WHERE sid <> CAST('0' AS BLOB)");
	sql("UPDATE session SET last_used_at = 1799999401 WHERE sid = CAST('0' AS BLOB)");
	assert_true(sweep(fix.rq.store, &fix.config, START, 2, &deleted));
	assert_int_equal(deleted, 2);
	assert_true(sweep(fix.rq.store, &fix.config, START, 2, &deleted));
	assert_int_equal(deleted, 3);
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE last_used_at = 1799999401"), 1);
	assert_int_equal(rows(), 4 * TABLES - 3);
}

/* Tenants come and go. */
static void
entras_documents_that_nobody_asks_for_go(UNUSED void **state)
{
	sql("INSERT INTO entra_cache (name, document, mac, fetched_at, tried_at) VALUES "
	    "('old', '', x'00', 1, 1797408000), ('used', '', x'00', 1, 1797408001)");
	assert_true(sweep(fix.rq.store, &fix.config, START, SWEEP_ROWS, NULL));
	assert_int_equal(sql_number("SELECT count(*) FROM entra_cache"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM entra_cache WHERE name = 'used'"), 1);
}

static void
every_table_that_expires_is_swept(UNUSED void **state)
{
	assert_int_equal(sql_number("SELECT count(*) FROM sqlite_schema AS s "
	    "JOIN pragma_table_info(s.name) AS c WHERE s.type = 'table' AND c.name = 'expires_at'"),
	    TABLES);
}

static void
a_store_that_fails_is_told(UNUSED void **state)
{
	insert_rows(1, START - 1);
	sql("ALTER TABLE client RENAME TO out_of_reach");
	assert_false(sweep(fix.rq.store, &fix.config, START, SWEEP_ROWS, NULL));
	sql("ALTER TABLE out_of_reach RENAME TO client");
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 1);
}

static void
nothing_to_do_is_no_failure(UNUSED void **state)
{
	int64_t deleted = 0;

	assert_true(sweep(fix.rq.store, &fix.config, START, SWEEP_ROWS, &deleted));
	assert_int_equal(deleted, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_expired_goes_and_what_lives_stays),
		CASE(a_few_rows_of_each_table_go_at_a_time),
		CASE(sessions_that_nobody_uses_go),
		CASE(entras_documents_that_nobody_asks_for_go),
		CASE(every_table_that_expires_is_swept),
		CASE(a_store_that_fails_is_told),
		CASE(nothing_to_do_is_no_failure),
	};

	return RUN(tests, NULL, NULL);
}
