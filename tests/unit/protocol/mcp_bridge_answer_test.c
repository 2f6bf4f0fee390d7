/* SPDX-License-Identifier: MIT */
/* A legacy upstream's answer, as a modern client reads it. */
#include "protocol/mcp_bridge.h"

#include "bridged.h"

static int status;

static const char *
to_modern(const char *text, const char *method, const struct mcp_upstream *u, bool asks_url)
{
	const char *changed =
	    mcp_bridge_answer_to_modern(&a, text, strlen(text), method, u, asks_url, &status);

	return changed == NULL ? NULL : json(changed);
}

static const char *
answer(const char *text)
{
	return to_modern(text, "tools/call", &nameless, false);
}

static void
mcp_2026_07_28_a_result_says_that_it_is_complete_and_whose(UNUSED void **state)
{
	assert_string_equal(
	    to_modern(RESULT("{\"content\":[],\"x\":1.0}"), "tools/call", &named, false),
	    RESULT("{\"content\":[],\"x\":1.0,\"resultType\":\"complete\",\"_meta\":{\"" KEY
	           "serverInfo\":{\"name\":\"up\",\"version\":\"1\"}}}"));
	assert_int_equal(status, 200);
	assert_string_equal(answer(RESULT("{}")), RESULT("{\"resultType\":\"complete\"}"));
}

static void
what_the_upstream_meant_by_meta_stays(UNUSED void **state)
{
	assert_string_equal(to_modern(RESULT("{\"_meta\":{\"a\":1}}"), "tools/call", &named, false),
	    RESULT("{\"_meta\":{\"a\":1,\"" KEY "serverInfo\":{\"name\":\"up\",\"version\":\"1\"}},"
	    "\"resultType\":\"complete\"}"));
	assert_string_equal(answer(RESULT("{\"_meta\":{\"a\":1}}")),
	    RESULT("{\"_meta\":{\"a\":1},\"resultType\":\"complete\"}"));
	lacks(to_modern(RESULT("{\"_meta\":[1]}"), "tools/call", &named, false), "_meta");
}

static void
a_legacy_result_cannot_say_that_it_asks(UNUSED void **state)
{
	assert_string_equal(answer(RESULT("{\"resultType\":\"input_required\",\"a\":1}")),
	    RESULT("{\"resultType\":\"complete\",\"a\":1}"));
}

static void
mcp_2026_07_28_lists_and_contents_say_that_they_are_not_to_be_kept(UNUSED void **state)
{
	static const char *const kept[] = { "tools/list", "prompts/list", "resources/list",
	    "resources/templates/list", "resources/read" };
	static const char *const others[] = { "tools/call", "prompts/get", "completion/complete" };

	for (size_t i = 0; i < COUNT(kept); i++)
		assert_string_equal(
		    to_modern(RESULT("{\"ttlMs\":9,\"tools\":[]}"), kept[i], &nameless, false),
		    RESULT("{\"ttlMs\":0,\"tools\":[],\"resultType\":\"complete\",\"cacheScope\":"
		           "\"private\"}"));
	for (size_t i = 0; i < COUNT(others); i++)
		lacks(to_modern(RESULT("{}"), others[i], &nameless, false), "ttlMs");
}

static void
an_error_stays_one_and_has_the_status_of_its_kind(UNUSED void **state)
{
	assert_string_equal(
	    answer(ERROR("{\"code\":-32603,\"message\":\"x\",\"data\":{\"n\":1e400}}")),
	    ERROR("{\"code\":-32603,\"message\":\"x\",\"data\":{\"n\":1e400}}"));
	assert_int_equal(status, 200);
	assert_string_equal(answer(ERROR("{\"code\":-32601,\"message\":\"x\"}")),
	    ERROR("{\"code\":-32601,\"message\":\"x\"}"));
	assert_int_equal(status, 404);
}

