/* SPDX-License-Identifier: MIT */
#include "service/admin.h"

#include "written.h"

#define BOB	"bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"

static struct signed_in alice, bob;

/* Two people at two clients. */
static void
two_people(void)
{
	sql("INSERT INTO client (client_id, client_name, redirect_uris, created_at, expires_at) "
	    "VALUES ('" CLIENT "', 'A client' || char(27) || '[2J', '[]', 1, 1900000000)");
	sign_in(&alice);
	sign_in(&bob);
	sql(arena_printf(&fix.arena, "UPDATE session SET object_id = '" BOB "', client_id = '" OTHER_CLIENT
	    "', subject = 'BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB', resource = '" ISSUER "/other', "
	    "last_used_at = last_used_at + 60 WHERE sid = x'%s'", sid_text(&fix.arena, &bob.session.sid)));
}

/* That many more of Alice's. */
static void
crowd(int64_t n)
{
	sql(arena_printf(&fix.arena, "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i "
	    "WHERE n < %lld) INSERT INTO session (sid, client_id, resource, scope, subject, tenant_id, "
	    "object_id, created_at, expires_at, last_used_at) SELECT randomblob(16), '" CLIENT "', '" RESOURCE
	    "', '', 's', '" TENANT "', '" PERSON "', 1799999999, 1900000000, 1799990000 + n %% 7 FROM i",
	    (long long)n));
}

static int64_t
alive(void)
{
	return sql_number("SELECT count(*) FROM session WHERE ended_at IS NULL");
}

static void
sessions_are_listed_in_the_order_of_their_last_use(UNUSED void **state)
{
	two_people();
	assert_int_equal(run(admin_sessions, ""), ADMIN_DONE);
	assert_int_equal(written_lines(), 3);
	wrote(arena_printf(&fix.arena, "%s  " PERSON "  " CLIENT "   mcp       2027-01-15 08:00  "
	    "2027-01-15 08:00  2027-02-14 08:00  A client\\u001b[2J\n",
	    sid_text(&fix.arena, &alice.session.sid)));
	assert_true(strstr(written.out, PERSON) < strstr(written.out, BOB));
	told("2 sessions; of people only object ids are kept, no names");
	assert_int_equal(run(admin_sessions, "--json"), ADMIN_DONE);
	wrote(arena_printf(&fix.arena, "\"sid\":\"%s\",\"tenant_id\":\"" TENANT "\",\"object_id\":\"" PERSON "\"",
	    sid_text(&fix.arena, &alice.session.sid)));
	wrote("\"client_name\":\"A client\\u001b[2J\"");
	wrote("\"server\":\"other\"");
	wrote("\"client_name\":null");
	assert_string_equal(written.err, "");
	forget_written();
}

static void
what_is_over_is_not_listed(UNUSED void **state)
{
	static const char *const over[] = {
		"ended_at = 1", "expires_at = 1800000000", "last_used_at = 1797408000",
	};

	for (size_t i = 0; i < COUNT(over); i++) {
		open_session(&alice);
		sql(arena_printf(&fix.arena, "UPDATE session SET %s", over[i]));
		assert_int_equal(run(admin_sessions, ""), ADMIN_DONE);
		assert_string_equal(written.out, "");
		told("0 sessions");
	}
	forget_written();
}

static void
a_list_is_narrowed_to_a_person_and_a_client(UNUSED void **state)
{
	static const struct { const char *line; int lines; } narrowed[] = {
		{ "--user " PERSON, 2 }, { "--user " TENANT "/" BOB, 2 }, { "--user " BOB " --client " CLIENT, 0 },
		{ "--client " OTHER_CLIENT, 2 }, { "--client --all", 0 }, { "--client %", 0 },
		{ "--user BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", 2 },
		{ "--user 22222222-2222-4222-8222-222222222222/" PERSON, 0 },
	};

	two_people();
	for (size_t i = 0; i < COUNT(narrowed); i++) {
		assert_int_equal(run(admin_sessions, narrowed[i].line), ADMIN_DONE);
		if (written_lines() != narrowed[i].lines)
			fail_msg("%s: %s", narrowed[i].line, written.out);
	}
	forget_written();
}

