/* SPDX-License-Identifier: MIT */
#include "service/account_client.h"

#include "signed_in.h"

#define BOB	"bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
#define URL	"https://notes.example/client.json"

static const struct account_session alice = { .tenant_id = TENANT, .object_id = PERSON };

static struct account_page page;

static const struct account_page *
list(void)
{
	page = (struct account_page){ 0 };
	assert_int_equal(account_clients(&fix.rq, &alice, &page), OAUTH_OK);
	assert_null(fix.rq.client_id);
	return &page;
}

/* A session, begun and last used that many seconds after START. */
static void
connected(const char *who, const char *client_id, const char *resource, const char *scope, int since,
    int used)
{
	sql(arena_printf(&fix.arena, "INSERT INTO session (sid, client_id, resource, scope, subject, tenant_id, "
	    "object_id, created_at, expires_at, last_used_at) VALUES (randomblob(16), '%s', '%s', '%s', 's', "
	    "'" TENANT "', '%s', %lld, 1900000000, %lld)", client_id, resource, scope, who,
	    (long long)START + since, (long long)START + used));
}

static void
registered(const char *client_id, const char *name, const char *uris)
{
	sql(arena_printf(&fix.arena, "INSERT INTO client (client_id, client_name, redirect_uris, created_at, "
	    "expires_at) VALUES ('%s', '%s', '%s', 1, 1900000000)", client_id, name, uris));
}

static int64_t
alive(const char *where)
{
	return sql_number(arena_printf(&fix.arena, "SELECT count(*) FROM session WHERE ended_at IS NULL AND %s",
	    where));
}

static enum page_text
disconnect(const char *client_id)
{
	enum page_text said = TEXT_COUNT;

	assert_int_equal(account_disconnect(&fix.rq, &alice, client_id, &said), OAUTH_OK);
	return said;
}

static void
a_person_sees_their_own_clients_and_nobody_else_s(UNUSED void **state)
{
	connected(PERSON, "mine", RESOURCE, "", -9, -5);
	connected(BOB, "bobs", RESOURCE, "", -9, -5);
	connected(BOB, "mine", ISSUER "/other", "", -90, -1);
	sql("INSERT INTO session (sid, client_id, resource, scope, subject, tenant_id, object_id, created_at, "
	    "expires_at, last_used_at) VALUES (x'00', 'other-tenant', '', '', '', "
	    "'22222222-2222-4222-8222-222222222222', '" PERSON "', 1, 1900000000, 1800000000)");
	assert_int_equal(list()->applications, 1);
	assert_string_equal(page.application[0].client_id, "mine");
	assert_int_equal(page.application[0].connections, 1);
	assert_int_equal(page.application[0].connection->used, START - 5);
	assert_false(page.more);
}

static void
what_is_over_is_not_shown(UNUSED void **state)
{
	static const char *const over[] = { "ended_at = 1", "expires_at = 1800000000",
	    "last_used_at = 1797408000" };

	for (size_t i = 0; i < COUNT(over); i++) {
		connected(PERSON, "c", RESOURCE, "", -9, -5);
		assert_int_equal(list()->applications, 1);
		sql(arena_printf(&fix.arena, "UPDATE session SET %s", over[i]));
		assert_int_equal(list()->applications, 0);
		connected(PERSON, "c", ISSUER "/other", "", -9, -5);
		assert_int_equal(list()->applications, 1);
		assert_int_equal(page.application->connections, 1);
		sql("DELETE FROM session");
	}
}

static void
sessions_of_a_client_at_a_server_are_one_connection(UNUSED void **state)
{
	const struct account_connection *c;

	connected(PERSON, "c", RESOURCE, "mcp:tools", -90, -50);
	connected(PERSON, "c", RESOURCE, "files:read mcp:tools", -80, -10);
	connected(PERSON, "c", ISSUER "/other", "", -70, -60);
	assert_int_equal(list()->applications, 1);
	assert_int_equal(page.application[0].connections, 2);
	c = page.application[0].connection;
	assert_string_equal(c[0].resource, RESOURCE);
	assert_string_equal(c[0].scope, "files:read mcp:tools");
	assert_int_equal(c[0].since, START - 90);
	assert_int_equal(c[0].used, START - 10);
	assert_string_equal(c[1].resource, ISSUER "/other");
	assert_string_equal(c[1].scope, "");
	assert_int_equal(c[1].used, START - 60);
}

