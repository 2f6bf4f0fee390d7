/* SPDX-License-Identifier: MIT */
#include "service/entra_sid.h"

#include "signed_in.h"

#define ENTRA_SID	"007e3899-e104-731f-b675-0617c1f2dd72"
#define ANOTHER_SID	"6e6cecbb-946f-4e5e-80d4-29740c197aba"
#define OLD_KEY		"aaaaaaaaaaaaaaaa 1700000000 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define NEW_KEY		"bbbbbbbbbbbbbbbb 1750000000 BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA\n"

static struct signed_in in;

/* A session with its tokens, opened under that sid; open_session's own row has none. */
static void
sign_in_under(const char *sid, struct signed_in *who)
{
	struct bytes mark;

	open_session(who);
	assert_int_equal(entra_sid_mark(&fix.rq, sid, &mark), OAUTH_OK);
	assert_int_equal(mark.len, *sid == '\0' ? 0 : 16 + SHA256_SIZE);
	who->session.sid = sid_new();
	who->session.entra_sid = mark;
	assert_int_equal(session_insert(&fix.rq, &who->session, &who->key,
	    &(struct entra_tokens){ .access_token = "a", .refresh_token = "r" }), STORED);
	assert_int_equal(refresh_token_issue(&fix.rq, &who->session, &who->key, NULL, &who->refresh),
	    OAUTH_OK);
	assert_int_equal(access_token_issue(&fix.rq, &who->session, &who->key, SCOPE, &who->refresh,
	    NULL, &who->grant), OAUTH_OK);
}

static int64_t
end(const char *sid)
{
	int64_t ended = -1;

	assert_int_equal(entra_sid_end(&fix.rq, sid, &ended), OAUTH_OK);
	return ended;
}

/* The logout key's file, as a running process finds it after a while. */
static void
keys_are(const char *text)
{
	write_file(path_of("keys/logout/key"), text);
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
}

static void
a_sign_out_ends_all_sessions_of_its_sid_and_no_other(UNUSED void **state)
{
	struct signed_in second, other, without;
	struct grant got;

	sign_in_under(ENTRA_SID, &in);
	sign_in_under(ENTRA_SID, &second);
	sign_in_under(ANOTHER_SID, &other);
	sign_in_under("", &without);
	assert_int_equal(end(ENTRA_SID), 2);
	assert_false(session_lives(&in.session));
	assert_false(session_lives(&second.session));
	assert_true(session_lives(&other.session));
	assert_true(session_lives(&without.session));
	assert_int_equal(verify(in.grant.access_token), INVALID_TOKEN);
	assert_int_equal(redeem(in.refresh.text, &got), INVALID_GRANT);
	assert_int_equal(verify(other.grant.access_token), OAUTH_OK);
	assert_int_equal(redeem(without.refresh.text, &got), OAUTH_OK);
	assert_int_equal(end(ENTRA_SID), 0);
}

static void
a_sid_that_nobody_has_ends_nothing(UNUSED void **state)
{
	struct signed_in without;

	sign_in_under(ENTRA_SID, &in);
	sign_in_under("", &without);
	assert_int_equal(end(""), 0);
	assert_int_equal(end(ANOTHER_SID), 0);
	assert_int_equal(end("007E3899-E104-731F-B675-0617C1F2DD72"), 0);
	assert_int_equal(end(ENTRA_SID " "), 0);
	assert_true(session_lives(&in.session));
	assert_true(session_lives(&without.session));
}