static void
a_long_list_comes_whole_and_each_once(UNUSED void **state)
{
	crowd(3 * ADMIN_PAGE + 1);
	assert_int_equal(run(admin_sessions, ""), ADMIN_DONE);
	assert_int_equal(written_lines(), 3 * ADMIN_PAGE + 2);
	crowd(ADMIN_PAGE - 1);
	assert_int_equal(run(admin_sessions, "--json"), ADMIN_DONE);
	assert_int_equal(written_lines(), 4 * ADMIN_PAGE + 2);
	forget_written();
}

static void
one_session_is_ended(UNUSED void **state)
{
	two_people();
	assert_int_equal(run(admin_revoke, arena_printf(&fix.arena, "--session %s",
	    sid_text(&fix.arena, &alice.session.sid))), ADMIN_DONE);
	assert_string_equal(written.out, "1 session ended\n");
	assert_false(session_lives(&alice.session));
	assert_true(session_lives(&bob.session));
	assert_int_equal(verify(alice.grant.access_token), INVALID_TOKEN);
	assert_int_equal(run(admin_revoke, arena_printf(&fix.arena, "--json --session %s",
	    sid_text(&fix.arena, &alice.session.sid))), ADMIN_NOTHING);
	assert_string_equal(written.out, "{\"ended\":0,\"account_ended\":0}\n");
	forget_written();
}

static void
a_persons_or_a_clients_sessions_are_ended(UNUSED void **state)
{
	two_people();
	assert_int_equal(run(admin_revoke, "--user " TENANT "/" PERSON), ADMIN_DONE);
	assert_false(session_lives(&alice.session));
	assert_true(session_lives(&bob.session));
	assert_int_equal(run(admin_revoke, "--client " CLIENT), ADMIN_NOTHING);
	assert_true(session_lives(&bob.session));
	assert_int_equal(run(admin_revoke, "--client " OTHER_CLIENT " --json"), ADMIN_DONE);
	assert_string_equal(written.out, "{\"ended\":1,\"account_ended\":0}\n");
	assert_int_equal(alive(), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 1);
	forget_written();
}

/* That many more, on the page of what is connected to them. */
static void
open_pages(const char *object_id, int64_t n)
{
	sql(arena_printf(&fix.arena, "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i "
	    "WHERE n < %lld) INSERT INTO account_session (token_hash, sealed, tenant_id, object_id, subject, "
	    "expires_at) SELECT randomblob(32), x'00', '" TENANT "', '%s', 's', 1900000000 FROM i",
	    (long long)n, object_id));
}

static void
a_person_s_account_page_is_closed_and_a_client_s_end_closes_none(UNUSED void **state)
{
	two_people();
	open_pages(PERSON, 1);
	open_pages(BOB, 2);
	assert_int_equal(run(admin_revoke, "--client " CLIENT), ADMIN_DONE);
	assert_string_equal(written.out, "1 session ended\n");
	assert_int_equal(run(admin_revoke, arena_printf(&fix.arena, "--session %s",
	    sid_text(&fix.arena, &bob.session.sid))), ADMIN_DONE);
	assert_int_equal(sql_number("SELECT count(*) FROM account_session"), 3);
	assert_int_equal(run(admin_revoke, "--user " PERSON), ADMIN_DONE);
	assert_string_equal(written.out, "0 sessions ended\n1 sign-in to the account page ended\n");
	assert_int_equal(sql_number("SELECT count(*) FROM account_session WHERE object_id = '" BOB "'"), 2);
	assert_int_equal(run(admin_revoke, "--user " PERSON), ADMIN_NOTHING);
	assert_int_equal(run(admin_revoke, "--user " BOB " --json"), ADMIN_DONE);
	assert_string_equal(written.out, "{\"ended\":0,\"account_ended\":2}\n");
	open_pages(PERSON, 2500);
	assert_int_equal(run(admin_revoke, "--all"), ADMIN_DONE);
	assert_string_equal(written.out, "0 sessions ended\n2500 sign-ins to the account page ended\n");
	told("1000 sign-ins to the account page ended so far\n2000 sign-ins");
	assert_int_equal(sql_number("SELECT count(*) FROM account_session"), 0);
	forget_written();
}

