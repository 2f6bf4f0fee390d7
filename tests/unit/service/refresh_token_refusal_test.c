/* SPDX-License-Identifier: MIT */
/* What is refused at refresh_token_redeem, and that a refusal changes nothing. */
#include "service/refresh_token.h"

#include "signed_in.h"

static enum oauth_error
ask(struct refresh_request in, struct grant *out)
{
	return refresh_token_redeem(&fix.rq, &in, out);
}

static void
rfc6749_s6_a_wrong_client_neither_consumes_nor_revokes(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	assert_int_equal(ask((struct refresh_request){ .refresh_token = in.refresh.text,
	    .client_id = OTHER_CLIENT }, &got), INVALID_GRANT);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE rotated_at IS NOT "
	    "NULL"), 0);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
}

static void
a_spent_token_from_another_client_does_not_end_the_session(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 }, none = { 0 };

	sign_in(&in);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(verify(got.access_token), OAUTH_OK);
	assert_int_equal(ask((struct refresh_request){ .refresh_token = in.refresh.text,
	    .client_id = OTHER_CLIENT }, &none), INVALID_GRANT);
	assert_true(session_lives(&in.session));
}

static void
texts_that_are_no_refresh_token_are_refused(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };
	char near[OPAQUE_TOKEN_TEXT + 1];

	sign_in(&in);
	memcpy(near, in.refresh.text, sizeof near);
	near[0] = near[0] == 'A' ? 'B' : 'A';
	assert_int_equal(redeem(near, &got), INVALID_GRANT);
	assert_int_equal(redeem("", &got), INVALID_GRANT);
	assert_int_equal(redeem(in.grant.access_token, &got), INVALID_GRANT);
	assert_int_equal(redeem(in.refresh.text + 1, &got), INVALID_GRANT);
	assert_true(session_lives(&in.session));
}

static void
rfc6749_s6_scope_may_be_narrowed_and_not_widened(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };
	struct refresh_request wide = { .client_id = CLIENT, .scope = "mcp:tools admin" };
	struct refresh_request narrow = { .client_id = CLIENT, .scope = "mcp:tools" };

	sign_in(&in);
	wide.refresh_token = narrow.refresh_token = in.refresh.text;
	assert_int_equal(ask(wide, &got), INVALID_SCOPE);
	assert_int_equal(ask(narrow, &got), OAUTH_OK);
	assert_string_equal(got.scope, "mcp:tools");
	assert_int_equal(redeem(got.refresh_token, &got), OAUTH_OK);
	assert_string_equal(got.scope, SCOPE);
}

static void
rfc8707_s2_2_a_foreign_resource_is_invalid_target_and_rotates_nothing(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	assert_int_equal(ask((struct refresh_request){ .refresh_token = in.refresh.text,
	    .client_id = CLIENT, .resource = ISSUER "/other" }, &got), INVALID_TARGET);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token"), 1);
	assert_int_equal(ask((struct refresh_request){ .refresh_token = in.refresh.text,
	    .client_id = CLIENT, .resource = RESOURCE }, &got), OAUTH_OK);
}

static void
an_idle_token_expires_and_the_session_stays(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	fix.config.limits.session_idle = 2 * fix.config.limits.refresh_idle;
	sign_in(&in);
	at(fix.config.limits.refresh_idle);
	assert_int_equal(redeem(in.refresh.text, &got), INVALID_GRANT);
	assert_true(session_lives(&in.session));
	at(fix.config.limits.refresh_idle - 1);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
}

static void
the_sessions_end_caps_every_token(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	fix.config.limits.refresh_idle = fix.config.limits.session_idle = 2 * SESSION_LIFE;
	sign_in(&in);
	at(SESSION_LIFE - 10);
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(got.expires_in, 10);
	assert_int_equal(sql_number("SELECT max(expires_at) FROM refresh_token"),
	    START + SESSION_LIFE);
	at(SESSION_LIFE);
	assert_int_equal(redeem(got.refresh_token, &got), INVALID_GRANT);
	assert_int_equal(verify(got.access_token), INVALID_TOKEN);
}

static void
a_transaction_that_dies_leaves_the_old_token_valid(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	sql("ALTER TABLE access_token RENAME TO out_of_reach");
	assert_int_equal(redeem(in.refresh.text, &got), TEMPORARILY_UNAVAILABLE);
	assert_null(got.refresh_token);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token WHERE rotated_at IS NULL"),
	    1);
	sql("ALTER TABLE out_of_reach RENAME TO access_token");
	assert_int_equal(redeem(in.refresh.text, &got), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM refresh_token"), 2);
}

static void
each_clear_column_of_the_session_is_held_by_the_seal(UNUSED void **state)
{
	static const char *const changes[] = {
		"resource = 'https://mcp.example.org/other'", "scope = 'mcp:tools admin'",
		"subject = 'someone'", "tenant_id = '22222222-2222-4222-8222-222222222222'",
		"object_id = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'", "expires_at = expires_at + 1",
		"identity = zeroblob(length(identity))", "identity = NULL",
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct signed_in in;
		struct grant got = { 0 };

		sign_in(&in);
		sql(arena_printf(&fix.arena, "UPDATE session SET %s WHERE sid = x'%s'", changes[i],
		    sid_text(&fix.arena, &in.session.sid)));
		if (redeem(in.refresh.text, &got) != INVALID_GRANT)
			fail_msg("%s went unseen", changes[i]);
		assert_null(got.access_token);
	}
}

static void
a_session_moved_to_another_client_serves_neither(UNUSED void **state)
{
	struct signed_in in;
	struct grant got = { 0 };

	sign_in(&in);
	sql("UPDATE session SET client_id = '" OTHER_CLIENT "'");
	assert_int_equal(ask((struct refresh_request){ .refresh_token = in.refresh.text,
	    .client_id = OTHER_CLIENT }, &got), INVALID_GRANT);
	assert_int_equal(redeem(in.refresh.text, &got), INVALID_GRANT);
}

static void
a_row_moved_to_another_session_opens_nothing(UNUSED void **state)
{
	struct signed_in mine, theirs;
	struct grant got = { 0 };

	sign_in(&mine);
	sign_in(&theirs);
	sql(arena_printf(&fix.arena, "UPDATE refresh_token SET sid = x'%s'",
	    sid_text(&fix.arena, &theirs.session.sid)));
	assert_int_equal(redeem(mine.refresh.text, &got), INVALID_GRANT);
	assert_int_equal(redeem(theirs.refresh.text, &got), OAUTH_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc6749_s6_a_wrong_client_neither_consumes_nor_revokes),
		CASE(a_spent_token_from_another_client_does_not_end_the_session),
		CASE(texts_that_are_no_refresh_token_are_refused),
		CASE(rfc6749_s6_scope_may_be_narrowed_and_not_widened),
		CASE(rfc8707_s2_2_a_foreign_resource_is_invalid_target_and_rotates_nothing),
		CASE(an_idle_token_expires_and_the_session_stays),
		CASE(the_sessions_end_caps_every_token),
		CASE(a_transaction_that_dies_leaves_the_old_token_valid),
		CASE(each_clear_column_of_the_session_is_held_by_the_seal),
		CASE(a_session_moved_to_another_client_serves_neither),
		CASE(a_row_moved_to_another_session_opens_nothing),
	};

	return RUN(tests, NULL, NULL);
}
