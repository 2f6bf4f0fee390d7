/* SPDX-License-Identifier: MIT */
#include "mcp_say.h"
#include "signed_in.h"

#define TOOL	"get_graph_user_details"
/* This tool refuses arguments before it asks anybody: a result with isError, without a session. */
#define REFUSED	"\"name\":\"" TOOL "\",\"arguments\":{\"a\":1}"

static void
a_call_without_a_name_or_with_arguments_of_another_type_is_invalid(UNUSED void **state)
{
	static const char *const bad[] = {
		"", "\"name\":1", "\"name\":null", "\"arguments\":{}",
		"\"name\":\"" TOOL "\",\"arguments\":null",
		"\"name\":\"" TOOL "\",\"arguments\":[]",
		"\"name\":\"" TOOL "\",\"arguments\":\"{}\"",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		say_legacy(arena_printf(&fix.arena, REQUEST("tools/call", "%s"), bad[i]));
		told_error(200, JSONRPC_INVALID_PARAMS);
	}
}

static void
mcp_tools_an_unknown_tool_is_an_error_of_the_protocol(UNUSED void **state)
{
	say_legacy(REQUEST("tools/call", "\"name\":\"no_such_tool\",\"arguments\":{}"));
	told_error(200, JSONRPC_INVALID_PARAMS);
	say_modern(REQUEST("tools/call", META ",\"name\":\"no_such_tool\""), "tools/call",
	    "no_such_tool");
	told_error(200, JSONRPC_INVALID_PARAMS);
}

/* The last answer is a tool's failure: content to read, the same in structure. */
static void
result_is_a_tools_failure(void)
{
	struct json_object *r = told_result(), *flag = NULL, *content, *first;

	assert_true(json_object_object_get_ex(r, "isError", &flag));
	assert_true(json_object_get_boolean(flag));
	content = json_array_member(r, "content");
	assert_int_equal(json_object_array_length(content), 1);
	first = json_object_array_get_idx(content, 0);
	assert_string_equal(json_string(first, "type"), "text");
	assert_non_null(strstr(json_string(first, "text"), "takes no arguments"));
	assert_string_equal(json_string(json_object_member(r, "structuredContent"), "error"),
	    json_string(first, "text"));
	assert_false(json_has(told, "error"));
}

static void
mcp_tools_a_tools_own_failure_is_a_result(UNUSED void **state)
{
	say_legacy(REQUEST("tools/call", REFUSED));
	result_is_a_tools_failure();
	assert_false(json_has(told_result(), "resultType"));
	say_modern(REQUEST("tools/call", META "," REFUSED), "tools/call", TOOL);
	result_is_a_tools_failure();
	assert_string_equal(json_string(told_result(), "resultType"), "complete");
	assert_false(json_has(told_result(), "ttlMs"));
}

static void
rfc6750_s3_1_a_call_without_the_scope_is_insufficient_scope(UNUSED void **state)
{
	static const char *const scopes[] = { "", "offline_access", "mcp:tool", "mcp:toolsx" };

	for (size_t i = 0; i < COUNT(scopes); i++) {
		who.scope = scopes[i];
		assert_int_equal(post_modern(REQUEST("tools/call", META "," REFUSED), "tools/call",
		    TOOL), INSUFFICIENT_SCOPE);
		assert_string_equal(buf_text(&rs.body), "");
	}
	say_legacy(REQUEST("tools/list", ""));
	(void)told_result();
}

static void
a_session_that_is_over_is_the_callers_to_challenge(UNUSED void **state)
{
	struct signed_in in;

	sign_in(&in);
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE, &who),
	    OAUTH_OK);
	session_end_now(&fix.rq, &in.session.sid, "test");
	assert_int_equal(post(REQUEST("tools/call", "\"name\":\"" TOOL "\""),
	    &(struct mcp_headers){ .protocol_version = "2025-11-25" }, BOTH), INVALID_TOKEN);
	assert_string_equal(buf_text(&rs.body), "");
}

static void
calls_that_follow_too_late_in_one_post_are_not_begun(UNUSED void **state)
{
	fix.config.entra.timeout = -1;	/* the time for all of them is over when they begin */
	say_legacy(REQUEST("tools/call", REFUSED));
	told_error(200, JSONRPC_INTERNAL_ERROR);
	say_legacy(REQUEST("ping", ""));
	(void)told_result();
}

#define NOTE	"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"
#define BATCHED	&(struct mcp_headers){ .protocol_version = "2025-03-26" }

static void
mcp_transports_notifications_and_responses_are_accepted_and_dropped(UNUSED void **state)
{
	static const char *const bodies[] = {
		NOTE, "[" NOTE "," NOTE "]", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"no/such\"}",
	};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(post(bodies[i], BATCHED, "text/html"), OAUTH_OK);
		assert_int_equal(rs.status, 202);
		assert_null(rs.content_type);
		assert_string_equal(buf_text(&rs.body), "");
	}
}