static void
all_sessions_are_ended_a_batch_at_a_time(UNUSED void **state)
{
	two_people();
	crowd(2500);
	assert_int_equal(run(admin_revoke, "--all"), ADMIN_DONE);
	assert_string_equal(written.out, "2502 sessions ended\n");
	told("1000 sessions ended so far\n2000 sessions ended so far\n");
	assert_int_equal(alive(), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE identity IS NOT NULL"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM access_token"), 0);
	assert_int_equal(run(admin_revoke, "--all"), ADMIN_DONE);
	assert_string_equal(written.out, "0 sessions ended\n");
	forget_written();
}

/* A limit that is raised later must not bring it back; but nobody counts it. */
static void
what_ran_out_is_ended_too(UNUSED void **state)
{
	two_people();
	sql("UPDATE session SET last_used_at = 1");
	assert_int_equal(run(admin_revoke, "--all"), ADMIN_DONE);
	assert_string_equal(written.out, "0 sessions ended\n");
	assert_int_equal(alive(), 0);
	forget_written();
}

static void
what_begins_meanwhile_is_not_meant(UNUSED void **state)
{
	open_session(&alice);
	sql("UPDATE session SET created_at = 1800000001");
	assert_int_equal(run(admin_revoke, "--all"), ADMIN_DONE);
	assert_int_equal(alive(), 1);
	forget_written();
}

static void
nothing_is_ended_by_a_line_that_is_wrong(UNUSED void **state)
{
	static const char *const wrong[] = {
		"", "--json", "--session", "--session x", "--session 0123456789ABCDEF0123456789ABCDEF", "--all x",
		"--all --all", "--all --client " CLIENT, "--user x", "--user " PERSON "/", "all", "--user",
		"--session 0123456789abcdef0123456789abcdef --all", "--client", "-all",
	};

	two_people();
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (run(admin_revoke, wrong[i]) != ADMIN_USAGE)
			fail_msg("%s was taken", wrong[i]);
	assert_int_equal(run(admin_sessions, "--user x"), ADMIN_USAGE);
	assert_int_equal(run(admin_sessions, "--all"), ADMIN_USAGE);
	assert_int_equal(alive(), 2);
	forget_written();
}

static void
a_store_that_fails_on_the_way_is_told_with_what_was_done(UNUSED void **state)
{
	crowd(2 * ADMIN_PAGE);
	sql("UPDATE session SET sid = CAST(x'ff' || sid AS BLOB) WHERE sid = (SELECT max(sid) FROM session)");
	assert_int_equal(run(admin_revoke, "--all"), ADMIN_FAILED);
	assert_string_equal(written.out, "100 sessions ended\n");
	told("run it again for the rest");
	assert_int_equal(run(admin_sessions, ""), ADMIN_FAILED);
	forget_written();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(sessions_are_listed_in_the_order_of_their_last_use),
		CASE(what_is_over_is_not_listed),
		CASE(a_list_is_narrowed_to_a_person_and_a_client),
		CASE(a_long_list_comes_whole_and_each_once),
		CASE(one_session_is_ended),
		CASE(a_persons_or_a_clients_sessions_are_ended),
		CASE(a_person_s_account_page_is_closed_and_a_client_s_end_closes_none),
		CASE(all_sessions_are_ended_a_batch_at_a_time),
		CASE(what_ran_out_is_ended_too),
		CASE(what_begins_meanwhile_is_not_meant),
		CASE(nothing_is_ended_by_a_line_that_is_wrong),
		CASE(a_store_that_fails_on_the_way_is_told_with_what_was_done),
	};

	return RUN(tests, NULL, NULL);
}
