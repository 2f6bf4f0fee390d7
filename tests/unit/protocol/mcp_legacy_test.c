/* SPDX-License-Identifier: MIT */
#include "mcp_expect.h"

#define INITIALIZE(version) REQUEST("initialize", "\"protocolVersion\":\"" version "\"")
#define PING		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"
#define NOTE		"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}"
#define RESPONSE	"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"

static void
jsonrpc2_s5_1_what_is_not_json_is_a_parse_error(void **state UNUSED)
{
	static const char *const bad[] = {
		"", "{", "nonsense", "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}",
		"\"\xff\"", "[1,", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		refused(bad[i], &no_headers, JSONRPC_PARSE_ERROR);
		assert_null(refusal.id);
	}
}

static void
jsonrpc2_s5_1_what_is_no_message_is_an_invalid_request(void **state UNUSED)
{
	static const char *const bad[] = { "null", "1", "\"x\"", "true", "{}", "{\"id\":null}" };

	for (size_t i = 0; i < COUNT(bad); i++)
		refused(bad[i], &no_headers, JSONRPC_INVALID_REQUEST);
	refused(REQUEST("", ""), &list, JSONRPC_INVALID_REQUEST);
	assert_string_equal(refusal.id, "1");
}

static void
mcp_2025_11_25_a_request_without_a_version_header_is_2025_03_26(void **state UNUSED)
{
	const struct mcp_message *m = accepted(PING, &no_headers);

	assert_int_equal(m->era, MCP_LEGACY);
	assert_string_equal(m->version, "2025-03-26");
}

static void
mcp_2025_11_25_the_version_header_names_the_version(void **state UNUSED)
{
	for (size_t i = 1; mcp_versions[i] != NULL; i++) {
		const struct mcp_headers h = HEADERS(mcp_versions[i], "ignored", "ignored");
		const struct mcp_message *m = accepted(PING, &h);

		assert_int_equal(m->era, MCP_LEGACY);
		assert_string_equal(m->version, mcp_versions[i]);
	}
}

static void
mcp_2025_11_25_an_unknown_version_header_is_a_bad_request(void **state UNUSED)
{
	static const char *const unknown[] = { "v999", "", "2025-11-2", "2025-11-25, 2025-06-18" };

	for (size_t i = 0; i < COUNT(unknown); i++) {
		const struct mcp_headers h = HEADERS(unknown[i], NULL, NULL);

		refused(PING, &h, JSONRPC_INVALID_REQUEST);
		assert_non_null(strstr(refusal.message, "Unsupported protocol version"));
		assert_string_equal(refusal.id, "1");
		refused(NOTE, &h, JSONRPC_INVALID_REQUEST);
		refused(RESPONSE, &h, JSONRPC_INVALID_REQUEST);
	}
}

static void
mcp_2025_11_25_initialize_carries_the_negotiated_version(void **state UNUSED)
{
	assert_string_equal(accepted(INITIALIZE("2025-06-18"), &no_headers)->version, "2025-06-18");
	assert_string_equal(accepted(INITIALIZE("2024-11-05"), &no_headers)->version, "2024-11-05");
	assert_string_equal(accepted(INITIALIZE("1.0"), &no_headers)->version, "2025-11-25");
	assert_string_equal(accepted(INITIALIZE(MODERN), &no_headers)->version, "2025-11-25");
	assert_string_equal(accepted(REQUEST("initialize", ""), &no_headers)->version,
	    "2025-11-25");
	assert_int_equal(post.message[0].era, MCP_LEGACY);
}

static void
initialize_ignores_a_version_header_unless_it_is_modern(void **state UNUSED)
{
	const struct mcp_headers unknown = HEADERS("v999", NULL, NULL);
	const struct mcp_headers modern = HEADERS(MODERN, NULL, NULL);

	assert_string_equal(accepted(INITIALIZE("2025-06-18"), &unknown)->version, "2025-06-18");
	refused(INITIALIZE("2025-06-18"), &modern, MCP_HEADER_MISMATCH);
	assert_string_equal(refusal.id, "1");
}

