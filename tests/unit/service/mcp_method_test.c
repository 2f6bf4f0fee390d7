/* SPDX-License-Identifier: MIT */
#include "mcp_say.h"

static void
mcp_2025_11_25_initialize_negotiates_and_names_its_capabilities(UNUSED void **state)
{
	static const struct { const char *asked, *given; } versions[] = {
		{ "2025-11-25", "2025-11-25" }, { "2025-06-18", "2025-06-18" },
		{ "2025-03-26", "2025-03-26" }, { "1.0.0", MCP_LEGACY_LATEST },
	};

	for (size_t i = 0; i < COUNT(versions); i++) {
		struct json_object *r;

		say_legacy(arena_printf(&fix.arena, REQUEST("initialize",
		    "\"protocolVersion\":\"%s\",\"capabilities\":{},"
		    "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}"), versions[i].asked));
		r = told_result();
		assert_string_equal(json_string(r, "protocolVersion"), versions[i].given);
		assert_non_null(json_object_member(json_object_member(r, "capabilities"), "tools"));
		assert_string_equal(json_string(json_object_member(r, "serverInfo"), "name"),
		    "sallyport");
		assert_string_equal(json_string(json_object_member(r, "serverInfo"), "version"),
		    SALLYPORT_VERSION);
	}
}

static void
mcp_2025_11_25_a_ping_is_answered_with_an_empty_result(UNUSED void **state)
{
	say_legacy(REQUEST("ping", ""));
	assert_int_equal(json_object_object_length(told_result()), 0);
}

/* What 2026-07-28 asks of each result, and of those that may be kept. */
static void
result_is_modern(bool kept)
{
	struct json_object *r = told_result();
	int64_t ttl = 0;

	assert_string_equal(json_string(r, "resultType"), "complete");
	assert_string_equal(json_string(json_object_member(json_object_member(r, "_meta"),
	    KEY "serverInfo"), "name"), "sallyport");
	assert_int_equal(json_int(r, "ttlMs", &ttl) && ttl > 0, kept);
	if (kept)
		assert_string_equal(json_string(r, "cacheScope"), "private");
	else
		assert_false(json_has(r, "cacheScope"));
}

static void
mcp_2026_07_28_discover_tells_versions_and_capabilities(UNUSED void **state)
{
	struct json_object *versions;

	say_modern(REQUEST("server/discover", META), "server/discover", NULL);
	result_is_modern(true);
	versions = json_array_member(told_result(), "supportedVersions");
	for (size_t i = 0; mcp_versions[i] != NULL; i++)
		assert_string_equal(json_object_get_string(json_object_array_get_idx(versions, i)),
		    mcp_versions[i]);
	assert_non_null(json_object_member(json_object_member(told_result(), "capabilities"),
	    "tools"));
}

static void
the_list_holds_every_tool_in_both_eras(UNUSED void **state)
{
	for (int era = 0; era < 2; era++) {
		struct json_object *tools;
		size_t n = 0;

		if (era == 0)
			say_legacy(REQUEST("tools/list", ""));
		else
			say_modern(REQUEST("tools/list", META), "tools/list", NULL);
		tools = json_array_member(told_result(), "tools");
		for (; tools_builtin[n] != NULL; n++)
			assert_string_equal(json_string(json_object_array_get_idx(tools, n),
			    "name"), tools_builtin[n]->name);
		assert_int_equal(json_object_array_length(tools), n);
		assert_false(json_has(told_result(), "nextCursor"));
		if (era == 0)
			assert_false(json_has(told_result(), "resultType"));
		else
			result_is_modern(true);
	}
}

static void
a_cursor_that_was_never_given_out_is_invalid(UNUSED void **state)
{
	say_legacy(REQUEST("tools/list", "\"cursor\":\"x\""));
	told_error(200, JSONRPC_INVALID_PARAMS);
	say_legacy(REQUEST("tools/list", "\"cursor\":null"));
	told_error(200, JSONRPC_INVALID_PARAMS);
	say_modern(REQUEST("tools/list", META ",\"cursor\":\"\""), "tools/list", NULL);
	told_error(200, JSONRPC_INVALID_PARAMS);
}

