/* SPDX-License-Identifier: MIT */
#include "mcp_expect.h"

static void
mcp_2026_07_28_reads_a_call_whose_headers_agree(void **state UNUSED)
{
	const struct mcp_message *m = accepted(CALL, &call);

	assert_int_equal(m->era, MCP_MODERN);
	assert_string_equal(m->version, MCP_MODERN_VERSION);
	assert_string_equal(m->rpc.method, "tools/call");
	assert_string_equal(m->rpc.id, "1");
	assert_false(post.batch);
	assert_ptr_equal(m->rpc.value, post.value);
}

static void
mcp_2026_07_28_discover_needs_no_name(void **state UNUSED)
{
	const struct mcp_headers h = HEADERS(MODERN, "server/discover", NULL);

	assert_int_equal(accepted(REQUEST("server/discover", META), &h)->era, MCP_MODERN);
}

static void
mcp_2026_07_28_removed_methods_with_an_envelope_are_modern(void **state UNUSED)
{
	static const char *const removed[] = {
		"initialize", "ping", "logging/setLevel", "resources/subscribe",
	};

	for (size_t i = 0; i < COUNT(removed); i++) {
		const struct mcp_headers h = HEADERS(MODERN, removed[i], NULL);
		const char *body = arena_printf(&arena, "{\"jsonrpc\":\"2.0\",\"id\":1,"
		    "\"method\":\"%s\",\"params\":{%s}}", removed[i], META);

		assert_int_equal(accepted(body, &h)->era, MCP_MODERN);
	}
}

static void
mcp_2026_07_28_client_info_may_be_missing_and_null_keys_may_not(void **state UNUSED)
{
	static const char no_version[] = REQUEST("tools/list",
	    "\"_meta\":{\"" VERSION_KEY "\":null,\"" CAPABILITIES_KEY "\":{}}");
	static const char no_capabilities[] = REQUEST("tools/list",
	    "\"_meta\":{\"" VERSION_KEY "\":\"" MODERN "\"}");
	static const char bad_capabilities[] = REQUEST("tools/list",
	    "\"_meta\":{\"" VERSION_KEY "\":\"" MODERN "\",\"" CAPABILITIES_KEY "\":[]}");

	(void)accepted(REQUEST("tools/list", META), &list);
	refused(no_version, &list, JSONRPC_INVALID_PARAMS);
	assert_non_null(strstr(refusal.message, VERSION_KEY));
	refused(no_capabilities, &list, JSONRPC_INVALID_PARAMS);
	assert_non_null(strstr(refusal.message, CAPABILITIES_KEY));
	refused(bad_capabilities, &list, JSONRPC_INVALID_PARAMS);
	assert_string_equal(refusal.id, "1");
}

static void
mcp_2026_07_28_a_missing_envelope_is_named_by_its_key(void **state UNUSED)
{
	static const char *const bodies[] = {
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
		REQUEST("tools/list", ""), REQUEST("tools/list", "\"_meta\":{}"),
		REQUEST("tools/list", "\"_meta\":\"" VERSION_KEY "\""),
		REQUEST("tools/list", "\"" VERSION_KEY "\":\"" MODERN "\""),
	};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		refused(bodies[i], &list, JSONRPC_INVALID_PARAMS);
		assert_non_null(strstr(refusal.message, VERSION_KEY));
	}
}

static void
mcp_2026_07_28_the_version_header_is_required_and_equals_the_body(void **state UNUSED)
{
	static const char *const other[] = { NULL, "", "2025-11-25", "2026-07-2", "v999" };

	for (size_t i = 0; i < COUNT(other); i++) {
		const struct mcp_headers h = HEADERS(other[i], "tools/list", NULL);

		refused(REQUEST("tools/list", META), &h, MCP_HEADER_MISMATCH);
	}
}

static void
mcp_2026_07_28_an_unsupported_version_is_told_the_others(void **state UNUSED)
{
	static const char *const other[] = { "v999.0.0", "2025-11-25", "2024-11-05" };

	for (size_t i = 0; i < COUNT(other); i++) {
		const struct mcp_headers h = HEADERS(other[i], "tools/list", NULL);
		const char *body = arena_printf(&arena, REQUEST("tools/list", "\"_meta\":{\""
		    VERSION_KEY "\":\"%s\",\"" CAPABILITIES_KEY "\":{}}"), other[i]);
		AUTO(json) struct json_object *data = NULL;

		refused(body, &h, MCP_UNSUPPORTED_VERSION);
		data = json_parse(&arena, refusal.data, strlen(refusal.data));
		assert_string_equal(json_string(data, "requested"), other[i]);
		assert_int_equal(json_object_array_length(json_array_member(data, "supported")), 5);
	}
}

static void
mcp_2026_07_28_a_mismatch_comes_before_an_unsupported_version(void **state UNUSED)
{
	refused(REQUEST("tools/list", "\"_meta\":{\"" VERSION_KEY "\":\"v999\",\"" CAPABILITIES_KEY
	    "\":{}}"), &list, MCP_HEADER_MISMATCH);
}

