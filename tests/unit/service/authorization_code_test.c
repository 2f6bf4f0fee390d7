/* SPDX-License-Identifier: MIT */
#include "service/authorization_code.h"

#include "protocol/pkce.h"

#include "signed_in.h"

#define VERIFIER	"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE	"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define REDIRECT	"http://127.0.0.1:49152/callback"

static struct signed_in in;
static struct opaque_token code;

/* A session with a code and without tokens, as the return from Entra leaves it. */
static void
return_from_entra(void)
{
	open_session(&in);
	assert_int_equal(authorization_code_issue(&fix.rq, &in.session, &in.key, REDIRECT,
	    CHALLENGE,
	    &code), OAUTH_OK);
}

static struct code_request
honest(void)
{
	return (struct code_request){
		.code = code.text, .client_id = CLIENT, .redirect_uri = REDIRECT,
		    .code_verifier = VERIFIER,
	};
}

static enum oauth_error
ask(struct code_request request)
{
	struct grant got = { 0 };
	enum oauth_error error = authorization_code_redeem(&fix.rq, &request, &got);

	assert_int_equal(error == OAUTH_OK, got.access_token != NULL);
	return error;
}

static void
rfc6749_s4_1_4_a_code_yields_a_working_pair(UNUSED void **state)
{
	struct code_request request;
	struct grant got = { 0 };

	return_from_entra();
	request = honest();
	assert_int_equal(authorization_code_redeem(&fix.rq, &request, &got), OAUTH_OK);
	assert_string_equal(got.scope, SCOPE);
	assert_int_equal(got.expires_in, 3600);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(redeem(got.refresh_token, &got), OAUTH_OK);
}

static void
the_code_stands_in_the_database_as_hash_alone(UNUSED void **state)
{
	return_from_entra();
	assert_int_equal(sql_number(arena_printf(&fix.arena,
	    "SELECT count(*) FROM authorization_code "
	    "WHERE instr(hex(wrap), hex('%s')) > 0", code.text)), 0);
	assert_int_equal(sql_number("SELECT length(code_hash) FROM authorization_code"), 32);
	assert_int_equal(ask(honest()), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM authorization_code WHERE wrap IS NULL"),
	    1);
}

static void
oauth21_s10_2_the_redirect_uri_may_be_left_out(UNUSED void **state)
{
	struct code_request asked;

	return_from_entra();
	asked = honest();
	asked.redirect_uri = NULL;
	assert_int_equal(ask(asked), OAUTH_OK);
}

static void
refusals_neither_consume_nor_revoke(UNUSED void **state)
{
	struct code_request wrong;

	return_from_entra();
	wrong = honest();
	wrong.client_id = OTHER_CLIENT;
	assert_int_equal(ask(wrong), INVALID_GRANT);
	wrong = honest();
	wrong.redirect_uri = "http://127.0.0.1:49153/callback";
	assert_int_equal(ask(wrong), INVALID_GRANT);
	wrong.redirect_uri = NULL;
	wrong.code_verifier = "another-verifier-another-verifier-another-verifier";
	assert_int_equal(ask(wrong), INVALID_GRANT);
	wrong = honest();
	wrong.resource = ISSUER "/other";
	assert_int_equal(ask(wrong), INVALID_TARGET);
	assert_int_equal(sql_number("SELECT count(*) FROM authorization_code "
	    "WHERE redeemed_at IS NULL AND wrap IS NOT NULL"), 1);
	assert_true(session_lives(&in.session));
	assert_int_equal(ask(honest()), OAUTH_OK);
}

static void
rfc7636_s4_6_a_wrong_verifier_is_refused_and_the_right_one_still_works(UNUSED void **state)
{
	static const char *const wrong[] = {
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", "", CHALLENGE, "dBjftJeZ4CVP",
		VERIFIER "A", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX",
	};
	struct code_request request;

	return_from_entra();
	for (size_t i = 0; i < COUNT(wrong); i++) {
		request = honest();
		request.code_verifier = wrong[i];
		assert_int_equal(ask(request), INVALID_GRANT);
	}
	assert_int_equal(ask(honest()), OAUTH_OK);
}

static void
texts_that_are_no_code_are_refused(UNUSED void **state)
{
	struct code_request request;
	char near[OPAQUE_TOKEN_TEXT + 1];

	return_from_entra();
	request = honest();
	memcpy(near, code.text, sizeof near);
	near[20] = near[20] == 'A' ? 'B' : 'A';
	request.code = near;
	assert_int_equal(ask(request), INVALID_GRANT);
	assert_string_equal(fix.rq.failure.reason, "unknown");
	request.code = "";
	assert_int_equal(ask(request), INVALID_GRANT);
	request.code = arena_printf(&fix.arena, "%s=", code.text);
	assert_int_equal(ask(request), INVALID_GRANT);
	assert_true(session_lives(&in.session));
	assert_int_equal(ask(honest()), OAUTH_OK);
}

