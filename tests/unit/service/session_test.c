/* SPDX-License-Identifier: MIT */
#include "service/session.h"

#include "base/base64url.h"

#include "signed_in.h"

#define LEASE	20	/* seconds */

static struct signed_in in;

static void
a_session_comes_back_as_it_was_inserted(UNUSED void **state)
{
	struct session got;
	struct bytes identity;
	struct entra_tokens tokens;

	open_session(&in);
	assert_int_equal(session_get(&fix.rq, &in.session.sid, &got, &identity), STORED);
	assert_string_equal(got.client_id, CLIENT);
	assert_string_equal(got.resource, RESOURCE);
	assert_string_equal(got.scope, SCOPE);
	assert_string_equal(got.subject, in.session.subject);
	assert_string_equal(got.tenant_id, TENANT);
	assert_string_equal(got.object_id, PERSON);
	assert_int_equal(got.expires_at, START + SESSION_LIFE);
	assert_true(session_identity_agrees(&fix.rq, &got, &in.key, identity));
	assert_int_equal(session_entra_tokens(&fix.rq, &in.session, &in.key, &tokens), STORED);
	assert_string_equal(tokens.access_token, "entra-access");
	assert_string_equal(tokens.refresh_token, "entra-refresh");
	assert_int_equal(tokens.expires_at, START + 3600);
	assert_int_equal(tokens.renew_at, START + 3300);
	assert_int_equal(tokens.asked_at, START);
	assert_int_equal(got.created_at, START);
}

static void
nothing_of_entra_stands_in_clear(UNUSED void **state)
{
	open_session(&in);
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE "
	    "instr(hex(entra_tokens), hex('entra')) > 0 OR instr(hex(identity), hex('aaaaaaaa')) "
	    "> 0"), 0);
}

static void
subjects_differ_by_person_tenant_and_issuer(UNUSED void **state)
{
	const char *alice = session_subject(&fix.rq, TENANT, PERSON);
	uint8_t *bytes;
	size_t n;

	assert_true(base64url_decode(&fix.arena, alice, strlen(alice), &bytes, &n) && n == 32);
	assert_string_equal(session_subject(&fix.rq, TENANT, PERSON), alice);
	assert_string_not_equal(session_subject(&fix.rq, TENANT, TENANT), alice);
	assert_string_not_equal(session_subject(&fix.rq, PERSON, PERSON), alice);
	fix.config.public_url = "https://other.example.org";
	assert_string_not_equal(session_subject(&fix.rq, TENANT, PERSON), alice);
}

static void
the_identity_is_bound_to_key_session_and_every_member(UNUSED void **state)
{
	struct signed_in other;
	struct session got, changed;
	struct bytes identity;

	open_session(&other);
	open_session(&in);
	assert_int_equal(session_get(&fix.rq, &in.session.sid, &got, &identity), STORED);
	assert_false(session_identity_agrees(&fix.rq, &got, &other.key, identity));
	assert_false(session_identity_agrees(&fix.rq, &got, &in.key, (struct bytes){ 0 }));
	changed = got;
	changed.sid = other.session.sid;
	assert_false(session_identity_agrees(&fix.rq, &changed, &in.key, identity));
	changed = got;
	changed.expires_at++;
	assert_false(session_identity_agrees(&fix.rq, &changed, &in.key, identity));
	changed = got;
	changed.object_id = "\",\"oid\":\"";
	assert_false(session_identity_agrees(&fix.rq, &changed, &in.key, identity));
	assert_true(session_identity_agrees(&fix.rq, &got, &in.key, identity));
}

static void
a_session_expires(UNUSED void **state)
{
	struct entra_tokens tokens;

	fix.config.limits.session_idle = 2 * SESSION_LIFE;
	open_session(&in);
	at(SESSION_LIFE - 1);
	assert_true(session_lives(&in.session));
	at(SESSION_LIFE);
	assert_false(session_lives(&in.session));
	assert_int_equal(session_entra_tokens(&fix.rq, &in.session, &in.key, &tokens), ABSENT);
}

