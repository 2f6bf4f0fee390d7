/* SPDX-License-Identifier: MIT */
#include "service/tool.h"

#include "protocol/json.h"

#include "fixture.h"

#define NAME_BYTES	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

static struct json_object *
definition_of(const struct tool *t)
{
	return json_parse(&fix.arena, t->definition, strlen(t->definition));
}

static void
mcp_tools_a_name_is_1_to_128_plain_characters_and_used_once(UNUSED void **state)
{
	for (const struct tool *const *t = tools_builtin; *t != NULL; t++) {
		size_t n = strlen((*t)->name);

		if (n < 1 || n > 128 || strspn((*t)->name, NAME_BYTES) != n)
			fail_msg("%s", (*t)->name);
		assert_ptr_equal(tool_find((*t)->name), *t);
	}
}

static void
the_order_of_the_list_is_fixed(UNUSED void **state)
{
	static const char *const names[] = { "get_graph_user_details" };

	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(tools_builtin[i]->name, names[i]);
	assert_null(tools_builtin[COUNT(names)]);
}

static void
unknown_names_find_nothing(UNUSED void **state)
{
	static const char *const names[] = {
		"", "get_graph_user", "get_graph_user_details ", "GET_GRAPH_USER_DETAILS",
		"get_graph_user_detailsx", "*",
	};

	for (size_t i = 0; i < COUNT(names); i++)
		assert_null(tool_find(names[i]));
}

static void
mcp_tools_a_definition_is_a_tool_object_of_that_name(UNUSED void **state)
{
	for (const struct tool *const *t = tools_builtin; *t != NULL; t++) {
		AUTO(json) struct json_object *json = definition_of(*t);

		assert_true(json_object_is_type(json, json_type_object));
		assert_string_equal(json_string(json, "name"), (*t)->name);
		assert_non_null(json_string(json, "title"));
		assert_true(strlen(json_string(json, "description")) > 40);
		assert_non_null((*t)->call);
	}
}

static void
mcp_tools_both_schemas_describe_objects(UNUSED void **state)
{
	for (const struct tool *const *t = tools_builtin; *t != NULL; t++) {
		AUTO(json) struct json_object *json = definition_of(*t);
		struct json_object *output = json_object_member(json, "outputSchema");

		assert_string_equal(json_string(json_object_member(json, "inputSchema"), "type"),
		    "object");
		if (!json_has(json, "outputSchema"))
			continue;
		assert_string_equal(json_string(output, "type"), "object");
		assert_non_null(json_object_member(output, "properties"));
	}
}

static void
what_a_schema_requires_it_describes(UNUSED void **state)
{
	static const char *const schemas[] = { "inputSchema", "outputSchema" };

	for (const struct tool *const *t = tools_builtin; *t != NULL; t++)
		for (size_t i = 0; i < COUNT(schemas); i++) {
			AUTO(json) struct json_object *json = definition_of(*t);
			struct json_object *schema = json_object_member(json, schemas[i]);
			struct json_object *described = json_object_member(schema, "properties");
			struct json_object *names = json_array_member(schema, "required");
			size_t n = names == NULL ? 0 : json_object_array_length(names);

			for (size_t k = 0; k < n; k++)
				assert_non_null(json_object_member(described,
				    json_object_get_string(json_object_array_get_idx(names, k))));
		}
}

static void
a_tool_that_reads_alone_says_so(UNUSED void **state)
{
	AUTO(json) struct json_object *json = definition_of(&tool_graph_user);
	struct json_object *hints = json_object_member(json, "annotations"), *hint = NULL;

	assert_true(json_object_object_get_ex(hints, "readOnlyHint", &hint));
	assert_true(json_object_get_boolean(hint));
	assert_true(json_object_object_get_ex(hints, "destructiveHint", &hint));
	assert_false(json_object_get_boolean(hint));
}

static void
a_failure_has_its_reference_and_says_whether_to_call_again(UNUSED void **state)
{
	struct tool_result result = { .is_error = false };

	assert_int_equal(tool_failed(&fix.rq, true, "Say \"please\".", &result), OAUTH_OK);
	assert_true(result.is_error);
	assert_string_equal(result.text, "Say \"please\". (reference 0123456789abcdef)");
	assert_string_equal(result.structured, "{\"success\":false,\"error\":\"Say \\\"please\\\". "
	    "(reference 0123456789abcdef)\",\"retryable\":true}");
	assert_int_equal(tool_failed(&fix.rq, false, "No.", &result), OAUTH_OK);
	assert_non_null(strstr(result.structured, "\"retryable\":false}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(mcp_tools_a_name_is_1_to_128_plain_characters_and_used_once),
		CASE(the_order_of_the_list_is_fixed),
		CASE(unknown_names_find_nothing),
		CASE(mcp_tools_a_definition_is_a_tool_object_of_that_name),
		CASE(mcp_tools_both_schemas_describe_objects),
		CASE(what_a_schema_requires_it_describes),
		CASE(a_tool_that_reads_alone_says_so),
		CASE(a_failure_has_its_reference_and_says_whether_to_call_again),
	};

	return RUN(tests, NULL, NULL);
}