static void
an_unknown_method_is_200_to_the_old_and_404_to_the_new(UNUSED void **state)
{
	static const char *const legacy[] = {
		"tools", "tools/lists", "TOOLS/LIST", "resources/list", "prompts/get",
		"server/discover", "subscriptions/listen",
	};
	static const char *const modern[] = {
		"initialize", "ping", "logging/setLevel", "resources/list", "no/such",
	};

	for (size_t i = 0; i < COUNT(legacy); i++) {
		say_legacy(arena_printf(&fix.arena, REQUEST("%s", ""), legacy[i]));
		told_error(200, JSONRPC_METHOD_NOT_FOUND);
	}
	for (size_t i = 0; i < COUNT(modern); i++) {
		say_modern(arena_printf(&fix.arena, REQUEST("%s", META), modern[i]), modern[i],
		    NULL);
		told_error(404, JSONRPC_METHOD_NOT_FOUND);
	}
}

#define LEVEL(value)	"\"_meta\":{\"" KEY "protocolVersion\":\"" MODERN "\",\"" KEY	\
			"clientCapabilities\":{},\"" KEY "logLevel\":" value "}"

static void
mcp_2026_07_28_a_log_level_is_one_of_eight(UNUSED void **state)
{
	static const char *const good[] = { "debug", "info", "notice", "warning", "error",
	    "critical", "alert", "emergency" };
	static const char *const bad[] = { "\"\"", "\"warn\"", "\"INFO\"", "1", "null", "{}" };

	for (size_t i = 0; i < COUNT(good); i++) {
		say_modern(arena_printf(&fix.arena, REQUEST("tools/list", LEVEL("\"%s\"")),
		    good[i]), "tools/list", NULL);
		(void)told_result();
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		say_modern(arena_printf(&fix.arena, REQUEST("tools/list", LEVEL("%s")), bad[i]),
		    "tools/list", NULL);
		told_error(200, JSONRPC_INVALID_PARAMS);
	}
	say_legacy(REQUEST("tools/list", "\"_meta\":{\"" KEY "logLevel\":\"warn\"}"));
	(void)told_result();
}

static void
jsonrpc_s5_an_id_comes_back_as_it_was_written(UNUSED void **state)
{
	static const char *const ids[] = { "1", "-7", "9007199254740993", "\"1\"", "\"\"",
	    "\"a\\u0041\\\"\"" };

	for (size_t i = 0; i < COUNT(ids); i++) {
		say_legacy(arena_printf(&fix.arena,
		    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"ping\"}", ids[i]));
		(void)told_result();
		assert_non_null(strstr(buf_text(&rs.body), arena_printf(&fix.arena, "\"id\":%s,",
		    ids[i])));
	}
}

static void
rfc9110_s12_5_1_an_accept_without_json_is_not_acceptable(UNUSED void **state)
{
	static const char *const no[] = { "text/html", "text/event-stream",
	    "application/json;q=0" };
	static const char *const yes[] = { "", "*/*", "application/*", "application/json" };
	const struct mcp_headers legacy = { .protocol_version = "2025-11-25" };

	for (size_t i = 0; i < COUNT(no); i++)
		assert_int_equal(post(REQUEST("ping", ""), &legacy, no[i]), NOT_ACCEPTABLE);
	for (size_t i = 0; i < COUNT(yes); i++) {
		assert_int_equal(post(REQUEST("ping", ""), &legacy, yes[i]), OAUTH_OK);
		(void)told_result();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SAY(mcp_2025_11_25_initialize_negotiates_and_names_its_capabilities),
		SAY(mcp_2025_11_25_a_ping_is_answered_with_an_empty_result),
		SAY(mcp_2026_07_28_discover_tells_versions_and_capabilities),
		SAY(the_list_holds_every_tool_in_both_eras),
		SAY(a_cursor_that_was_never_given_out_is_invalid),
		SAY(an_unknown_method_is_200_to_the_old_and_404_to_the_new),
		SAY(mcp_2026_07_28_a_log_level_is_one_of_eight),
		SAY(jsonrpc_s5_an_id_comes_back_as_it_was_written),
		SAY(rfc9110_s12_5_1_an_accept_without_json_is_not_acceptable),
	};

	return RUN(tests, NULL, NULL);
}
