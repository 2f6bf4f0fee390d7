/* SPDX-License-Identifier: MIT */
#include "service/entra_verify.h"

#include "entra_sign.h"

#define OTHER_PERSON	"bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"

static enum oauth_error
judge(const char *token)
{
	fix.rq.failure = (struct failure){ 0 };
	return entra_verify_access_token(&fix.rq, token, TENANT, PERSON);
}

static const char *
id_claims(const char *nonce)
{
	return arena_printf(&fix.arena, "{\"ver\":\"2.0\",\"iss\":\"" ENTRA_ISSUER
	    "\",\"aud\":\"" OUR_APP
	    "\",\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld,\"tid\":\"" TENANT "\",\"oid\":\"" PERSON
	    "\","
	    "\"nonce\":\"%s\",\"name\":\"Alice\"}", (long long)START, (long long)START,
	    (long long)START + 3600, nonce);
}

static void
a_persons_token_for_us_is_accepted(UNUSED void **state)
{
	assert_int_equal(judge(access_token_of(PERSON, 3600)), OAUTH_OK);
	assert_int_equal(judge(access_token_of(OTHER_PERSON, 3600)), INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.reason, "entra's token: of another person");
}

static void
a_verdict_is_kept_for_token_and_person(UNUSED void **state)
{
	const char *token = access_token_of(PERSON, 3600);

	assert_int_equal(judge(token), OAUTH_OK);
	sql("DELETE FROM entra_cache");
	atomic_store(&server.discovery, NULL);
	atomic_store(&server.keys, NULL);
	assert_int_equal(judge(token), OAUTH_OK);
	assert_int_not_equal(entra_verify_access_token(&fix.rq, token, TENANT, OTHER_PERSON),
	    OAUTH_OK);
	assert_int_not_equal(entra_verify_access_token(&fix.rq, token, PERSON, PERSON), OAUTH_OK);
	at(VERDICT_LIFE);
	assert_int_not_equal(judge(token), OAUTH_OK);
}

static void
a_verdict_from_a_clock_that_ran_ahead_is_none(UNUSED void **state)
{
	const char *token = access_token_of(PERSON, 3600);

	at(VERDICT_LIFE);
	assert_int_equal(judge(token), OAUTH_OK);
	sql("DELETE FROM entra_cache");
	atomic_store(&server.discovery, NULL);
	atomic_store(&server.keys, NULL);
	assert_int_equal(judge(token), OAUTH_OK);
	at(VERDICT_LIFE - 1);
	assert_int_not_equal(judge(token), OAUTH_OK);
}

static void
a_verdict_does_not_outlive_the_token(UNUSED void **state)
{
	const char *token = access_token_of(PERSON, 60);

	assert_int_equal(judge(token), OAUTH_OK);
	at(60 + ENTRA_CLOCK_SKEW);
	assert_int_equal(judge(token), INVALID_TOKEN);
}

static void
a_strangers_signature_is_refused(UNUSED void **state)
{
	const char *honest = access_token_of(PERSON, 3600), *dot = strrchr(honest, '.');

	assert_int_equal(judge(sign_token(stranger_key, ENTRA_HEADER, access_claims(PERSON, 3600))),
	    INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.reason, "entra's token: bad signature");
	assert_int_equal(judge(arena_printf(&fix.arena, "%.*s.AAAA", (int)(dot - honest), honest)),
	    INVALID_TOKEN);
	assert_int_equal(judge(arena_printf(&fix.arena, "%.*s.", (int)(dot - honest), honest)),
	    INVALID_TOKEN);
	assert_int_equal(judge("not a token"), INVALID_TOKEN);
}

static void
rfc8725_s3_1_other_algorithms_are_refused(UNUSED void **state)
{
	static const char *const headers[] = { "{\"alg\":\"none\",\"kid\":\"k1\"}",
	    "{\"alg\":\"HS256\",\"kid\":\"k1\"}", "{\"alg\":\"RS512\",\"kid\":\"k1\"}",
	    "{\"alg\":\"RS256\"}", "{\"alg\":\"RS256\",\"kid\":\"k1\",\"crit\":[\"b64\"]}",
	    "{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"secevent+jwt\"}" };

	for (size_t i = 0; i < COUNT(headers); i++)
		assert_int_equal(judge(sign_token(entra_key, headers[i], access_claims(PERSON,
		    3600))),
		    INVALID_TOKEN);
}