static void
a_session_that_nobody_uses_ends(UNUSED void **state)
{
	struct session got;
	struct bytes identity;

	fix.config.limits.session_idle = 600;
	open_session(&in);
	sql("UPDATE session SET entra_until = expires_at");
	at(599);
	assert_true(session_lives(&in.session));
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), STORED);
	at(600);
	assert_int_equal(session_idle_since(&fix.rq), START);
	assert_int_equal(session_get(&fix.rq, &in.session.sid, &got, &identity), ABSENT);
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), ABSENT);
	sql("UPDATE session SET last_used_at = last_used_at + 1");
	assert_true(session_lives(&in.session));
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), STORED);
}

/* A stream asks Entra nothing: it ends some time after Entra's last word on its person. */
static void
a_stream_does_not_outlive_entras_word_for_long(UNUSED void **state)
{
	static const struct entra_tokens fresh = { .access_token = "new", .refresh_token = "",
	    .expires_at = START + 14300, .renew_at = START + 14000, .asked_at = START + 10500 };
	struct opaque_token owner = opaque_token_new(&fix.arena);

	open_session(&in);
	at(3300 + ENTRA_SILENCE_MAX - 1);
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), STORED);
	at(3300 + ENTRA_SILENCE_MAX);
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), ABSENT);
	assert_true(session_lives(&in.session));
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, LEASE));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &fresh), STORED);
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), STORED);
	at(14000 + ENTRA_SILENCE_MAX - 1);
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), STORED);
	at(14000 + ENTRA_SILENCE_MAX);
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), ABSENT);
	sql("UPDATE session SET entra_until = NULL");
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), STORED);
	session_end_now(&fix.rq, &in.session.sid, "test");
	assert_int_equal(session_alive(&fix.rq, &in.session.sid), ABSENT);
}

static void
ending_erases_wraps_and_blobs_and_leaves_a_tombstone(UNUSED void **state)
{
	struct opaque_token code, owner = opaque_token_new(&fix.arena);
	struct signed_in other;

	sign_in(&other);
	sign_in(&in);
	assert_int_equal(authorization_code_issue(&fix.rq, &in.session, &in.key,
	    "https://c.example/",
	    "challenge", &code), OAUTH_OK);
	sql(arena_printf(&fix.arena, "INSERT INTO exchanged_token (sid, scope, sealed, expires_at) "
	    "VALUES (x'%s', 's', x'00', %lld)", sid_text(&fix.arena, &in.session.sid),
	    (long long)START + 60));
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, LEASE));
	session_end_now(&fix.rq, &in.session.sid, "test");
	assert_false(session_lives(&in.session));
	assert_true(session_lives(&other.session));
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE ended_at IS NOT NULL AND "
	    "identity IS NULL AND entra_tokens IS NULL AND lease_owner IS NULL AND "
	    "lease_until IS NULL"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM access_token"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM authorization_code"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM exchanged_token"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token"), 2);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE wrap IS NULL"), 1);
}

static void
ending_cannot_be_undone_and_happens_once(UNUSED void **state)
{
	struct signed_in nobody = { .session = { .sid = sid_new() } };
	struct grant got;

	sign_in(&in);
	assert_int_equal(session_end(&fix.rq, &in.session.sid), STORED);
	assert_int_equal(session_end(&fix.rq, &in.session.sid), ABSENT);
	assert_int_equal(session_end(&fix.rq, &nobody.session.sid), ABSENT);
	sql("UPDATE session SET ended_at = NULL");
	assert_int_equal(redeem(in.refresh.text, &got), INVALID_GRANT);
	assert_int_equal(verify(in.grant.access_token), INVALID_TOKEN);
}

static void
a_lease_is_exclusive_until_released_or_over(UNUSED void **state)
{
	struct opaque_token one = opaque_token_new(&fix.arena), two = opaque_token_new(&fix.arena);
	struct sid *sid = &in.session.sid;

	open_session(&in);
	assert_true(session_lease(&fix.rq, sid, &one, LEASE));
	assert_false(session_lease(&fix.rq, sid, &two, LEASE));
	assert_false(session_lease(&fix.rq, sid, &one, LEASE));
	session_release(&fix.rq, sid, &two);
	assert_false(session_lease(&fix.rq, sid, &two, LEASE));
	session_release(&fix.rq, sid, &one);
	assert_true(session_lease(&fix.rq, sid, &two, LEASE));
	at(LEASE - 1);
	assert_false(session_lease(&fix.rq, sid, &one, LEASE));
	at(LEASE);
	assert_true(session_lease(&fix.rq, sid, &one, LEASE));
}