static void
mcp_2026_07_28_a_resource_that_is_not_there_is_an_invalid_parameter(UNUSED void **state)
{
	assert_string_equal(answer(ERROR("{\"message\":\"not found\",\"code\":-32002}")),
	    ERROR("{\"message\":\"not found\",\"code\":-32602}"));
	assert_int_equal(status, 200);
}

#define ASKS(list)							\
	ERROR("{\"code\":-32042,\"message\":\"URL\",\"data\":{\"elicitations\":" list "}}")

static void
mcp_2026_07_28_a_url_to_be_opened_becomes_a_result_that_asks(UNUSED void **state)
{
	assert_string_equal(
	    to_modern(ASKS("[{\"mode\":\"url\",\"elicitationId\":\"e\",\"url\":\"https://a/\","
	                   "\"message\":\"Sign "
	                   "\\\"in\\\"\"},{\"url\":\"https://b/\",\"message\":\"m\"}]"),
	        "tools/call", &nameless, true),
	    RESULT("{\"resultType\":\"input_required\",\"inputRequests\":{"
	           "\"url-1\":{\"method\":\"elicitation/"
	           "create\",\"params\":{\"mode\":\"url\",\"url\":\"https://a/\","
	           "\"message\":\"Sign \\\"in\\\"\"}},"
	           "\"url-2\":{\"method\":\"elicitation/"
	           "create\",\"params\":{\"mode\":\"url\",\"url\":\"https://b/\","
	           "\"message\":\"m\"}}}}"));
	assert_int_equal(status, 200);
}

static void
a_client_that_cannot_open_a_url_is_told_what_it_lacks(UNUSED void **state)
{
	holds(answer(ASKS("[{\"url\":\"https://a/\",\"message\":\"m\"}]")),
	    arena_printf(&a, "\"code\":%d", MCP_MISSING_CAPABILITY));
	holds(answer(ASKS("[{\"url\":\"https://a/\",\"message\":\"m\"}]")),
	    "\"requiredCapabilities\":{\"elicitation\":{\"url\":{}}}");
	assert_int_equal(status, 400);
}

static void
a_question_that_cannot_be_passed_on_is_an_error(UNUSED void **state)
{
	static const char *const lists[] = { "[]", "{}", "null", "[1]",
		"[{\"url\":\"https://a/\"}]", "[{\"message\":\"m\"}]",
		"[{\"url\":1,\"message\":\"m\"}]" };

	for (size_t i = 0; i < COUNT(lists); i++) {
		holds(to_modern(
		          arena_printf(&a, ASKS("%s"), lists[i]), "tools/call", &nameless, true),
		    "\"code\":-32603");
		assert_int_equal(status, 200);
	}
}

static void
what_is_no_answer_is_told(UNUSED void **state)
{
	static const char *const others[] = { "", "x", "[]", "null", "{}", RESULT("null"),
		RESULT("[]"),
		"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}",
		ERROR("{\"message\":\"x\"}"),
		"{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"x\"}}",
		"{\"result\":{},\"result\":{}}" };

	for (size_t i = 0; i < COUNT(others); i++)
		assert_null(to_modern(others[i], "tools/call", &named, true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mcp_2026_07_28_a_result_says_that_it_is_complete_and_whose),
		cmocka_unit_test(what_the_upstream_meant_by_meta_stays),
		cmocka_unit_test(a_legacy_result_cannot_say_that_it_asks),
		cmocka_unit_test(
		    mcp_2026_07_28_lists_and_contents_say_that_they_are_not_to_be_kept),
		cmocka_unit_test(an_error_stays_one_and_has_the_status_of_its_kind),
		cmocka_unit_test(
		    mcp_2026_07_28_a_resource_that_is_not_there_is_an_invalid_parameter),
		cmocka_unit_test(mcp_2026_07_28_a_url_to_be_opened_becomes_a_result_that_asks),
		cmocka_unit_test(a_client_that_cannot_open_a_url_is_told_what_it_lacks),
		cmocka_unit_test(a_question_that_cannot_be_passed_on_is_an_error),
		cmocka_unit_test(what_is_no_answer_is_told),
	};

	return RUN(tests, open_arena, close_arena);
}