static void
a_new_key_is_fetched_and_a_storm_of_unknown_kids_is_not(UNUSED void **state)
{
	const char *token;

	assert_int_equal(judge(access_token_of(PERSON, 3600)), OAUTH_OK);
	serve_key(stranger_key, "k2", "");
	at(300);
	token = sign_token(stranger_key, "{\"alg\":\"RS256\",\"kid\":\"k2\"}",
	    access_claims(PERSON, 3600));
	assert_int_equal(judge(token), OAUTH_OK);
	serve_key(stranger_key, "k3", "");
	for (int i = 0; i < 20; i++)
		assert_int_equal(judge(sign_token(stranger_key,
		    "{\"alg\":\"RS256\",\"kid\":\"k3\"}",
		    access_claims(PERSON, 3600 + i))), TEMPORARILY_UNAVAILABLE);
}

static void
a_key_signs_for_the_issuer_that_it_names(UNUSED void **state)
{
	serve_key(entra_key, "k1", ",\"issuer\":\"https://login.example/{tenantid}/v2.0\"");
	assert_int_equal(judge(access_token_of(PERSON, 3600)), OAUTH_OK);
	sql("DELETE FROM entra_cache");
	serve_key(entra_key, "k1", ",\"issuer\":\"https://login.example/9188040d/v2.0\"");
	assert_int_equal(judge(access_token_of(PERSON, 3601)), INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.reason,
	    "entra's token: signed with another issuer's key");
}

static void
openid_connect_core_3_1_3_7_the_id_token_is_of_this_sign_in(UNUSED void **state)
{
	struct entra_identity who = { 0 };
	const char *token = sign_token(entra_key, ENTRA_HEADER, id_claims("this-nonce"));

	assert_int_equal(entra_verify_id_token(&fix.rq, token, "this-nonce", &who), OAUTH_OK);
	assert_string_equal(who.object_id, PERSON);
	assert_string_equal(who.tenant_id, TENANT);
	assert_string_equal(who.name, "Alice");
	assert_int_equal(entra_verify_id_token(&fix.rq, token, "other-nonce", &who), INVALID_GRANT);
	assert_int_equal(entra_verify_id_token(&fix.rq, token, "", &who), INVALID_GRANT);
	assert_int_equal(entra_verify_id_token(&fix.rq, sign_token(stranger_key, ENTRA_HEADER,
	    id_claims("this-nonce")), "this-nonce", &who), INVALID_GRANT);
	assert_int_equal(entra_verify_id_token(&fix.rq, access_token_of(PERSON, 3600), "this-nonce",
	    &who), INVALID_GRANT);
}

static void
without_keys_it_is_try_later(UNUSED void **state)
{
	atomic_store(&server.keys, "{\"keys\":[]}");
	assert_int_equal(judge(access_token_of(PERSON, 3600)), TEMPORARILY_UNAVAILABLE);
	go_down();
	sql("DELETE FROM entra_cache");
	assert_int_equal(judge(access_token_of(PERSON, 3600)), TEMPORARILY_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGNED(a_persons_token_for_us_is_accepted),
		SIGNED(a_verdict_is_kept_for_token_and_person),
		SIGNED(a_verdict_from_a_clock_that_ran_ahead_is_none),
		SIGNED(a_verdict_does_not_outlive_the_token),
		SIGNED(a_strangers_signature_is_refused),
		SIGNED(rfc8725_s3_1_other_algorithms_are_refused),
		SIGNED(a_new_key_is_fetched_and_a_storm_of_unknown_kids_is_not),
		SIGNED(a_key_signs_for_the_issuer_that_it_names),
		SIGNED(openid_connect_core_3_1_3_7_the_id_token_is_of_this_sign_in),
		SIGNED(without_keys_it_is_try_later),
	};

	return RUN(tests, make_keys, free_keys);
}