static void
the_client_that_was_used_last_comes_first(UNUSED void **state)
{
	connected(PERSON, "a", RESOURCE, "", -90, -50);
	connected(PERSON, "b", RESOURCE, "", -90, -70);
	connected(PERSON, "c", RESOURCE, "", -90, -40);
	connected(PERSON, "b", ISSUER "/other", "", -90, -30);
	assert_int_equal(list()->applications, 3);
	assert_string_equal(page.application[0].client_id, "b");
	assert_int_equal(page.application[0].connections, 2);
	assert_string_equal(page.application[1].client_id, "c");
	assert_string_equal(page.application[2].client_id, "a");
}

static void
where_answers_go_is_told_once_for_each_host(UNUSED void **state)
{
	const struct account_application *a;

	registered("c", "Notes", "[\"https://notes.example/a\",\"https://notes.example/b\","
	    "\"http://127.0.0.1:1/cb\",\"com.example.app:/cb\",7,\"https://x.example:8443/\"]");
	connected(PERSON, "c", RESOURCE, "", -9, -5);
	assert_int_equal(list()->applications, 1);
	a = page.application;
	assert_true(a->registered && a->local && !a->known);
	assert_string_equal(a->name, "Notes");
	assert_null(a->host);
	assert_string_equal(a->leads_to[0], "notes.example");
	assert_string_equal(a->leads_to[1], "com.example.app:");
	assert_string_equal(a->leads_to[2], "x.example:8443");
	assert_null(a->leads_to[3]);
}

static void
of_many_hosts_some_are_told(UNUSED void **state)
{
	size_t n = 0;

	registered("c", "", "[\"https://a.example/\",\"https://b.example/\",\"https://c.example/\","
	    "\"https://d.example/\",\"https://e.example/\",\"https://f.example/\",\"https://g.example/\","
	    "\"https://h.example/\",\"https://i.example/\",\"https://j.example/\"]");
	connected(PERSON, "c", RESOURCE, "", -9, -5);
	(void)list();
	while (page.application->leads_to[n] != NULL)
		n++;
	assert_int_equal(n, 8);
	assert_false(page.application->local);
}

static void
a_document_s_host_is_told_and_what_the_administrator_set_up(UNUSED void **state)
{
	registered(URL, "Notes", "[\"https://notes.example/cb\"]");
	sql("UPDATE client SET fetched_at = 1");
	fix.config.client[0] = (struct config_client){
		.client_id = "reports", .name = "Reports",
		.redirect_uris = { "https://reports.example/cb" },
	};
	fix.config.clients = 1;
	connected(PERSON, URL, RESOURCE, "", -9, -5);
	connected(PERSON, "reports", RESOURCE, "", -9, -6);
	assert_int_equal(list()->applications, 2);
	assert_string_equal(page.application[0].host, "notes.example");
	assert_false(page.application[0].known);
	assert_true(page.application[1].known);
	assert_string_equal(page.application[1].name, "Reports");
	assert_string_equal(page.application[1].leads_to[0], "reports.example");
	assert_null(page.application[1].leads_to[1]);
}

static void
a_client_whose_registration_is_gone_is_shown_all_the_same(UNUSED void **state)
{
	connected(PERSON, "gone", RESOURCE, "mcp:tools", -9, -5);
	assert_int_equal(list()->applications, 1);
	assert_false(page.application->registered);
	assert_int_equal(page.application->connections, 1);
	assert_int_equal(fix.rq.failure.error, OAUTH_OK);
}

static void
more_clients_than_are_shown_are_told(UNUSED void **state)
{
	for (int i = 0; i < ACCOUNT_CLIENTS; i++)
		connected(PERSON, arena_printf(&fix.arena, "c%d", i), RESOURCE, "", -900, -i - 1);
	assert_int_equal(list()->applications, ACCOUNT_CLIENTS);
	assert_false(page.more);
	connected(PERSON, "last", RESOURCE, "", -900, -800);
	assert_int_equal(list()->applications, ACCOUNT_CLIENTS);
	assert_true(page.more);
	assert_string_equal(page.application[ACCOUNT_CLIENTS - 1].client_id,
	    arena_printf(&fix.arena, "c%d", ACCOUNT_CLIENTS - 1));
}

static void
more_connections_than_are_shown_are_told(UNUSED void **state)
{
	for (int i = 0; i < ACCOUNT_CONNECTIONS; i++)
		connected(PERSON, "c", RESOURCE, arena_printf(&fix.arena, "s:%d", i), -900, -9);
	assert_false(list()->more);
	connected(PERSON, "d", RESOURCE, "", -900, -800);
	assert_true(list()->more);
	assert_int_equal(page.applications, 1);
}

