/* SPDX-License-Identifier: MIT */
/* A legacy client before a modern upstream. */
#include "protocol/mcp_bridge.h"

#include "bridged.h"

#define ENVELOPE							\
	"\"" KEY "protocolVersion\":\"" MCP_MODERN_VERSION "\",\"" KEY "clientCapabilities\":{}"

/* A modern endpoint would take the text with the headers that its method asks for. */
static void
is_modern(const char *text, const char *method)
{
	const struct mcp_headers h = { .protocol_version = MCP_MODERN_VERSION, .method = method };
	struct mcp_refusal refusal = { 0 };
	struct mcp_post post = { 0 };

	if (!mcp_read(&a, json(text), strlen(text), &h, &post, &refusal))
		fail_msg("%s: %s", refusal.message, text);
	assert_int_equal(post.message[0].era, MCP_MODERN);
	assert_string_equal(post.message[0].rpc.method, method);
	json_auto(&post.value);
}

static void
mcp_2026_07_28_what_we_ask_ourselves_is_modern(UNUSED void **state)
{
	is_modern(mcp_bridge_ask_discover(&a), "server/discover");
	is_modern(mcp_bridge_ask_tools(&a, NULL), "tools/list");
	is_modern(mcp_bridge_ask_tools(&a, "c\"1"), "tools/list");
	holds(mcp_bridge_ask_tools(&a, "c\"1"), "\"cursor\":\"c\\\"1\"");
	lacks(mcp_bridge_ask_tools(&a, NULL), "cursor");
}

#define DISCOVERED(versions)						\
	RESULT("{\"resultType\":\"complete\",\"supportedVersions\":" versions	\
	    ",\"capabilities\":{\"tools\":{}},\"instructions\":\"Be kind.\","	\
	    "\"_meta\":{\"" KEY "serverInfo\":{\"name\":\"up\"}}}")

static void
an_answer_to_discover_is_read(UNUSED void **state)
{
	static const char text[] = DISCOVERED("[\"2025-11-25\",\"2026-07-28\"]");
	static const char bare[] = RESULT("{\"supportedVersions\":[\"2026-07-28\"]}");
	struct mcp_upstream u;

	assert_true(mcp_bridge_read_discover(&a, text, sizeof text - 1, &u));
	assert_string_equal(u.capabilities, "{\"tools\":{}}");
	assert_string_equal(u.server_info, "{\"name\":\"up\"}");
	assert_string_equal(u.instructions, "\"Be kind.\"");
	assert_null(u.version);
	assert_true(mcp_bridge_read_discover(&a, bare, sizeof bare - 1, &u));
	assert_null(u.server_info);
}

static void
what_does_not_speak_the_modern_version_is_told(UNUSED void **state)
{
	static const char *const others[] = { "", "x", "{}", RESULT("{}"), DISCOVERED("[]"),
		DISCOVERED("[\"2025-11-25\"]"), DISCOVERED("\"2026-07-28\""),
		DISCOVERED("[[\"2026-07-28\"]]"), DISCOVERED("{\"2026-07-28\":1}"),
		DISCOVERED("null"), DISCOVERED("[1,null]"),
		RESULT("{\"supportedVersions\":[\"2026-07-28\"],\"_meta\":1}"),
		ERROR("{\"code\":-32601,\"message\":\"x\"}") };
	struct mcp_upstream untouched = { .version = "untouched" };

	for (size_t i = 0; i < COUNT(others); i++)
		if (mcp_bridge_read_discover(&a, others[i], strlen(others[i]), &untouched))
			fail_msg("taken: %s", others[i]);
	assert_string_equal(untouched.version, "untouched");
}

static void
mcp_2025_11_25_initialize_is_answered_from_it(UNUSED void **state)
{
	assert_string_equal(mcp_bridge_initialize_answer(&a, "\"i\"", "2025-06-18", &named),
	    "{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"result\":{\"protocolVersion\":\"2025-06-18\","
	    "\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"up\",\"version\":\"1\"},"
	    "\"instructions\":\"Be kind.\"}}");
	holds(mcp_bridge_initialize_answer(&a, "1", "2025-06-18", &nameless),
	    "\"serverInfo\":{\"name\":");
	lacks(mcp_bridge_initialize_answer(&a, "1", "2025-06-18", &nameless), "instructions");
}

static const char *
to_modern(const char *text)
{
	return mcp_bridge_request_to_modern(&a, text, strlen(text));
}

static void
a_request_gets_an_envelope(UNUSED void **state)
{
	assert_string_equal(
	    to_modern("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
	              "\"name\":\"x\",\"arguments\":{\"n\":1.0},\"_meta\":{\"progressToken\":7}}}"),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
	    "\"name\":\"x\",\"arguments\":{\"n\":1.0},\"_meta\":{\"progressToken\":7," ENVELOPE
	    "}}}");
	assert_string_equal(to_modern("{\"id\":1,\"method\":\"tools/list\"}"),
	    "{\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{" ENVELOPE "}}}");
	is_modern(
	    to_modern("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{}}"),
	    "tools/list");
}

