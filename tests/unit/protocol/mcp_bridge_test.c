/* SPDX-License-Identifier: MIT */
/* A modern client before a legacy upstream; what both directions share. */
#include "protocol/mcp_bridge.h"

#include "bridged.h"

static void
of_capabilities_what_one_answer_can_keep_stays(UNUSED void **state)
{
	assert_string_equal(mcp_bridge_capabilities(&a,
	                        "{\"logging\":{},\"resources\":{\"subscribe\":true},"
	                        "\"tools\":{\"listChanged\":true},\"experimental\":{\"tools\":{}},"
	                        "\"tasks\":{},\"prompts\":{},"
	                        "\"completions\":{}}"),
	    "{\"tools\":{},\"prompts\":{},\"resources\":{},\"completions\":{}}");
	assert_string_equal(
	    mcp_bridge_capabilities(&a, "{\"resources\":{}}"), "{\"resources\":{}}");
	assert_string_equal(mcp_bridge_capabilities(&a, "{}"), "{}");
}

static void
capabilities_that_are_no_object_are_none(UNUSED void **state)
{
	static const char *const others[] = { NULL, "", "null", "[\"tools\"]", "\"tools\"",
		"{\"tools\"" };

	for (size_t i = 0; i < COUNT(others); i++)
		assert_string_equal(mcp_bridge_capabilities(&a, others[i]), "{}");
}

static void
methods_of_both_eras_are_shared(UNUSED void **state)
{
	static const char *const no[] = { "initialize", "ping", "server/discover",
		"subscriptions/listen", "logging/setLevel", "resources/subscribe", "tasks/get",
		"tools", "tools/calls", "" };

	assert_true(mcp_bridge_is_shared("tools/list"));
	assert_true(mcp_bridge_is_shared("resources/templates/list"));
	assert_true(mcp_bridge_is_shared("completion/complete"));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(mcp_bridge_is_shared(no[i]));
}

/* The handshake is what a legacy server would accept from any client. */
static void
mcp_2025_11_25_the_handshake_is_two_messages(UNUSED void **state)
{
	static const struct mcp_headers none = { .protocol_version = NULL };
	const char *text = json(mcp_bridge_initialize(&a));
	struct mcp_refusal refusal = { 0 };
	struct mcp_post post = { 0 };

	assert_true(mcp_read(&a, text, strlen(text), &none, &post, &refusal));
	assert_string_equal(post.message[0].rpc.method, "initialize");
	assert_string_equal(post.message[0].version, MCP_LEGACY_LATEST);
	json_auto(&post.value);
	text = json(mcp_bridge_initialized);
	assert_true(mcp_read(&a, text, strlen(text), &none, &post, &refusal));
	assert_string_equal(post.message[0].rpc.method, "notifications/initialized");
	assert_int_equal(post.message[0].rpc.kind, JSONRPC_NOTIFICATION);
	json_auto(&post.value);
}

static void
its_answer_is_read(UNUSED void **state)
{
	static const char text[] =
	    RESULT("{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{\"tools\":{}},"
	           "\"serverInfo\":{\"name\":\"up\"},\"instructions\":\"Be \\u006bind.\"}");
	static const char bare[] = RESULT("{\"protocolVersion\":\"2024-11-05\"}");
	struct mcp_upstream u;

	assert_true(mcp_bridge_read_initialize(&a, text, sizeof text - 1, &u));
	assert_string_equal(u.version, "2025-06-18");
	assert_string_equal(u.capabilities, "{\"tools\":{}}");
	assert_string_equal(u.server_info, "{\"name\":\"up\"}");
	assert_string_equal(u.instructions, "\"Be \\u006bind.\"");
	assert_true(mcp_bridge_read_initialize(&a, bare, sizeof bare - 1, &u));
	assert_null(u.capabilities);
	assert_null(u.server_info);
	assert_null(u.instructions);
}

