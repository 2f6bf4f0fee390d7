/* SPDX-License-Identifier: MIT */
/* What access_token_verify refuses, even under the server's own signature. */
#include "service/access_token.h"

#include "base/base64url.h"

#include "forge.h"

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
		    (int)(at_kid - headers[i]), headers[i], kid, at_kid + 2), claims())),
		    INVALID_TOKEN);
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
	assert_int_equal(verify(forge(arena_printf(&fix.arena, HEADER, "0000000000000000"),
	    claims())),
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
	assert_int_equal(verify(forge(our_header(), claims_with(sid_text(&fix.arena,
	    &in.session.sid),
	    sid_text(&fix.arena, &other.session.sid)))), INVALID_TOKEN);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_forged_signature_dies_before_the_store_is_asked),
		CASE(rfc8725_s3_1_other_algorithms_and_types_are_refused),
		CASE(alg_none_without_a_signature_is_refused),
		CASE(an_unknown_kid_is_refused),
		CASE(claims_that_are_wrong_or_missing_are_refused),
		CASE(a_swapped_sid_reaches_no_other_session),
		CASE(a_signed_expiry_beyond_the_row_is_not_believed),
	};

	return RUN(tests, NULL, NULL);
}
