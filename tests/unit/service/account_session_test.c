/* SPDX-License-Identifier: MIT */
#include "service/account_session.h"

#include "service/entra_sid.h"
#include "service/session.h"

#include "fake_io.h"

#define PERSON		"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define BOB		"bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
#define OTHER_TENANT	"22222222-2222-4222-8222-222222222222"
#define ENTRA_SID	"007e3899-e104-731f-b675-0617c1f2dd72"
#define NAME		"Alice \"A\" \xc3\x84rmel"
#define COOKIE		"__Host-sallyport-account="

static const struct entra_identity alice = {
	.tenant_id = TENANT, .object_id = PERSON, .name = NAME, .username = "alice@contoso.example",
	.sid = ENTRA_SID,
};

static struct response rs;

static void
come_with(const char *cookies)
{
	WEB_REQUEST("", "REQUEST_URI=/account", arena_printf(&fix.arena, "HTTP_COOKIE=%s", cookies));
	rs = response_new(&fix.arena);
}

/* Begins one in a browser with these cookies; the cookie that it gets. */
static const char *
begin(const char *cookies, const struct entra_identity *who)
{
	const char *set;

	come_with(cookies);
	assert_int_equal(account_session_begin(&fix.rq, &rs, who), OAUTH_OK);
	set = buf_text(&rs.headers);
	assert_non_null(set);
	set = strstr(set, "Set-Cookie: " COOKIE);
	assert_non_null(set);
	set += sizeof "Set-Cookie: " - 1;
	return arena_copy(&fix.arena, set, strcspn(set, ";"));
}

static struct account_session found;

static enum stored
find(const char *cookie)
{
	come_with(cookie);
	return account_session_find(&fix.rq, &found);
}

static int64_t
rows(void)
{
	return sql_number("SELECT count(*) FROM account_session");
}

static void
the_cookie_stands_for_the_person(UNUSED void **state)
{
	const char *cookie = begin("", &alice);

	assert_int_equal(find(cookie), STORED);
	assert_string_equal(found.tenant_id, TENANT);
	assert_string_equal(found.object_id, PERSON);
	assert_string_equal(found.name, NAME);
	assert_string_equal(found.username, "alice@contoso.example");
	assert_int_equal(found.expires_at, START + 900);
}

static void
the_cookie_is_host_bound_short_lived_and_out_of_reach(UNUSED void **state)
{
	const char *cookie = begin("", &alice);

	assert_string_equal(buf_text(&rs.headers), arena_printf(&fix.arena, "Set-Cookie: %s; Path=/; Secure; "
	    "HttpOnly; SameSite=Lax; Max-Age=900\r\n", cookie));
}

static void
no_other_cookie_stands_for_anybody(UNUSED void **state)
{
	const char *cookie = begin("", &alice);
	char *other = arena_string(&fix.arena, cookie);

	other[sizeof COOKIE - 1] = other[sizeof COOKIE - 1] == 'A' ? 'B' : 'A';
	assert_int_equal(find(other), ABSENT);
	assert_int_equal(find(""), ABSENT);
	assert_int_equal(find(COOKIE), ABSENT);
	assert_int_equal(find(COOKIE "x"), ABSENT);
	assert_int_equal(find(arena_printf(&fix.arena, "__Host-sallyport-browser=%s",
	    cookie + sizeof COOKIE - 1)), ABSENT);
}

static void
it_is_over_in_time_whatever_the_clear_column_says(UNUSED void **state)
{
	const char *cookie = begin("", &alice);

	at(899);
	assert_int_equal(find(cookie), STORED);
	at(900);
	assert_int_equal(find(cookie), ABSENT);
	sql("UPDATE account_session SET expires_at = 1900000000");
	assert_int_equal(find(cookie), ABSENT);
	at(899);
	assert_int_equal(find(cookie), STORED);
	sql("UPDATE account_session SET expires_at = 1");
	assert_int_equal(find(cookie), ABSENT);
}

static void
signing_in_gives_a_new_cookie_and_ends_what_the_old_one_stood_for(UNUSED void **state)
{
	const char *first = begin("", &alice), *second = begin(first, &alice);

	assert_string_not_equal(first, second);
	assert_int_equal(find(first), ABSENT);
	assert_int_equal(find(second), STORED);
	assert_int_equal(rows(), 1);
	(void)begin("", &alice);
	assert_int_equal(find(second), STORED);
	assert_int_equal(rows(), 2);
}