static void
mcp_2026_07_28_mcp_method_is_required_and_equals_the_body(void **state UNUSED)
{
	static const char *const other[] = { NULL, "", "TOOLS/LIST", "tools/call" };
	const struct mcp_headers blanks = HEADERS(" " MODERN " ", "\ttools/list ", NULL);

	for (size_t i = 0; i < COUNT(other); i++) {
		const struct mcp_headers h = HEADERS(MODERN, other[i], NULL);

		refused(REQUEST("tools/list", META), &h, MCP_HEADER_MISMATCH);
	}
	(void)accepted(REQUEST("tools/list", META), &blanks);
}

static void
mcp_2026_07_28_mcp_name_is_required_and_equals_the_body(void **state UNUSED)
{
	static const char *const other[] = {
		NULL, "", "Echo", "echo2", "=?base64?ZWNobw?=", "=?base64?RWNobw==?=",
	};
	static const char *const same[] = { "echo", "  echo ", "=?base64?ZWNobw==?=" };

	for (size_t i = 0; i < COUNT(other); i++) {
		const struct mcp_headers h = HEADERS(MODERN, "tools/call", other[i]);

		refused(CALL, &h, MCP_HEADER_MISMATCH);
	}
	for (size_t i = 0; i < COUNT(same); i++) {
		const struct mcp_headers h = HEADERS(MODERN, "tools/call", same[i]);

		(void)accepted(CALL, &h);
	}
}

static void
mcp_2026_07_28_resources_read_mirrors_its_uri(void **state UNUSED)
{
	static const char body[] = REQUEST("resources/read",
	    "\"name\":\"x\",\"uri\":\"file:///a\"," META);
	const struct mcp_headers uri = HEADERS(MODERN, "resources/read", "file:///a");
	const struct mcp_headers name = HEADERS(MODERN, "resources/read", "x");

	(void)accepted(body, &uri);
	refused(body, &name, MCP_HEADER_MISMATCH);
}

static void
a_call_without_a_name_in_its_body_agrees_with_no_header(void **state UNUSED)
{
	const struct mcp_headers none = HEADERS(MODERN, "tools/call", NULL);

	refused(REQUEST("tools/call", META), &call, MCP_HEADER_MISMATCH);
	refused(REQUEST("tools/call", "\"name\":5," META), &call, MCP_HEADER_MISMATCH);
	refused(REQUEST("tools/call", META), &none, MCP_HEADER_MISMATCH);
}

static void
modern_notifications_are_checked_against_present_headers(void **state UNUSED)
{
	static const char bare[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}";
	static const char meta[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\",\"params\":"
	    "{\"_meta\":{\"" VERSION_KEY "\":\"" MODERN "\"}}}";
	const struct mcp_headers none = { 0 }, version = HEADERS(MODERN, NULL, NULL);
	const struct mcp_headers all = HEADERS(MODERN, "notifications/x", NULL);
	const struct mcp_headers other = HEADERS(MODERN, "notifications/y", NULL);
	const struct mcp_headers legacy = HEADERS(MCP_LEGACY_LATEST, NULL, NULL);

	assert_int_equal(accepted(meta, &none)->era, MCP_MODERN);
	assert_int_equal(accepted(meta, &all)->era, MCP_MODERN);
	assert_int_equal(accepted(bare, &version)->era, MCP_MODERN);
	assert_int_equal(accepted(bare, &none)->era, MCP_LEGACY);
	refused(meta, &other, MCP_HEADER_MISMATCH);
	refused(bare, &other, MCP_HEADER_MISMATCH);
	refused(meta, &legacy, MCP_HEADER_MISMATCH);
	assert_null(refusal.id);
}

static void
a_refusal_is_written_as_a_json_rpc_error(void **state UNUSED)
{
	struct buf b = buf_new(&arena, 4096);

	refused(CALL, &list, MCP_HEADER_MISMATCH);
	mcp_refusal_body(&b, &refusal);
	assert_string_equal(buf_text(&b),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32020,"
	    "\"message\":\"Header mismatch: Mcp-Method is not the body's method\"}}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mcp_2026_07_28_reads_a_call_whose_headers_agree),
		cmocka_unit_test(mcp_2026_07_28_discover_needs_no_name),
		cmocka_unit_test(mcp_2026_07_28_removed_methods_with_an_envelope_are_modern),
		cmocka_unit_test(mcp_2026_07_28_client_info_may_be_missing_and_null_keys_may_not),
		cmocka_unit_test(mcp_2026_07_28_a_missing_envelope_is_named_by_its_key),
		cmocka_unit_test(mcp_2026_07_28_the_version_header_is_required_and_equals_the_body),
		cmocka_unit_test(mcp_2026_07_28_an_unsupported_version_is_told_the_others),
		cmocka_unit_test(mcp_2026_07_28_a_mismatch_comes_before_an_unsupported_version),
		cmocka_unit_test(mcp_2026_07_28_mcp_method_is_required_and_equals_the_body),
		cmocka_unit_test(mcp_2026_07_28_mcp_name_is_required_and_equals_the_body),
		cmocka_unit_test(mcp_2026_07_28_resources_read_mirrors_its_uri),
		cmocka_unit_test(a_call_without_a_name_in_its_body_agrees_with_no_header),
		cmocka_unit_test(modern_notifications_are_checked_against_present_headers),
		cmocka_unit_test(a_refusal_is_written_as_a_json_rpc_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