static void
mcp_2025_03_26_a_batch_is_answered_by_an_array_of_its_requests(UNUSED void **state)
{
	static const char *const members[] = { "result", "error", "result" };

	assert_int_equal(post("[" REQUEST("ping", "") "," NOTE ","
	    "{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"no/such\"},"
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\"}]", BATCHED, BOTH), OAUTH_OK);
	assert_int_equal(rs.status, 200);
	assert_true(json_object_is_type(told, json_type_array));
	assert_int_equal(json_object_array_length(told), 3);
	for (size_t i = 0; i < COUNT(members); i++)
		assert_non_null(json_object_member(json_object_array_get_idx(told, i), members[i]));
	assert_string_equal(json_string(json_object_array_get_idx(told, 1), "id"), "b");
	assert_int_equal(post("[" REQUEST("ping", "") "]", BATCHED, BOTH), OAUTH_OK);
	assert_int_equal(json_object_array_length(told), 1);
}

#define LISTEN(id)	"{\"jsonrpc\":\"2.0\",\"id\":" id ","				\
			"\"method\":\"subscriptions/listen\","			\
			"\"params\":{" META ",\"notifications\":{\"toolsListChanged\":true}}}"
#define EVENT		"event: message\ndata: "

/* The JSON of the n-th event; its id or subscription id must be that text. */
static struct json_object *
event(size_t n)
{
	const char *p = buf_text(&rs.body);

	while (n-- > 0)
		p = strstr(p, "\n\n") + 2;
	assert_int_equal(strncmp(p, EVENT, strlen(EVENT)), 0);
	p += strlen(EVENT);
	return json_parse(&fix.arena, p, strcspn(p, "\n"));
}

static void
mcp_2026_07_28_listening_is_acknowledged_and_ended(UNUSED void **state)
{
	static const char *const ids[] = { "7", "9007199254740993", "\"seven\"" };

	for (size_t i = 0; i < COUNT(ids); i++) {
		const char *tag = arena_printf(&fix.arena, "\"" KEY "subscriptionId\":%s}", ids[i]);
		AUTO(json) struct json_object *first = NULL, *last = NULL;

		say_modern(arena_printf(&fix.arena, LISTEN("%s"), ids[i]), "subscriptions/listen",
		    NULL);
		assert_int_equal(rs.status, 200);
		assert_string_equal(rs.content_type, "text/event-stream");
		assert_non_null(strstr(buf_text(&rs.headers), "X-Accel-Buffering: no\r\n"));
		first = event(0);
		last = event(1);
		assert_string_equal(json_string(first, "method"),
		    "notifications/subscriptions/acknowledged");
		assert_false(json_has(first, "id"));
		assert_string_equal(json_string(json_object_member(last, "result"), "resultType"),
		    "complete");
		assert_non_null(strstr(strstr(buf_text(&rs.body), tag) + 1, tag));
		assert_non_null(strstr(buf_text(&rs.body), arena_printf(&fix.arena,
		    "{\"jsonrpc\":\"2.0\",\"id\":%s,", ids[i])));
		assert_string_equal(buf_text(&rs.body) + rs.body.len - 3, "}\n\n");
	}
}

static void
listening_needs_what_to_listen_for_and_an_accept_for_events(UNUSED void **state)
{
	const struct mcp_headers h = HEADERS(MODERN, "subscriptions/listen", NULL);

	say_modern(REQUEST("subscriptions/listen", META), "subscriptions/listen", NULL);
	told_error(200, JSONRPC_INVALID_PARAMS);
	say_modern(REQUEST("subscriptions/listen", META ",\"notifications\":[]"),
	    "subscriptions/listen", NULL);
	told_error(200, JSONRPC_INVALID_PARAMS);
	assert_int_equal(post(LISTEN("1"), &h, "application/json"), NOT_ACCEPTABLE);
	assert_int_equal(post(LISTEN("1"), &h, "text/event-stream"), OAUTH_OK);
	assert_string_equal(rs.content_type, "text/event-stream");
}

static void
a_form_of_answer_that_is_refused_is_found_out_before_anything_is_done(UNUSED void **state)
{
	const struct mcp_headers h = HEADERS(MODERN, "tools/call", "get_graph_user_details");

	who.scope = "none";	/* what the tool would be asked about first */
	assert_int_equal(post(REQUEST("tools/call", META ",\"name\":\"get_graph_user_details\""), &h,
	    "text/html"), NOT_ACCEPTABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SAY(a_call_without_a_name_or_with_arguments_of_another_type_is_invalid),
		SAY(mcp_tools_an_unknown_tool_is_an_error_of_the_protocol),
		SAY(mcp_tools_a_tools_own_failure_is_a_result),
		SAY(rfc6750_s3_1_a_call_without_the_scope_is_insufficient_scope),
		SAY(a_session_that_is_over_is_the_callers_to_challenge),
		SAY(calls_that_follow_too_late_in_one_post_are_not_begun),
		SAY(mcp_transports_notifications_and_responses_are_accepted_and_dropped),
		SAY(mcp_2025_03_26_a_batch_is_answered_by_an_array_of_its_requests),
		SAY(mcp_2026_07_28_listening_is_acknowledged_and_ended),
		SAY(listening_needs_what_to_listen_for_and_an_accept_for_events),
		SAY(a_form_of_answer_that_is_refused_is_found_out_before_anything_is_done),
	};

	return RUN(tests, NULL, NULL);
}