static void
a_cookie_from_elsewhere_is_not_taken_up(UNUSED void **state)
{
	struct opaque_token planted = opaque_token_new(&fix.arena);
	const char *before = arena_printf(&fix.arena, COOKIE "%s", planted.text);

	assert_string_not_equal(begin(before, &alice), before);
	assert_int_equal(find(before), ABSENT);
}

static void
signing_out_ends_it_and_takes_the_cookie_back(UNUSED void **state)
{
	const char *cookie = begin("", &alice), *other = begin("", &alice);

	assert_int_equal(find(cookie), STORED);
	assert_int_equal(account_session_end(&fix.rq, &rs, &found), OAUTH_OK);
	assert_non_null(strstr(buf_text(&rs.headers), COOKIE "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
	assert_int_equal(find(cookie), ABSENT);
	assert_int_equal(find(other), STORED);
}

static void
entra_s_sign_out_ends_it(UNUSED void **state)
{
	struct entra_identity unmarked = alice;
	const char *cookie = begin("", &alice), *without;
	int64_t ended;

	unmarked.sid = "";
	without = begin("", &unmarked);
	assert_int_equal(entra_sid_end(&fix.rq, "another", &ended), OAUTH_OK);
	assert_int_equal(find(cookie), STORED);
	assert_int_equal(entra_sid_end(&fix.rq, ENTRA_SID, &ended), OAUTH_OK);
	assert_int_equal(ended, 0);		/* no client's session */
	assert_int_equal(find(cookie), ABSENT);
	assert_int_equal(find(without), STORED);
}

static struct session_revocation
revoked(const char *tenant_id, const char *object_id, const char *subject)
{
	struct session_revocation r = {
		.of = { .subject = subject }, .event = AUDIT_ADMINISTRATOR_REVOKED, .reason = "a test",
	};

	(void)snprintf(r.of.tenant_id, sizeof r.of.tenant_id, "%s", tenant_id);
	(void)snprintf(r.of.object_id, sizeof r.of.object_id, "%s", object_id);
	assert_true(account_session_revoke_batch(&fix.rq, &r));
	return r;
}

static void
an_administrator_ends_it_by_any_name_of_the_person(UNUSED void **state)
{
	const char *subject = session_subject(&fix.rq, TENANT, PERSON), *cookie;
	const char *const named[][3] = {
		{ "", PERSON, NULL }, { TENANT, PERSON, NULL }, { "", "", subject }, { "", "", NULL },
	};
	struct entra_identity bob = alice;
	struct session_revocation r;

	bob.object_id = BOB;
	for (size_t i = 0; i < COUNT(named); i++) {
		cookie = begin("", &alice);
		assert_int_equal(revoked("", BOB, NULL).ended + revoked(OTHER_TENANT, PERSON, NULL).ended +
		    revoked("", "", "another").ended, 0);
		assert_int_equal(find(cookie), STORED);
		r = revoked(named[i][0], named[i][1], named[i][2]);
		assert_int_equal(r.ended, 1);
		assert_true(r.over);
		assert_int_equal(find(cookie), ABSENT);
		assert_int_equal(rows(), 0);
	}
	cookie = begin("", &bob);
	assert_int_equal(revoked(TENANT, PERSON, NULL).ended, 0);
	assert_int_equal(find(cookie), STORED);
	assert_int_equal(sql_number("SELECT sum(times) FROM audit WHERE event = 'administrator_revoked' AND "
	    "reason = 'a test' AND tenant_id = '" TENANT "' AND object_id = '" PERSON "' AND "
	    "client_id IS NULL"), COUNT(named));
}

static void
many_are_ended_a_batch_at_a_time_and_what_ran_out_is_not_counted(UNUSED void **state)
{
	struct session_revocation r = { .event = AUDIT_ADMINISTRATOR_REVOKED, .reason = "a test" };

	for (int i = 0; i < SESSION_BATCH + 1; i++)
		(void)begin("", &alice);
	assert_true(account_session_revoke_batch(&fix.rq, &r));
	assert_false(r.over);
	assert_int_equal(r.ended, SESSION_BATCH);
	assert_int_equal(rows(), 1);
	sql("UPDATE account_session SET expires_at = 1800000000");
	assert_true(account_session_revoke_batch(&fix.rq, &r));
	assert_true(r.over);
	assert_int_equal(r.ended, SESSION_BATCH);
	assert_int_equal(rows(), 0);
	sql("DROP TABLE account_session");
	assert_false(account_session_revoke_batch(&fix.rq, &r));
}

/* A row that no administrator would find is nobody's. */
static void
whom_the_clear_columns_name_is_who_is_sealed(UNUSED void **state)
{
	static const char *const changes[] = {
		"tenant_id = '" OTHER_TENANT "'", "object_id = '" BOB "'", "subject = ''",
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		const char *cookie = begin("", &alice);

		assert_int_equal(find(cookie), STORED);
		sql(arena_printf(&fix.arena, "UPDATE account_session SET %s", changes[i]));
		assert_int_equal(find(cookie), ABSENT);
	}
}

static void
the_database_holds_no_name_and_no_cookie(UNUSED void **state)
{
	const char *cookie = begin("", &alice);

	assert_int_equal(sql_number(arena_printf(&fix.arena, "SELECT count(*) FROM account_session WHERE "
	    "instr(sealed, '%s') + instr(sealed, 'alice') + instr(sealed, '" PERSON "') + "
	    "instr(token_hash, '%s') + instr(entra_sid, '" ENTRA_SID "') > 0", "Alice",
	    cookie + sizeof COOKIE - 1)), 0);
	assert_int_equal(sql_number("SELECT length(token_hash) FROM account_session"), SHA256_SIZE);
}

static void
one_person_s_row_is_of_no_use_under_another_s_cookie(UNUSED void **state)
{
	struct entra_identity bob = alice;
	const char *first = begin("", &alice), *second;

	bob.object_id = BOB;
	second = begin("", &bob);
	sql("UPDATE account_session SET sealed = (SELECT a.sealed FROM account_session a "
	    "WHERE a.rowid = 2) WHERE rowid = 1");
	assert_int_equal(find(first), ABSENT);
	assert_int_equal(find(second), STORED);
	sql("UPDATE account_session SET sealed = x''");
	assert_int_equal(find(second), ABSENT);
}

static void
another_browser_key_opens_nothing(UNUSED void **state)
{
	const char *cookie = begin("", &alice);

	assert_int_equal(unlink(path_of("keys/browser/key")), 0);
	assert_true(keyring_create(&fix.config, KEY_BROWSER));
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
	assert_int_equal(find(cookie), ABSENT);
}

static void
a_tenant_that_is_let_in_no_more_has_nobody_here(UNUSED void **state)
{
	struct entra_identity foreign = alice;
	const char *cookie;

	foreign.tenant_id = OTHER_TENANT;
	cookie = begin("", &foreign);
	assert_int_equal(find(cookie), ABSENT);
}

static void
without_a_key_or_a_store_nobody_is_signed_in(UNUSED void **state)
{
	const char *cookie = begin("", &alice);

	come_with("");
	sql("DROP TABLE account_session");
	assert_int_equal(account_session_begin(&fix.rq, &rs, &alice), TEMPORARILY_UNAVAILABLE);
	assert_string_equal(buf_text(&rs.headers), "");
	assert_int_equal(find(cookie), STORE_FAILED);
	assert_int_equal(unlink(path_of("keys/browser/key")), 0);
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
	come_with("");
	assert_int_equal(account_session_begin(&fix.rq, &rs, &alice), SERVER_ERROR);
	assert_string_equal(buf_text(&rs.headers), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_cookie_stands_for_the_person),
		CASE(the_cookie_is_host_bound_short_lived_and_out_of_reach),
		CASE(no_other_cookie_stands_for_anybody),
		CASE(it_is_over_in_time_whatever_the_clear_column_says),
		CASE(signing_in_gives_a_new_cookie_and_ends_what_the_old_one_stood_for),
		CASE(a_cookie_from_elsewhere_is_not_taken_up),
		CASE(signing_out_ends_it_and_takes_the_cookie_back),
		CASE(entra_s_sign_out_ends_it),
		CASE(an_administrator_ends_it_by_any_name_of_the_person),
		CASE(many_are_ended_a_batch_at_a_time_and_what_ran_out_is_not_counted),
		CASE(whom_the_clear_columns_name_is_who_is_sealed),
		CASE(the_database_holds_no_name_and_no_cookie),
		CASE(one_person_s_row_is_of_no_use_under_another_s_cookie),
		CASE(another_browser_key_opens_nothing),
		CASE(a_tenant_that_is_let_in_no_more_has_nobody_here),
		CASE(without_a_key_or_a_store_nobody_is_signed_in),
	};

	return RUN(tests, NULL, NULL);
}
