/* SPDX-License-Identifier: MIT */
#include "service/access_token.h"

#include "protocol/json.h"

#include "forge.h"

static const char *
jti(void)
{
	AUTO(json) struct json_object *json = json_parse(&fix.arena, claims(), strlen(claims()));

	return arena_string(&fix.arena, json_string(json, "jti"));
}

static void
rfc9068_s2_the_token_is_at_jwt_with_a_reference_alone(UNUSED void **state)
{
	AUTO(json) struct json_object *json = NULL;
	struct jws jws;
	int64_t n;

	sign_in(&in);
	assert_true(jws_split(&fix.arena, in.grant.access_token, &jws));
	assert_string_equal((const char *)jws.header.data, our_header());
	json = json_parse(&fix.arena, claims(), strlen(claims()));
	assert_int_equal(json_object_object_length(json), 9);
	assert_string_equal(json_string(json, "iss"), ISSUER);
	assert_string_equal(json_string(json, "aud"), RESOURCE);
	assert_string_equal(json_string(json, "sub"), in.session.subject);
	assert_string_equal(json_string(json, "client_id"), CLIENT);
	assert_string_equal(json_string(json, "scope"), SCOPE);
	assert_string_equal(json_string(json, "sid"), sid_text(&fix.arena, &in.session.sid));
	assert_true(json_int(json, "iat", &n) && n == START);
	assert_true(json_int(json, "exp", &n) && n == START + 3600);
	assert_null(strstr(claims(), PERSON));
	assert_null(strstr(claims(), TENANT));
	assert_null(strstr(claims(), "entra"));
}

static void
verifying_finds_session_and_data_key(UNUSED void **state)
{
	struct access access = { 0 };
	struct data_key key;

	sign_in(&in);
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE, &access),
	    OAUTH_OK);
	assert_memory_equal(access.session.sid.id, in.session.sid.id, SID_SIZE);
	assert_string_equal(access.session.client_id, CLIENT);
	assert_string_equal(access.session.object_id, PERSON);
	assert_string_equal(access.scope, SCOPE);
	assert_string_equal(fix.rq.client_id, CLIENT);
	assert_int_equal(access.session.created_at, START);
	assert_int_equal(access_token_unseal(&fix.rq, &access, &key), STORED);
	assert_memory_equal(key.key, in.key.key, sizeof key.key);
}

static void
a_token_serves_its_own_resource_alone(UNUSED void **state)
{
	struct access access;

	sign_in(&in);
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, ISSUER "/other",
	    &access),
	    INVALID_TOKEN);
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, ISSUER, &access),
	    INVALID_TOKEN);
	assert_int_equal(access_token_verify(&fix.rq, forge(our_header(), claims_with(RESOURCE,
	    ISSUER "/other")), ISSUER "/other", &access), INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.reason, "token and session disagree");
}

static void
it_expires_to_the_second(UNUSED void **state)
{
	sign_in(&in);
	at(3599);
	assert_int_equal(verify(in.grant.access_token), OAUTH_OK);
	at(3600);
	assert_int_equal(verify(in.grant.access_token), INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.reason, "expired");
}

static void
revoked_tokens_and_tokens_of_ended_sessions_are_refused(UNUSED void **state)
{
	struct signed_in other;

	sign_in(&in);
	sign_in(&other);
	session_end_now(&fix.rq, &in.session.sid, "test");
	assert_int_equal(verify(in.grant.access_token), INVALID_TOKEN);
	assert_int_equal(verify(other.grant.access_token), OAUTH_OK);
	sql("DELETE FROM access_token");
	assert_int_equal(verify(other.grant.access_token), INVALID_TOKEN);
}

static void
the_jti_stands_nowhere_in_the_database(UNUSED void **state)
{
	uint8_t hash[SHA256_SIZE];
	struct opaque_token token;

	sign_in(&in);
	assert_true(opaque_token_read(&fix.arena, jti(), &token));
	assert_true(access_token_hash(&fix.rq, in.grant.access_token, hash));
	assert_memory_equal(hash, token.hash, sizeof hash);
	assert_int_equal(sql_number("SELECT length(token_hash) FROM access_token"), 32);
	assert_int_equal(sql_number(arena_printf(&fix.arena,
	    "SELECT count(*) FROM access_token WHERE "
	    "instr(hex(token_hash) || hex(wrap), hex('%s')) > 0", jti())), 0);
	assert_false(access_token_hash(&fix.rq, "not.a.token", hash));
	assert_false(access_token_hash(&fix.rq, "", hash));
}