static void
the_database_holds_no_sid_but_its_mark(UNUSED void **state)
{
	sign_in_under(ENTRA_SID, &in);
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE "
	    "instr(hex(entra_sid), hex('007e3899')) > 0"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE length(entra_sid) = 48"), 1);
	assert_int_equal(end(ENTRA_SID), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE entra_sid IS NOT NULL"), 0);
}

static void
every_generation_of_the_key_finds_what_it_marked(UNUSED void **state)
{
	struct signed_in later;

	keys_are(OLD_KEY);
	sign_in_under(ENTRA_SID, &in);
	keys_are(OLD_KEY NEW_KEY);
	sign_in_under(ENTRA_SID, &later);
	assert_int_equal(sql_number("SELECT count(DISTINCT entra_sid) FROM session"), 2);
	assert_int_equal(end(ENTRA_SID), 2);
}

static void
another_key_finds_nothing(UNUSED void **state)
{
	sign_in_under(ENTRA_SID, &in);
	keys_are(OLD_KEY);
	assert_int_equal(end(ENTRA_SID), 0);
	assert_true(session_lives(&in.session));
}

static void
without_the_key_only_what_has_no_sid_goes_on(UNUSED void **state)
{
	int64_t ended = -1;
	struct bytes mark;

	assert_int_equal(unlink(path_of("keys/logout/key")), 0);
	assert_int_equal(entra_sid_mark(&fix.rq, ENTRA_SID, &mark), SERVER_ERROR);
	assert_non_null(strstr(fix.rq.failure.reason, "logout key"));
	assert_int_equal(entra_sid_mark(&fix.rq, "", &mark), OAUTH_OK);
	assert_null(mark.data);
	assert_int_equal(entra_sid_end(&fix.rq, ENTRA_SID, &ended), SERVER_ERROR);
	assert_int_equal(ended, 0);
}

/* That many rows of one sid, as the database could hold them. */
static void
crowd(int64_t n)
{
	sign_in_under(ENTRA_SID, &in);
	sql(arena_printf(&fix.arena, "WITH RECURSIVE i(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM i "
	    "WHERE n < %lld) INSERT INTO session (sid, client_id, resource, scope, subject, tenant_id, "
	    "object_id, created_at, expires_at, last_used_at, entra_sid) SELECT randomblob(16), "
	    "client_id, resource, scope, subject, tenant_id, object_id, created_at, expires_at, "
	    "last_used_at, entra_sid FROM i, session WHERE entra_sid IS NOT NULL", (long long)n));
}

static void
more_sessions_than_a_transaction_ends_are_ended_all(UNUSED void **state)
{
	const int64_t n = 2 * ENTRA_SID_BATCH + 1;

	crowd(n);
	assert_int_equal(end(ENTRA_SID), n);
	crowd(ENTRA_SID_BATCH);
	assert_int_equal(end(ENTRA_SID), ENTRA_SID_BATCH);
}

static void
more_sessions_than_a_request_ends_are_told(UNUSED void **state)
{
	const int64_t most = (int64_t)ENTRA_SID_BATCH * ENTRA_SID_BATCHES;
	int64_t ended;

	crowd(most + 1);
	assert_int_equal(entra_sid_end(&fix.rq, ENTRA_SID, &ended), SERVER_ERROR);
	assert_int_equal(ended, most);
	assert_int_equal(end(ENTRA_SID), 1);
}

static void
a_database_that_fails_is_told(UNUSED void **state)
{
	int64_t ended = -1;

	sign_in_under(ENTRA_SID, &in);
	sql("UPDATE session SET sid = x'00' WHERE entra_sid IS NOT NULL");
	assert_int_equal(entra_sid_end(&fix.rq, ENTRA_SID, &ended), TEMPORARILY_UNAVAILABLE);
	assert_int_equal(ended, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_sign_out_ends_all_sessions_of_its_sid_and_no_other),
		CASE(a_sid_that_nobody_has_ends_nothing),
		CASE(the_database_holds_no_sid_but_its_mark),
		CASE(every_generation_of_the_key_finds_what_it_marked),
		CASE(another_key_finds_nothing),
		CASE(without_the_key_only_what_has_no_sid_goes_on),
		CASE(more_sessions_than_a_transaction_ends_are_ended_all),
		CASE(more_sessions_than_a_request_ends_are_told),
		CASE(a_database_that_fails_is_told),
	};

	return RUN(tests, NULL, NULL);
}
