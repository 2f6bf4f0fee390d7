/* SPDX-License-Identifier: MIT */
#include "service/access_token.h"

#include "base/base64url.h"
#include "protocol/json.h"
#include "protocol/jws.h"

#include "signed_in.h"

#define HEADER	"{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}"

static struct signed_in in;

/* The claims of the honest token, as text. */
static const char *
claims(void)
{
	struct jws jws;

	assert_true(jws_split(&fix.arena, in.grant.access_token, &jws));
	return (const char *)jws.payload.data;
}

static const char *
jti(void)
{
	AUTO(json) struct json_object *json = json_parse(&fix.arena, claims(), strlen(claims()));

	return arena_string(&fix.arena, json_string(json, "jti"));
}

/* Signs claims under the server's own key, as whoever stole the sign key could. */
static const char *
forge(const char *header, const char *payload)
{
	const struct key *key = keyring_current(fix.rq.keys, KEY_SIGN);

	return jws_sign_hs256(&fix.arena, key->hmac, header, payload);
}

static const char *
our_header(void)
{
	return arena_printf(&fix.arena, HEADER, keyring_current(fix.rq.keys, KEY_SIGN)->kid);
}

/* The honest claims with one text in them replaced. */
static const char *
claims_with(const char *old, const char *new)
{
	const char *text = claims(), *found = strstr(text, old);

	assert_non_null(found);
	return arena_printf(&fix.arena, "%.*s%s%s", (int)(found - text), text, new,
	    found + strlen(old));
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
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE, &access), OAUTH_OK);
	assert_memory_equal(access.session.sid.id, in.session.sid.id, SID_SIZE);
	assert_string_equal(access.session.client_id, CLIENT);
	assert_string_equal(access.session.object_id, PERSON);
	assert_string_equal(access.scope, SCOPE);
	assert_string_equal(fix.rq.client_id, CLIENT);
	assert_true(access_token_unseal(&fix.rq, &access, &key));
	assert_memory_equal(key.key, in.key.key, sizeof key.key);
}

static void
a_token_serves_its_own_resource_alone(UNUSED void **state)
{
	struct access access;

	sign_in(&in);
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, ISSUER "/other", &access),
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
a_signed_expiry_beyond_the_row_is_not_believed(UNUSED void **state)
{
	const char *longer;

	sign_in(&in);
	longer = forge(our_header(), claims_with(",\"exp\":1800003600", ",\"exp\":1900000000"));
	assert_int_equal(verify(longer), OAUTH_OK);
	at(3600);
	assert_int_equal(verify(longer), INVALID_TOKEN);
}

static void
a_forged_signature_dies_before_the_store_is_asked(UNUSED void **state)
{
	char *token;
	size_t n;

	sign_in(&in);
	token = arena_string(&fix.arena, in.grant.access_token);
	n = strlen(token);
	token[n - 2] = token[n - 2] == 'A' ? 'B' : 'A';
	sql("DROP TABLE access_token");
	assert_int_equal(verify(token), INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.reason, "bad signature");
	assert_int_equal(verify(in.grant.access_token), TEMPORARILY_UNAVAILABLE);
}

static void
rfc8725_s3_1_other_algorithms_and_types_are_refused(UNUSED void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"hs256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"HS512\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
		"{\"alg\":\"HS256\",\"kid\":\"%s\"}",
		"{\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
		"{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\",\"crit\":[\"exp\"]}",
		"{\"alg\":\"none\",\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}",
	};
	const char *kid;

	sign_in(&in);
	kid = keyring_current(fix.rq.keys, KEY_SIGN)->kid;
	for (size_t i = 0; i < COUNT(headers); i++) {
		const char *at_kid = strstr(headers[i], "%s");

		assert_int_equal(verify(forge(arena_printf(&fix.arena, "%.*s%s%s",
		    (int)(at_kid - headers[i]), headers[i], kid, at_kid + 2), claims())), INVALID_TOKEN);
		assert_string_equal(fix.rq.failure.reason, "not a token of ours");
	}
	assert_int_equal(verify(forge(our_header(), claims())), OAUTH_OK);
}

