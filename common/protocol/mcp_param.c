/* SPDX-License-Identifier: MIT */
#include "protocol/mcp_param.h"

#include <json-c/json_object_iterator.h>

#include "protocol/mcp_header.h"

#define INTEGER_MAX	((int64_t)9007199254740991)	/* what JSON's readers agree on */
#define TOKEN	"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

struct params {
	struct arena	 *arena;
	const char	**header;
	int		  count;
};

/* An absent argument, null, and what is neither string, integer nor boolean has no header. */
static const char *
value_of(struct arena *a, struct json_object *argument)
{
	switch (json_object_get_type(argument)) {
	case json_type_string:
		return mcp_header_encode(a, arena_string(a, json_object_get_string(argument)));
	case json_type_int:
		if (json_object_get_int64(argument) > INTEGER_MAX ||
		    json_object_get_int64(argument) < -INTEGER_MAX)
			return NULL;
		return arena_string(a, json_object_to_json_string(argument));
	case json_type_boolean:
		return json_object_get_boolean(argument) ? "true" : "false";
	default:
		return NULL;
	}
}

/* Only a path of `properties` counts; the scanner has bounded its depth. */
static void
walk(struct params *p, struct json_object *schema, struct json_object *arguments)
{
	struct json_object *properties = json_object_member(schema, "properties");
	struct json_object_iterator at, end;

	if (properties == NULL || !json_object_is_type(arguments, json_type_object))
		return;
	at = json_object_iter_begin(properties);
	end = json_object_iter_end(properties);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);
		struct json_object *property = json_object_iter_peek_value(&at), *argument = NULL;
		const char *header = json_string(property, "x-mcp-header"), *value;

		if (!json_object_object_get_ex(arguments, name, &argument))
			continue;
		walk(p, property, argument);
		if (header == NULL || *header == '\0' || strspn(header, TOKEN) != strlen(header) ||
		    p->count == MCP_PARAMS_MAX || (value = value_of(p->arena, argument)) == NULL)
			continue;
		p->header[p->count++] = arena_printf(p->arena, "Mcp-Param-%s: %s", header, value);
	}
}

static struct json_object *
find_tool(struct json_object *list, const char *name)
{
	struct json_object *tools = json_array_member(json_object_member(list, "result"), "tools");

	for (size_t i = 0; tools != NULL && name != NULL && i < json_object_array_length(tools); i++) {
		struct json_object *tool = json_object_array_get_idx(tools, i);
		const char *other = json_string(tool, "name");

		if (other != NULL && strcmp(other, name) == 0)
			return tool;
	}
	return NULL;
}

int
mcp_param_headers(struct arena *a, const char *list, const char *call,
    const char *header[static MCP_PARAMS_MAX])
{
	AUTO(json) struct json_object *listed = json_parse(a, list, strlen(list));
	AUTO(json) struct json_object *called = json_parse(a, call, strlen(call));
	struct json_object *params = json_object_member(called, "params");
	struct json_object *tool = find_tool(listed, json_string(params, "name"));
	struct params p = { .arena = a, .header = header };

	if (tool == NULL)
		return -1;
	walk(&p, json_object_member(tool, "inputSchema"), json_object_member(params, "arguments"));
	return p.count;
}

const char *
mcp_param_next(struct arena *a, const char *list)
{
	AUTO(json) struct json_object *listed = json_parse(a, list, strlen(list));
	const char *cursor = json_string(json_object_member(listed, "result"), "nextCursor");

	return cursor == NULL ? NULL : arena_string(a, cursor);
}