static void
what_is_no_such_answer_is_told(UNUSED void **state)
{
	static const char *const others[] = { "", "x", "[]", "{}", RESULT("{}"), RESULT("null"),
	    RESULT("{\"protocolVersion\":1}"), ERROR("{\"code\":-32601,\"message\":\"x\"}") };
	struct mcp_upstream untouched = { .version = "untouched" };

	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(
		    mcp_bridge_read_initialize(&a, others[i], strlen(others[i]), &untouched));
	assert_string_equal(untouched.version, "untouched");
}

static void
mcp_2026_07_28_discover_is_answered_from_it(UNUSED void **state)
{
	const char *text = mcp_bridge_discover(&a, "\"d\"", &named);

	holds(text, "{\"jsonrpc\":\"2.0\",\"id\":\"d\",\"result\":{\"resultType\":\"complete\","
	    "\"supportedVersions\":[\"2026-07-28\",");
	holds(text, "\"capabilities\":{\"tools\":{}}");
	holds(text, "\"instructions\":\"Be kind.\"");
	holds(text, "\"ttlMs\":0,\"cacheScope\":\"private\"");
	holds(text, "\"_meta\":{\"" KEY "serverInfo\":{\"name\":\"up\",\"version\":\"1\"}}");
	text = mcp_bridge_discover(&a, "1", &nameless);
	holds(text, "\"capabilities\":{}");
	lacks(text, "instructions");
	lacks(text, "_meta");
}

static void
instructions_that_are_too_long_do_not_take_the_rest_with_them(UNUSED void **state)
{
	struct mcp_upstream u = named;

	u.instructions = arena_printf(&a, "\"%s\"", many('x', 200000));
	holds(mcp_bridge_discover(&a, "1", &u), "\"supportedVersions\":[");
	holds(mcp_bridge_initialize_answer(&a, "1", "2025-11-25", &u),
	    "\"protocolVersion\":\"2025-11-25\"");
}

static const char *
to_legacy(const char *text)
{
	return mcp_bridge_request_to_legacy(&a, text, strlen(text));
}

static void
a_request_goes_without_its_envelope(UNUSED void **state)
{
	assert_string_equal(
	    to_legacy(
	        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
	        "\"_meta\":{\"" KEY "protocolVersion\":\"2026-07-28\",\"progressToken\":7,\"" KEY
	        "clientCapabilities\":{}},\"name\":\"x\",\"arguments\":{\"n\":1.0,\"_meta\":{\"" KEY
	        "a\":1}}}}"),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
	    "\"_meta\":{\"progressToken\":7},\"name\":\"x\",\"arguments\":{\"n\":1.0,\"_meta\":{"
	    "\"" KEY "a\":1}}}}");
	assert_string_equal(to_legacy("{\"id\":1,\"params\":{\"name\":\"x\",\"_meta\":{\"" KEY
	    "protocolVersion\":\"2026-07-28\"}}}"), "{\"id\":1,\"params\":{\"name\":\"x\"}}");
	assert_string_equal(
	    to_legacy("{\"params\":{\"inputResponses\":{},\"requestState\":\"s\",\"a\":1}}"),
	    "{\"params\":{\"a\":1}}");
}

static void
what_is_no_request_with_params_is_not_bridged(UNUSED void **state)
{
	static const char *const others[] = { "", "[]", "{}", "{\"params\":[]}",
		"{\"params\":null}", "x", "{\"params\":{},\"params\":{}}" };

	for (size_t i = 0; i < COUNT(others); i++)
		assert_null(to_legacy(others[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_capabilities_what_one_answer_can_keep_stays),
		cmocka_unit_test(capabilities_that_are_no_object_are_none),
		cmocka_unit_test(methods_of_both_eras_are_shared),
		cmocka_unit_test(mcp_2025_11_25_the_handshake_is_two_messages),
		cmocka_unit_test(its_answer_is_read),
		cmocka_unit_test(what_is_no_such_answer_is_told),
		cmocka_unit_test(mcp_2026_07_28_discover_is_answered_from_it),
		cmocka_unit_test(instructions_that_are_too_long_do_not_take_the_rest_with_them),
		cmocka_unit_test(a_request_goes_without_its_envelope),
		cmocka_unit_test(what_is_no_request_with_params_is_not_bridged),
	};

	return RUN(tests, open_arena, close_arena);
}