static void
rfc6749_s4_1_2_a_replay_ends_the_session(UNUSED void **state)
{
	struct code_request request;
	struct grant got = { 0 };

	return_from_entra();
	request = honest();
	assert_int_equal(authorization_code_redeem(&fix.rq, &request, &got), OAUTH_OK);
	assert_int_equal(ask(request), INVALID_GRANT);
	assert_false(session_lives(&in.session));
	assert_int_equal(verify(got.access_token), INVALID_TOKEN);
	assert_int_equal(redeem(got.refresh_token, &got), INVALID_GRANT);
}

static void
a_replay_is_known_long_after_the_codes_own_expiry(UNUSED void **state)
{
	return_from_entra();
	assert_int_equal(ask(honest()), OAUTH_OK);
	at(fix.config.limits.code * 100);
	assert_int_equal(ask(honest()), INVALID_GRANT);
	assert_string_equal(fix.rq.failure.reason, "replayed");
	assert_false(session_lives(&in.session));
}

static void
a_used_code_from_another_client_does_not_end_the_session(UNUSED void **state)
{
	struct code_request request;

	return_from_entra();
	assert_int_equal(ask(honest()), OAUTH_OK);
	request = honest();
	request.client_id = OTHER_CLIENT;
	assert_int_equal(ask(request), INVALID_GRANT);
	assert_true(session_lives(&in.session));
}

static void
a_code_expires(UNUSED void **state)
{
	return_from_entra();
	at(fix.config.limits.code);
	assert_int_equal(ask(honest()), INVALID_GRANT);
	assert_string_equal(fix.rq.failure.reason, "expired");
	at(fix.config.limits.code - 1);
	assert_int_equal(ask(honest()), OAUTH_OK);
}

static void
each_clear_column_of_the_session_is_held_by_the_seal(UNUSED void **state)
{
	static const char *const changes[] = {
		"client_id = '" OTHER_CLIENT "'", "resource = 'https://mcp.example.org/other'",
		"scope = 'mcp:tools admin'", "subject = 'someone'",
		"tenant_id = '22222222-2222-4222-8222-222222222222'",
		"object_id = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'", "expires_at = expires_at + 1",
		"identity = zeroblob(length(identity))", "identity = NULL",
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		return_from_entra();
		sql(arena_printf(&fix.arena, "UPDATE session SET %s WHERE sid = x'%s'", changes[i],
		    sid_text(&fix.arena, &in.session.sid)));
		if (ask(honest()) != INVALID_GRANT)
			fail_msg("%s went unseen", changes[i]);
	}
}

static void
a_code_moved_to_another_client_or_session_opens_nothing(UNUSED void **state)
{
	struct code_request request;
	struct sid first;

	return_from_entra();
	first = in.session.sid;
	return_from_entra();
	request = honest();
	request.client_id = OTHER_CLIENT;
	sql("UPDATE authorization_code SET client_id = '" OTHER_CLIENT "'");
	assert_int_equal(ask(request), INVALID_GRANT);
	sql("UPDATE authorization_code SET client_id = '" CLIENT "'");
	sql(arena_printf(&fix.arena, "UPDATE authorization_code SET sid = x'%s'",
	    sid_text(&fix.arena, &first)));
	assert_int_equal(ask(honest()), INVALID_GRANT);
}

static void
a_transaction_that_dies_leaves_the_code_unused(UNUSED void **state)
{
	return_from_entra();
	sql("ALTER TABLE access_token RENAME TO out_of_reach");
	assert_int_equal(ask(honest()), TEMPORARILY_UNAVAILABLE);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token"), 0);
	sql("ALTER TABLE out_of_reach RENAME TO access_token");
	assert_int_equal(ask(honest()), OAUTH_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc6749_s4_1_4_a_code_yields_a_working_pair),
		CASE(the_code_stands_in_the_database_as_hash_alone),
		CASE(oauth21_s10_2_the_redirect_uri_may_be_left_out),
		CASE(refusals_neither_consume_nor_revoke),
		CASE(rfc7636_s4_6_a_wrong_verifier_is_refused_and_the_right_one_still_works),
		CASE(texts_that_are_no_code_are_refused),
		CASE(rfc6749_s4_1_2_a_replay_ends_the_session),
		CASE(a_replay_is_known_long_after_the_codes_own_expiry),
		CASE(a_used_code_from_another_client_does_not_end_the_session),
		CASE(a_code_expires),
		CASE(each_clear_column_of_the_session_is_held_by_the_seal),
		CASE(a_code_moved_to_another_client_or_session_opens_nothing),
		CASE(a_transaction_that_dies_leaves_the_code_unused),
	};

	return RUN(tests, NULL, NULL);
}
