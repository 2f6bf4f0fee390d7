/* SPDX-License-Identifier: MIT */
#include "protocol/mcp_param.h"

#include "arena_group.h"

#define LIST(schema)							\
	"{\"result\":{\"tools\":[{\"name\":\"other\"},{\"name\":\"x\","		\
	"\"inputSchema\":" schema "}],\"nextCursor\":\"c1\"}}"
#define CALL(arguments)	"{\"params\":{\"name\":\"x\",\"arguments\":" arguments "}}"
#define REGION								\
	"{\"type\":\"object\",\"properties\":{\"region\":{\"x-mcp-header\":\"Region\"}}}"

/* The headers that the list asks of the call, one behind the other; "none" for an unknown tool. */
static const char *
headers(const char *list, const char *call)
{
	const char *header[MCP_PARAMS_MAX], *all = "";
	int n = mcp_param_headers(&a, list, call, header);

	for (int i = 0; i < n; i++)
		all = arena_printf(&a, "%s%s|", all, header[i]);
	return n < 0 ? "none" : all;
}

static void
mcp_2026_07_28_a_string_is_mirrored(UNUSED void **state)
{
	assert_string_equal(headers(LIST(REGION), CALL("{\"region\":\"us-west1\"}")),
	    "Mcp-Param-Region: us-west1|");
	assert_string_equal(headers(LIST(REGION), CALL("{\"region\":\"\\u20ac\"}")),
	    "Mcp-Param-Region: =?base64?4oKs?=|");
	assert_string_equal(headers(LIST(REGION), CALL("{\"region\":\"a\\r\\nX: y\"}")),
	    "Mcp-Param-Region: =?base64?YQ0KWDogeQ==?=|");
}

static void
mcp_2026_07_28_integers_and_booleans_are_mirrored(UNUSED void **state)
{
	assert_string_equal(
	    headers(LIST(REGION), CALL("{\"region\":42}")), "Mcp-Param-Region: 42|");
	assert_string_equal(
	    headers(LIST(REGION), CALL("{\"region\":-7}")), "Mcp-Param-Region: -7|");
	assert_string_equal(
	    headers(LIST(REGION), CALL("{\"region\":true}")), "Mcp-Param-Region: true|");
	assert_string_equal(
	    headers(LIST(REGION), CALL("{\"region\":false}")), "Mcp-Param-Region: false|");
}

static void
mcp_2026_07_28_what_is_absent_null_or_of_another_type_has_no_header(UNUSED void **state)
{
	static const char *const calls[] = {
		CALL("{}"),
		CALL("{\"region\":null}"),
		CALL("{\"region\":[\"a\"]}"),
		CALL("{\"region\":{}}"),
		CALL("{\"region\":1.5}"),
		CALL("null"),
		"{\"params\":{\"name\":\"x\"}}",
		CALL("{\"Region\":\"a\"}"),
	};

	for (size_t i = 0; i < COUNT(calls); i++)
		assert_string_equal(headers(LIST(REGION), calls[i]), "");
}

static void
mcp_2026_07_28_properties_are_looked_at_however_deep(UNUSED void **state)
{
	static const char list[] =
	    LIST("{\"properties\":{\"where\":{\"properties\":{\"region\":{\"x-mcp-header\":"
	         "\"Region\"},\"zone\":{\"x-mcp-header\":\"Zone\"}}},\"id\":{\"x-mcp-header\":"
	         "\"Id\"}}}");

	assert_string_equal(
	    headers(list, CALL("{\"where\":{\"region\":\"eu\",\"zone\":\"a\"},\"id\":1}")),
	    "Mcp-Param-Region: eu|Mcp-Param-Zone: a|Mcp-Param-Id: 1|");
	assert_string_equal(headers(list, CALL("{\"where\":\"eu\",\"id\":1}")), "Mcp-Param-Id: 1|");
	assert_string_equal(headers(list, CALL("{\"region\":\"eu\"}")), "");
}