/* What a legacy client says there binds nobody: it speaks for itself, we speak to the upstream. */
static void
an_envelope_of_the_clients_own_is_replaced(UNUSED void **state)
{
	assert_string_equal(to_modern("{\"params\":{\"_meta\":{\"" KEY
	                              "clientCapabilities\":{\"sampling\":{}},\"" KEY
	                              "protocolVersion\":\"2099-01-01\"}}}"),
	    "{\"params\":{\"_meta\":{\"" KEY "clientCapabilities\":{},\"" KEY
	    "protocolVersion\":\"" MCP_MODERN_VERSION "\"}}}");
}

static void
what_is_no_request_is_not_bridged(UNUSED void **state)
{
	static const char *const others[] = { "", "[]", "x", "{\"params\":[]}", "{\"params\":null}",
		"{\"params\":{\"_meta\":1}}", "{\"params\":{\"_meta\":null}}",
		"{\"params\":{},\"params\":{}}" };

	for (size_t i = 0; i < COUNT(others); i++)
		assert_null(to_modern(others[i]));
}

static const char *
to_legacy(const char *text, const char *method)
{
	return mcp_bridge_answer_to_legacy(&a, text, strlen(text), method);
}

static void
an_answer_loses_what_a_legacy_client_does_not_know(UNUSED void **state)
{
	assert_string_equal(
	    to_legacy(RESULT("{\"resultType\":\"complete\",\"ttlMs\":5,\"cacheScope\":\"public\","
	                     "\"tools\":[{\"n\":1.0}],\"_meta\":{\"a\":1}}"),
	        "tools/list"),
	    RESULT("{\"tools\":[{\"n\":1.0}],\"_meta\":{\"a\":1}}"));
	assert_string_equal(to_legacy(RESULT("{}"), "tools/list"), RESULT("{}"));
}

static void
structured_content_stays_where_it_is_an_object(UNUSED void **state)
{
	static const char *const others[] = { "[1]", "1", "\"x\"", "null", "true" };

	assert_string_equal(
	    to_legacy(RESULT("{\"content\":[],\"structuredContent\":{\"a\":[1]}}"), "tools/call"),
	    RESULT("{\"content\":[],\"structuredContent\":{\"a\":[1]}}"));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_string_equal(to_legacy(arena_printf(&a,
		    RESULT("{\"content\":[],\"structuredContent\":%s}"), others[i]), "tools/call"),
		    RESULT("{\"content\":[]}"));
}

static void
an_error_stays_as_it_is(UNUSED void **state)
{
	assert_string_equal(to_legacy(ERROR("{\"code\":-32602,\"message\":\"x\"}"), "tools/call"),
	    ERROR("{\"code\":-32602,\"message\":\"x\"}"));
}

static void
a_question_that_nobody_can_be_asked_is_a_failure(UNUSED void **state)
{
	static const char asks[] =
	    RESULT("{\"resultType\":\"input_required\",\"inputRequests\":{}}");

	holds(to_legacy(asks, "tools/call"),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":"
	    "\"text\",\"text\":\"The server needs an answer of the user");
	holds(to_legacy(asks, "tools/call"), "\"isError\":true");
	holds(to_legacy(asks, "prompts/get"), "\"error\":{\"code\":-32603,");
	holds(to_legacy(RESULT("{\"resultType\":\"task\"}"), "prompts/get"), "\"error\"");
}

static void
what_is_no_answer_is_told(UNUSED void **state)
{
	static const char *const others[] = { "", "x", "[]", "{}", RESULT("null"), RESULT("[]"),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}" };

	for (size_t i = 0; i < COUNT(others); i++)
		assert_null(to_legacy(others[i], "tools/call"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mcp_2026_07_28_what_we_ask_ourselves_is_modern),
		cmocka_unit_test(an_answer_to_discover_is_read),
		cmocka_unit_test(what_does_not_speak_the_modern_version_is_told),
		cmocka_unit_test(mcp_2025_11_25_initialize_is_answered_from_it),
		cmocka_unit_test(a_request_gets_an_envelope),
		cmocka_unit_test(an_envelope_of_the_clients_own_is_replaced),
		cmocka_unit_test(what_is_no_request_is_not_bridged),
		cmocka_unit_test(an_answer_loses_what_a_legacy_client_does_not_know),
		cmocka_unit_test(structured_content_stays_where_it_is_an_object),
		cmocka_unit_test(an_error_stays_as_it_is),
		cmocka_unit_test(a_question_that_nobody_can_be_asked_is_a_failure),
		cmocka_unit_test(what_is_no_answer_is_told),
	};

	return RUN(tests, open_arena, close_arena);
}