static void
one_client_s_sessions_end_and_no_other_s(UNUSED void **state)
{
	connected(PERSON, "c", RESOURCE, "", -9, -5);
	connected(PERSON, "c", ISSUER "/other", "", -9, -5);
	connected(PERSON, "d", RESOURCE, "", -9, -5);
	connected(BOB, "c", RESOURCE, "", -9, -5);
	assert_int_equal(disconnect("c"), TEXT_ACCOUNT_ENDED);
	assert_int_equal(alive("client_id = 'c' AND object_id = '" PERSON "'"), 0);
	assert_int_equal(alive("1"), 2);
	assert_int_equal(disconnect("c"), TEXT_ACCOUNT_ENDED_NONE);
	assert_int_equal(alive("1"), 2);
	assert_int_equal(sql_number("SELECT count(*) FROM audit WHERE event = 'person_revoked' AND "
	    "client_id = 'c' AND object_id = '" PERSON "'"), 2);
}

static void
all_of_a_person_s_sessions_end_and_nobody_else_s(UNUSED void **state)
{
	connected(PERSON, "c", RESOURCE, "", -9, -5);
	connected(PERSON, "d", RESOURCE, "", -9, -5);
	connected(BOB, "c", RESOURCE, "", -9, -5);
	assert_int_equal(disconnect(NULL), TEXT_ACCOUNT_ENDED_ALL);
	assert_int_equal(alive("object_id = '" PERSON "'"), 0);
	assert_int_equal(alive("object_id = '" BOB "'"), 1);
	assert_int_equal(disconnect(NULL), TEXT_ACCOUNT_ENDED_NONE);
}

static void
nobody_s_ids_end_nothing(UNUSED void **state)
{
	static const struct account_session nobody[] = {
		{ .tenant_id = "", .object_id = "" }, { .tenant_id = TENANT, .object_id = "" },
		{ .tenant_id = "", .object_id = PERSON }, { .tenant_id = TENANT, .object_id = "%" },
	};
	enum page_text said;

	connected(PERSON, "c", RESOURCE, "", -9, -5);
	for (size_t i = 0; i < COUNT(nobody); i++)
		assert_int_equal(account_disconnect(&fix.rq, &nobody[i], NULL, &said), SERVER_ERROR);
	assert_int_equal(alive("1"), 1);
}

static void
more_than_one_press_ends_is_told(UNUSED void **state)
{
	sql("WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 2050) INSERT INTO session "
	    "(sid, client_id, resource, scope, subject, tenant_id, object_id, created_at, expires_at, "
	    "last_used_at) SELECT randomblob(16), 'c', '', '', 's', '" TENANT "', '" PERSON "', 1, 1900000000, "
	    "1800000000 FROM i");
	fix.config.audit[0] = "off";
	assert_int_equal(disconnect(NULL), TEXT_ACCOUNT_ENDED_SOME);
	assert_int_equal(alive("1"), 50);
	assert_int_equal(disconnect(NULL), TEXT_ACCOUNT_ENDED_ALL);
	assert_int_equal(alive("1"), 0);
}

static void
a_store_that_fails_is_told(UNUSED void **state)
{
	enum page_text said = TEXT_COUNT;

	connected(PERSON, "c", RESOURCE, "", -9, -5);
	sql("DROP TABLE client");
	assert_int_equal(account_clients(&fix.rq, &alice, &page), TEMPORARILY_UNAVAILABLE);
	sql("DROP TABLE session");
	assert_int_equal(account_clients(&fix.rq, &alice, &page), TEMPORARILY_UNAVAILABLE);
	assert_int_equal(account_disconnect(&fix.rq, &alice, NULL, &said), TEMPORARILY_UNAVAILABLE);
	assert_int_equal(said, TEXT_COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_person_sees_their_own_clients_and_nobody_else_s),
		CASE(what_is_over_is_not_shown),
		CASE(sessions_of_a_client_at_a_server_are_one_connection),
		CASE(the_client_that_was_used_last_comes_first),
		CASE(where_answers_go_is_told_once_for_each_host),
		CASE(of_many_hosts_some_are_told),
		CASE(a_document_s_host_is_told_and_what_the_administrator_set_up),
		CASE(a_client_whose_registration_is_gone_is_shown_all_the_same),
		CASE(more_clients_than_are_shown_are_told),
		CASE(more_connections_than_are_shown_are_told),
		CASE(one_client_s_sessions_end_and_no_other_s),
		CASE(all_of_a_person_s_sessions_end_and_nobody_else_s),
		CASE(nobody_s_ids_end_nothing),
		CASE(more_than_one_press_ends_is_told),
		CASE(a_store_that_fails_is_told),
	};

	return RUN(tests, NULL, NULL);
}
