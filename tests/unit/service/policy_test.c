/* SPDX-License-Identifier: MIT */
#include "service/policy.h"

#include "posted.h"

static const char *const nobody[] = { "nobody", NULL }, *const mailers[] = { "scope:mail", NULL },
    *const printers[] = { "scope:print", NULL }, *const readers[] = { "role:Reader", NULL };
static struct tool_rule rules[] = {
	{ .tool = "secret", .words = nobody, .next = &rules[1] },
	{ .tool = "mail", .words = mailers, .next = &rules[2] },
	{ .tool = "print", .words = printers, .next = &rules[3] },
	{ .tool = "read", .words = readers },
};
static const struct rights anybody = { .scope = "mcp:tools", .roles = "", .groups = "" };
static const struct rights reader = { .scope = "mcp:tools mail", .roles = "Reader", .groups = "" };

/* The server with rules for tools, and with words for itself, NULL for none. */
static const struct config_server *
server_of(const char *word, const char *second)
{
	struct config_server *s = &fix.config.server[0];

	s->rule = rules;
	s->allow[0] = word;
	s->allow[1] = second;
	s->allow[2] = NULL;
	fix.rq.failure = (struct failure){ 0 };
	return s;
}

static void
a_server_without_words_is_everyones(UNUSED void **state)
{
	assert_int_equal(policy_server(&fix.rq, server_of(NULL, NULL), &anybody), OAUTH_OK);
	assert_int_equal(fix.rq.failure.error, OAUTH_OK);
}

static void
a_server_is_used_by_those_whom_its_words_name(UNUSED void **state)
{
	assert_int_equal(policy_server(&fix.rq, server_of("role:Reader", NULL), &reader), OAUTH_OK);
	assert_int_equal(
	    policy_server(&fix.rq, server_of("role:Reader", "scope:x"), &anybody), FORBIDDEN);
	assert_int_equal(fix.rq.failure.error, FORBIDDEN);
	assert_non_null(strstr(fix.rq.failure.description, "you may not use this server"));
	assert_null(fix.rq.failure.scope);
	assert_int_equal(policy_server(&fix.rq, server_of("nobody", NULL), &reader), FORBIDDEN);
}

static void
rfc6750_s3_1_a_server_that_needs_more_scope_says_which(UNUSED void **state)
{
	assert_int_equal(policy_server(&fix.rq, server_of("scope:a", "scope:b"), &anybody),
	    INSUFFICIENT_SCOPE);
	assert_int_equal(fix.rq.failure.error, INSUFFICIENT_SCOPE);
	assert_string_equal(fix.rq.failure.scope, "mcp:tools a b");
}

static void
a_tool_is_judged_by_its_own_rule(UNUSED void **state)
{
	const struct config_server *s =
	    server_of("nobody", NULL); /* the server's own is another's */

	assert_int_equal(policy_tool(&fix.rq, s, &anybody, "free"), PERMITTED);
	assert_int_equal(policy_tool(&fix.rq, s, &reader, "read"), PERMITTED);
	assert_int_equal(policy_tool(&fix.rq, s, &anybody, "read"), DENIED);
	assert_int_equal(policy_tool(&fix.rq, s, &reader, "secret"), DENIED);
	assert_int_equal(fix.rq.failure.error, OAUTH_OK);
	assert_int_equal(policy_tool(&fix.rq, s, &anybody, "mail"), SCOPE_MISSING);
	assert_int_equal(fix.rq.failure.error, INSUFFICIENT_SCOPE);
	assert_string_equal(fix.rq.failure.scope, "mcp:tools mail");
}

static enum permission
judged(const char *body, const struct rights *rights)
{
	posted(body);
	return policy_post(&fix.rq, server_of(NULL, NULL), rights, &post);
}

static void
a_post_is_judged_by_the_tools_that_it_calls(UNUSED void **state)
{
	assert_int_equal(judged(CALL_OF("free"), &anybody), PERMITTED);
	assert_int_equal(judged(CALL_OF("secret"), &reader), DENIED);
	assert_int_equal(judged(CALL_OF("mail"), &reader), PERMITTED);
	assert_int_equal(judged(CALL_OF("mail"), &anybody), SCOPE_MISSING);
	assert_int_equal(judged(CALL("{\"name\":\"\\u0073ecret\"}"), &reader), DENIED);
}

static void
what_calls_no_tool_is_permitted(UNUSED void **state)
{
	static const char *const bodies[] = {
		PING,
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/"
		"list\",\"params\":{\"name\":\"secret\"}}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"name\":\"secret\"}}",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"prompts/"
		"get\",\"params\":{\"name\":\"secret\"}}",
	};

	for (size_t i = 0; i < COUNT(bodies); i++)
		assert_int_equal(judged(bodies[i], &anybody), PERMITTED);
}

static void
a_call_without_a_name_is_denied_where_there_are_rules(UNUSED void **state)
{
	static const char *const params[] = { "{}", "{\"name\":1}", "{\"name\":null}",
	    "{\"name\":[\"free\"]}" };

	for (size_t i = 0; i < COUNT(params); i++)
		assert_int_equal(
		    judged(arena_printf(&fix.arena, CALL("%s"), params[i]), &reader), DENIED);
	assert_int_equal(
	    judged("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}", &reader), DENIED);
	posted(CALL("{}"));
	fix.config.server[0].rule = NULL;
	assert_int_equal(policy_post(&fix.rq, &fix.config.server[0], &reader, &post), PERMITTED);
}

/* A call as a notification is a call all the same. */
static void
a_call_that_asks_for_no_answer_is_judged_too(UNUSED void **state)
{
	assert_int_equal(judged("{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":"
	    "{\"name\":\"secret\"}}", &reader), DENIED);
}

static void
one_denied_call_denies_a_batch(UNUSED void **state)
{
	assert_int_equal(judged("[" PING "," CALL_OF("free") "]", &anybody), PERMITTED);
	assert_int_equal(
	    judged("[" CALL_OF("mail") "," PING "," CALL_OF("secret") "]", &anybody), DENIED);
	assert_int_equal(judged("[" CALL_OF("secret") "," CALL_OF("mail") "]", &anybody), DENIED);
}

static void
one_call_that_lacks_a_scope_stops_a_batch(UNUSED void **state)
{
	assert_int_equal(
	    judged("[" CALL_OF("mail") "," CALL_OF("free") "]", &anybody), SCOPE_MISSING);
	assert_int_equal(fix.rq.failure.error, INSUFFICIENT_SCOPE);
	assert_string_equal(fix.rq.failure.scope, "mcp:tools mail");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		POSTED(a_server_without_words_is_everyones),
		POSTED(a_server_is_used_by_those_whom_its_words_name),
		POSTED(rfc6750_s3_1_a_server_that_needs_more_scope_says_which),
		POSTED(a_tool_is_judged_by_its_own_rule),
		POSTED(a_post_is_judged_by_the_tools_that_it_calls),
		POSTED(what_calls_no_tool_is_permitted),
		POSTED(a_call_without_a_name_is_denied_where_there_are_rules),
		POSTED(a_call_that_asks_for_no_answer_is_judged_too),
		POSTED(one_denied_call_denies_a_batch),
		POSTED(one_call_that_lacks_a_scope_stops_a_batch),
	};

	return RUN(tests, NULL, NULL);
}