static void
mcp_2026_07_28_only_a_path_of_properties_counts(UNUSED void **state)
{
	static const char *const schemas[] = {
		LIST("{\"x-mcp-header\":\"Region\",\"region\":{\"x-mcp-header\":\"Region\"}}"),
		LIST("{\"items\":{\"properties\":{\"region\":{\"x-mcp-header\":\"Region\"}}}}"),
		LIST("{\"anyOf\":[{\"properties\":{\"region\":{\"x-mcp-header\":\"Region\"}}}]}"),
		LIST("{\"properties\":[{\"region\":{\"x-mcp-header\":\"Region\"}}]}"), LIST("null"),
		LIST("{\"properties\":{\"region\":{\"x-mcp-header\":1}}}"),
		LIST("{\"properties\":{\"region\":\"x-mcp-header\"}}"),
	};

	for (size_t i = 0; i < COUNT(schemas); i++)
		assert_string_equal(headers(schemas[i], CALL("{\"region\":\"eu\"}")), "");
}

/* Else a schema could write headers of its own. */
static void
a_name_that_no_header_can_have_is_left_out(UNUSED void **state)
{
	static const char *const names[] = { "", "a b", "a:b", "a\\r\\nX-Evil: 1", "\\u00e4", "a/b",
		"a\\u0001" };

	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(headers(arena_printf(&a,
		    LIST("{\"properties\":{\"region\":{\"x-mcp-header\":\"%s\"}}}"), names[i]),
		    CALL("{\"region\":\"eu\"}")), "");
}

static void
there_are_not_more_than_can_be_held(UNUSED void **state)
{
	struct buf list = buf_new(&a, 8192), call = buf_new(&a, 8192);
	const char *header[MCP_PARAMS_MAX];

	buf_lit(&list,
	    "{\"result\":{\"tools\":[{\"name\":\"x\",\"inputSchema\":{\"properties\":{\"z\":{}");
	buf_lit(&call, "{\"params\":{\"name\":\"x\",\"arguments\":{\"z\":1");
	for (int i = 0; i < 2 * MCP_PARAMS_MAX; i++) {
		buf_lit(&list, arena_printf(&a, ",\"p%d\":{\"x-mcp-header\":\"P%d\"}", i, i));
		buf_lit(&call, arena_printf(&a, ",\"p%d\":%d", i, i));
	}
	buf_lit(&list, "}}}]}}");
	buf_lit(&call, "}}}");
	assert_int_equal(
	    mcp_param_headers(&a, buf_text(&list), buf_text(&call), header), MCP_PARAMS_MAX);
}

static void
a_tool_that_is_not_in_the_list_is_told_from_one_without_headers(UNUSED void **state)
{
	static const char *const lists[] = { "{\"result\":{\"tools\":[]}}", "{\"result\":{}}",
		"{\"error\":{}}", "[]", "x", "",
		"{\"result\":{\"tools\":[{\"name\":\"X\"},{\"name\":1},1,null]}}" };

	for (size_t i = 0; i < COUNT(lists); i++)
		assert_string_equal(headers(lists[i], CALL("{}")), "none");
	assert_string_equal(
	    headers(LIST(REGION), "{\"params\":{\"arguments\":{\"region\":\"eu\"}}}"), "none");
	assert_string_equal(headers(LIST(REGION), "x"), "none");
	assert_string_equal(headers("{\"result\":{\"tools\":[{\"name\":\"x\"}]}}", CALL("{}")), "");
}

static void
the_next_page_is_named_by_its_cursor(UNUSED void **state)
{
	assert_string_equal(mcp_param_next(&a, LIST("{}")), "c1");
	assert_null(mcp_param_next(&a, "{\"result\":{\"tools\":[]}}"));
	assert_null(mcp_param_next(&a, "{\"result\":{\"nextCursor\":null}}"));
	assert_null(mcp_param_next(&a, "{\"nextCursor\":\"c1\"}"));
	assert_null(mcp_param_next(&a, "x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mcp_2026_07_28_a_string_is_mirrored),
		cmocka_unit_test(mcp_2026_07_28_integers_and_booleans_are_mirrored),
		cmocka_unit_test(
		    mcp_2026_07_28_what_is_absent_null_or_of_another_type_has_no_header),
		cmocka_unit_test(mcp_2026_07_28_properties_are_looked_at_however_deep),
		cmocka_unit_test(mcp_2026_07_28_only_a_path_of_properties_counts),
		cmocka_unit_test(a_name_that_no_header_can_have_is_left_out),
		cmocka_unit_test(there_are_not_more_than_can_be_held),
		cmocka_unit_test(a_tool_that_is_not_in_the_list_is_told_from_one_without_headers),
		cmocka_unit_test(the_next_page_is_named_by_its_cursor),
	};

	return RUN(tests, open_arena, close_arena);
}