static void
tokens_are_stored_only_under_ones_own_lease(UNUSED void **state)
{
	static const struct entra_tokens fresh = { .access_token = "new", .refresh_token = "",
	    .expires_at = START + 7200, .renew_at = START + 7000 }, stale = { .access_token = "old", .refresh_token = "" };
	struct opaque_token one = opaque_token_new(&fix.arena), two = opaque_token_new(&fix.arena);
	struct entra_tokens got;

	open_session(&in);
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &one, &stale),
	    ABSENT);
	assert_true(session_lease(&fix.rq, &in.session.sid, &one, LEASE));
	at(LEASE);
	assert_true(session_lease(&fix.rq, &in.session.sid, &two, LEASE));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &one, &stale),
	    ABSENT);
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &two, &fresh),
	    STORED);
	assert_int_equal(session_entra_tokens(&fix.rq, &in.session, &in.key, &got), STORED);
	assert_string_equal(got.access_token, "new");
	assert_string_equal(got.refresh_token, "");
	assert_int_equal(got.expires_at, START + 7200);
	assert_int_equal(got.renew_at, START + 7000);
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &two, &stale),
	    ABSENT);
	assert_true(session_lease(&fix.rq, &in.session.sid, &one, LEASE));
}

static void
an_ended_session_gives_no_lease_and_takes_no_tokens(UNUSED void **state)
{
	static const struct entra_tokens late = { .access_token = "late", .refresh_token = "" };
	struct opaque_token owner = opaque_token_new(&fix.arena);

	open_session(&in);
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, LEASE));
	session_end_now(&fix.rq, &in.session.sid, "test");
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &late),
	    ABSENT);
	assert_false(session_lease(&fix.rq, &in.session.sid, &owner, LEASE));
	assert_int_equal(sql_number("SELECT count(*) FROM session WHERE entra_tokens IS NULL"), 1);
}

static void
entra_tokens_altered_or_moved_do_not_open(UNUSED void **state)
{
	struct signed_in other;
	struct entra_tokens got;

	open_session(&in);
	open_session(&other);
	assert_int_equal(session_entra_tokens(&fix.rq, &in.session, &other.key, &got), ABSENT);
	sql(arena_printf(&fix.arena,
	    "UPDATE session SET entra_tokens = (SELECT entra_tokens FROM session "
	    "WHERE sid = x'%s')", sid_text(&fix.arena, &other.session.sid)));
	assert_int_equal(session_entra_tokens(&fix.rq, &in.session, &in.key, &got), ABSENT);
	assert_int_equal(session_entra_tokens(&fix.rq, &other.session, &other.key, &got), STORED);
	sql("UPDATE session SET entra_tokens = identity");
	assert_int_equal(session_entra_tokens(&fix.rq, &other.session, &other.key, &got), ABSENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_session_comes_back_as_it_was_inserted),
		CASE(nothing_of_entra_stands_in_clear),
		CASE(subjects_differ_by_person_tenant_and_issuer),
		CASE(the_identity_is_bound_to_key_session_and_every_member),
		CASE(a_session_expires),
		CASE(a_session_that_nobody_uses_ends),
		CASE(a_stream_does_not_outlive_entras_word_for_long),
		CASE(ending_erases_wraps_and_blobs_and_leaves_a_tombstone),
		CASE(ending_cannot_be_undone_and_happens_once),
		CASE(a_lease_is_exclusive_until_released_or_over),
		CASE(tokens_are_stored_only_under_ones_own_lease),
		CASE(an_ended_session_gives_no_lease_and_takes_no_tokens),
		CASE(entra_tokens_altered_or_moved_do_not_open),
	};

	return RUN(tests, NULL, NULL);
}