static void
unsealing_fails_when_a_clear_column_was_altered(UNUSED void **state)
{
	static const char *const changes[] = {
		"client_id = '" OTHER_CLIENT "'", "scope = 'mcp:tools offline_access admin'",
		"subject = 'someone'", "tenant_id = '22222222-2222-4222-8222-222222222222'",
		"object_id = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'", "expires_at = expires_at + 1",
		"identity = zeroblob(length(identity))", "identity = NULL",
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct access access;
		struct data_key key;

		sign_in(&in);
		sql(arena_printf(&fix.arena, "UPDATE session SET %s WHERE sid = x'%s'", changes[i],
		    sid_text(&fix.arena, &in.session.sid)));
		assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE,
		    &access),
		    OAUTH_OK);
		if (access_token_unseal(&fix.rq, &access, &key) != ABSENT)
			fail_msg("%s went unseen", changes[i]);
	}
}

static void
a_store_that_fails_is_not_taken_for_a_session_that_was_altered(UNUSED void **state)
{
	struct access access;
	struct data_key key;

	sign_in(&in);
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE, &access), OAUTH_OK);
	sql("ALTER TABLE session RENAME COLUMN identity TO out_of_reach");
	assert_int_equal(access_token_unseal(&fix.rq, &access, &key), STORE_FAILED);
	sql("ALTER TABLE session RENAME COLUMN out_of_reach TO identity");
	session_end_now(&fix.rq, &in.session.sid, "test");
	assert_int_equal(access_token_unseal(&fix.rq, &access, &key), ABSENT);
}

static void
use_is_noted_at_most_once_a_minute(UNUSED void **state)
{
	sign_in(&in);
	at(SESSION_USED_EVERY);
	assert_int_equal(verify(in.grant.access_token), OAUTH_OK);
	assert_int_equal(sql_number("SELECT last_used_at FROM session"), START);
	at(SESSION_USED_EVERY + 1);
	assert_int_equal(verify(in.grant.access_token), OAUTH_OK);
	assert_int_equal(sql_number("SELECT last_used_at FROM session"),
	    START + SESSION_USED_EVERY + 1);
}

static void
a_session_that_nobody_uses_is_none(UNUSED void **state)
{
	fix.config.limits.session_idle = 600;
	sign_in(&in);
	at(599);
	assert_int_equal(verify(in.grant.access_token), OAUTH_OK);
	at(599 + 599);
	assert_int_equal(verify(in.grant.access_token), OAUTH_OK);
	at(599 + 599 + 600);
	assert_int_equal(verify(in.grant.access_token), INVALID_TOKEN);
}

static void
verifying_tells_how_long_entras_word_stands(UNUSED void **state)
{
	struct access access = { 0 };

	sign_in(&in);
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE, &access), OAUTH_OK);
	assert_int_equal(access.session.entra_until, START + 3600 - 300);
	sql("UPDATE session SET entra_until = NULL");
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE, &access), OAUTH_OK);
	assert_int_equal(access.session.entra_until, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc9068_s2_the_token_is_at_jwt_with_a_reference_alone),
		CASE(verifying_finds_session_and_data_key),
		CASE(a_token_serves_its_own_resource_alone),
		CASE(it_expires_to_the_second),
		CASE(revoked_tokens_and_tokens_of_ended_sessions_are_refused),
		CASE(the_jti_stands_nowhere_in_the_database),
		CASE(unsealing_fails_when_a_clear_column_was_altered),
		CASE(a_store_that_fails_is_not_taken_for_a_session_that_was_altered),
		CASE(use_is_noted_at_most_once_a_minute),
		CASE(a_session_that_nobody_uses_is_none),
		CASE(verifying_tells_how_long_entras_word_stands),
	};

	return RUN(tests, NULL, NULL);
}