static void
responses_are_legacy_whatever_era_their_header_names(void **state UNUSED)
{
	const struct mcp_headers modern = HEADERS(MODERN, NULL, NULL);

	assert_int_equal(accepted(RESPONSE, &modern)->era, MCP_LEGACY);
	assert_int_equal(post.message[0].rpc.kind, JSONRPC_RESPONSE);
	assert_string_equal(post.message[0].version, "2025-03-26");
	assert_int_equal(accepted(RESPONSE, &no_headers)->era, MCP_LEGACY);
}

static void
mcp_2025_03_26_a_batch_is_read_in_order(void **state UNUSED)
{
	static const char body[] = " [ " PING " , " NOTE "," RESPONSE
	    ",{\"jsonrpc\":\"2.0\",\"id\":\"\\u0062\",\"method\":\"tools/list\"}] ";
	const struct mcp_headers h = HEADERS("2025-03-26", NULL, NULL);

	(void)accepted(body, &h);
	(void)accepted(body, &no_headers);
	assert_true(post.batch);
	assert_int_equal(post.count, 4);
	assert_string_equal(post.message[0].rpc.method, "ping");
	assert_int_equal(post.message[1].rpc.kind, JSONRPC_NOTIFICATION);
	assert_int_equal(post.message[2].rpc.kind, JSONRPC_RESPONSE);
	assert_string_equal(post.message[3].rpc.id, "\"\\u0062\"");
	assert_string_equal(post.message[3].version, "2025-03-26");
	(void)accepted("[" PING "]", &h);
	assert_true(post.batch);
}

static void
other_versions_have_no_batches(void **state UNUSED)
{
	static const char *const other[] = { MODERN, "2025-11-25", "2025-06-18", "2024-11-05", "" };

	for (size_t i = 0; i < COUNT(other); i++) {
		const struct mcp_headers h = HEADERS(other[i], NULL, NULL);

		refused("[" PING "]", &h, JSONRPC_INVALID_REQUEST);
	}
}

static void
a_batch_with_one_bad_message_is_refused_as_a_whole(void **state UNUSED)
{
	static const char *const bad[] = {
		"[]", "[1]", "[null]", "[" PING ",{}]", "[" PING ",[" PING "]]",
		"[" PING "," INITIALIZE("2025-03-26") "]", "[" NOTE "," CALL "]",
		"[{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}]",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		refused(bad[i], &no_headers, JSONRPC_INVALID_REQUEST);
		assert_null(refusal.id);
	}
}

/* A batch of that many notifications. */
static const char *
batch_of(size_t n)
{
	struct buf b = buf_new(&arena, 65536);

	for (size_t i = 0; i < n; i++) {
		buf_lit(&b, i == 0 ? "[" : ",");
		buf_lit(&b, NOTE);
	}
	buf_lit(&b, "]");
	return buf_text(&b);
}

static void
a_batch_has_an_end(void **state UNUSED)
{
	(void)accepted(batch_of(MCP_BATCH_MAX), &no_headers);
	assert_int_equal(post.count, MCP_BATCH_MAX);
	refused(batch_of(MCP_BATCH_MAX + 1), &no_headers, JSONRPC_INVALID_REQUEST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jsonrpc2_s5_1_what_is_not_json_is_a_parse_error),
		cmocka_unit_test(jsonrpc2_s5_1_what_is_no_message_is_an_invalid_request),
		cmocka_unit_test(mcp_2025_11_25_a_request_without_a_version_header_is_2025_03_26),
		cmocka_unit_test(mcp_2025_11_25_the_version_header_names_the_version),
		cmocka_unit_test(mcp_2025_11_25_an_unknown_version_header_is_a_bad_request),
		cmocka_unit_test(mcp_2025_11_25_initialize_carries_the_negotiated_version),
		cmocka_unit_test(initialize_ignores_a_version_header_unless_it_is_modern),
		cmocka_unit_test(responses_are_legacy_whatever_era_their_header_names),
		cmocka_unit_test(mcp_2025_03_26_a_batch_is_read_in_order),
		cmocka_unit_test(other_versions_have_no_batches),
		cmocka_unit_test(a_batch_with_one_bad_message_is_refused_as_a_whole),
		cmocka_unit_test(a_batch_has_an_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