static void
alg_none_without_a_signature_is_refused(UNUSED void **state)
{
	const char *header = "{\"alg\":\"none\",\"typ\":\"at+jwt\"}";

	sign_in(&in);
	assert_int_equal(verify(arena_printf(&fix.arena, "%s.%s.",
	    base64url_encode(&fix.arena, header, strlen(header)),
	    base64url_encode(&fix.arena, claims(), strlen(claims())))), INVALID_TOKEN);
	assert_int_equal(verify(""), INVALID_TOKEN);
	assert_int_equal(verify("a.b.c"), INVALID_TOKEN);
	assert_int_equal(verify(in.refresh.text), INVALID_TOKEN);
}

static void
an_unknown_kid_is_refused(UNUSED void **state)
{
	sign_in(&in);
	assert_int_equal(verify(forge(arena_printf(&fix.arena, HEADER, "0000000000000000"), claims())),
	    INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.reason, "unknown kid");
}

static void
claims_that_are_wrong_or_missing_are_refused(UNUSED void **state)
{
	static const char *const changes[][2] = {
		{ "\"iss\":\"https://", "\"iss\":\"http://" }, { "\"iss\"", "\"ISS\"" },
		{ "\"aud\"", "\"au\"" }, { "\"exp\"", "\"ex\"" }, { "\"exp\":", "\"exp\":-" },
		{ "\"scope\":\"mcp:tools", "\"scope\":\"admin" }, { "\"scope\"", "\"scp\"" },
		{ "\"sid\":\"", "\"sid\":\"0" }, { "\"sid\"", "\"si\"" }, { "\"jti\"", "\"jt\"" },
		{ "\"jti\":\"", "\"jti\":\"A" }, { "{", "[" },
	};

	sign_in(&in);
	for (size_t i = 0; i < COUNT(changes); i++)
		if (verify(forge(our_header(), claims_with(changes[i][0], changes[i][1]))) !=
		    INVALID_TOKEN)
			fail_msg("%s was believed", changes[i][1]);
}

static void
a_swapped_sid_reaches_no_other_session(UNUSED void **state)
{
	struct signed_in other;

	sign_in(&other);
	sign_in(&in);
	assert_int_equal(verify(forge(our_header(), claims_with(sid_text(&fix.arena, &in.session.sid),
	    sid_text(&fix.arena, &other.session.sid)))), INVALID_TOKEN);
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
	assert_int_equal(sql_number(arena_printf(&fix.arena, "SELECT count(*) FROM access_token WHERE "
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
		assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE, &access),
		    OAUTH_OK);
		if (access_token_unseal(&fix.rq, &access, &key))
			fail_msg("%s went unseen", changes[i]);
	}
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
	assert_int_equal(sql_number("SELECT last_used_at FROM session"), START + SESSION_USED_EVERY + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc9068_s2_the_token_is_at_jwt_with_a_reference_alone),
		CASE(verifying_finds_session_and_data_key),
		CASE(a_token_serves_its_own_resource_alone),
		CASE(it_expires_to_the_second),
		CASE(a_signed_expiry_beyond_the_row_is_not_believed),
		CASE(a_forged_signature_dies_before_the_store_is_asked),
		CASE(rfc8725_s3_1_other_algorithms_and_types_are_refused),
		CASE(alg_none_without_a_signature_is_refused),
		CASE(an_unknown_kid_is_refused),
		CASE(claims_that_are_wrong_or_missing_are_refused),
		CASE(a_swapped_sid_reaches_no_other_session),
		CASE(revoked_tokens_and_tokens_of_ended_sessions_are_refused),
		CASE(the_jti_stands_nowhere_in_the_database),
		CASE(unsealing_fails_when_a_clear_column_was_altered),
		CASE(use_is_noted_at_most_once_a_minute),
	};

	return RUN(tests, NULL, NULL);
}
