/* SPDX-License-Identifier: MIT */
/* mcp_bridge_legacy.c - mcp_bridge.h's second half: a legacy client, a modern upstream */
#include "protocol/json_edit.h"
#include "protocol/json_member.h"
#include "protocol/jsonrpc.h"
#include "protocol/mcp.h"
#include "protocol/mcp_bridge.h"

#define PREFIX		"io.modelcontextprotocol/"
#define VERSION		"\"" PREFIX "protocolVersion\":\"" MCP_MODERN_VERSION "\""
#define CAPABILITIES	"\"" PREFIX "clientCapabilities\":{}"
#define ROOM		((size_t)16 * 1024)	/* bytes that a bridge adds at most */

const char *
mcp_bridge_ask_discover(struct arena *a)
{
	return arena_string(a, "{\"jsonrpc\":\"2.0\",\"id\":\"discover\",\"method\":\"server/discover\","
	    "\"params\":{\"_meta\":{" VERSION "," CAPABILITIES "}}}");
}

const char *
mcp_bridge_ask_tools(struct arena *a, const char *cursor)
{
	struct buf b = buf_new(a, ROOM);

	buf_lit(&b, "{\"jsonrpc\":\"2.0\",\"id\":\"tools\",\"method\":\"tools/list\",\"params\":{");
	if (cursor != NULL) {
		buf_lit(&b, "\"cursor\":");
		buf_json(&b, cursor);
		buf_lit(&b, ",");
	}
	buf_lit(&b, "\"_meta\":{" VERSION "," CAPABILITIES "}}}");
	return buf_text(&b) == NULL ? "" : b.text;
}

static bool
lists_modern(struct arena *a, const struct json_members *result)
{
	const struct json_member *m = json_member_find(result, "supportedVersions");
	AUTO(json) struct json_object *list = m == NULL ? NULL : json_parse(a, m->text, m->len);

	return json_array_has(list, MCP_MODERN_VERSION);
}

bool
mcp_bridge_read_discover(struct arena *a, const char *text, size_t n, struct mcp_upstream *out)
{
	struct json_members message, result, meta = { 0 };

	if (!json_edit_read(a, text, n, &message) || !json_edit_open(a, &message, "result", &result) ||
	    !lists_modern(a, &result))
		return false;
	if (json_member_has(&result, "_meta") && !json_edit_open(a, &result, "_meta", &meta))
		return false;
	*out = (struct mcp_upstream){
		.capabilities = json_edit_source(a, &result, "capabilities"),
		.server_info = json_edit_source(a, &meta, PREFIX "serverInfo"),
		.instructions = json_edit_source(a, &result, "instructions"),
	};
	return true;
}

const char *
mcp_bridge_initialize_answer(struct arena *a, const char *id, const char *version,
    const struct mcp_upstream *u)
{
	struct buf result = buf_new(a, ROOM + 64 * 1024), b = buf_new(a, ROOM + 128 * 1024);

	buf_lit(&result, "{\"protocolVersion\":");
	buf_json(&result, version);
	buf_lit(&result, ",\"capabilities\":");
	buf_lit(&result, mcp_bridge_capabilities(a, u->capabilities));
	buf_lit(&result, ",\"serverInfo\":");
	buf_lit(&result, mcp_bridge_short(u->server_info) != NULL ? u->server_info :
	    "{\"name\":\"upstream\",\"version\":\"0\"}");
	if (mcp_bridge_short(u->instructions) != NULL) {
		buf_lit(&result, ",\"instructions\":");
		buf_lit(&result, u->instructions);
	}
	buf_lit(&result, "}");
	jsonrpc_result(&b, id, buf_text(&result) == NULL ? "{}" : result.text);
	return buf_text(&b) == NULL ? "" : b.text;
}

const char *
mcp_bridge_request_to_modern(struct arena *a, const char *text, size_t n)
{
	struct json_members message, params = { 0 }, meta = { 0 };
	const struct json_edit envelope[] = {
		{ PREFIX "protocolVersion", "\"" MCP_MODERN_VERSION "\"" },
		{ PREFIX "clientCapabilities", "{}" },
	};
	const char *changed;

	if (!json_edit_read(a, text, n, &message) ||
	    (json_member_has(&message, "params") && !json_edit_open(a, &message, "params", &params)) ||
	    (json_member_has(&params, "_meta") && !json_edit_open(a, &params, "_meta", &meta)) ||
	    (changed = json_edit_text(a, &meta, envelope, COUNT(envelope), 2 * n + ROOM)) == NULL ||
	    (changed = json_edit_text(a, &params, &(struct json_edit){ "_meta", changed }, 1, 2 * n + ROOM)) == NULL)
		return NULL;
	return json_edit_text(a, &message, &(struct json_edit){ "params", changed }, 1, 2 * n + ROOM);
}

/* A question that nobody can be asked: a tool's failure that a model can read, else an error. */
static const char *
cannot_ask(struct arena *a, const char *id, const char *method)
{
	static const char text[] = "The server needs an answer of the user for this, and this client's "
	    "version of the protocol has no way to ask for it here. A client of " MCP_MODERN_VERSION
	    " can go on.";
	struct buf b = buf_new(a, ROOM);

	if (strcmp(method, "tools/call") == 0)
		jsonrpc_result(&b, id, arena_printf(a, "{\"content\":[{\"type\":\"text\",\"text\":\"%s\"}],"
		    "\"isError\":true}", text));
	else
		jsonrpc_error(&b, id, JSONRPC_INTERNAL_ERROR, text, NULL);
	return buf_text(&b);
}

const char *
mcp_bridge_answer_to_legacy(struct arena *a, const char *text, size_t n, const char *method)
{
	struct json_members message, result;
	struct json_edit edit[] = {
		{ "resultType", NULL }, { "ttlMs", NULL }, { "cacheScope", NULL }, { "structuredContent", NULL },
	};
	const struct json_member *structured;
	const char *type, *id, *changed;
	size_t edits = COUNT(edit);

	if (!json_edit_read(a, text, n, &message))
		return NULL;
	if (!json_edit_open(a, &message, "result", &result))
		return json_member_has(&message, "error") ? json_edit_text(a, &message, NULL, 0, 2 * n + ROOM) : NULL;
	type = json_member_string(a, &result, "resultType");
	id = json_edit_source(a, &message, "id");
	if (type != NULL && strcmp(type, "complete") != 0)
		return id == NULL ? NULL : cannot_ask(a, id, method);
	/* Before 2026-07-28 structured content is an object; its text stands beside it. */
	structured = json_member_find(&result, "structuredContent");
	if (structured == NULL || structured->text[0] == '{')
		edits--;
	if ((changed = json_edit_text(a, &result, edit, edits, 2 * n + ROOM)) == NULL)
		return NULL;
	return json_edit_text(a, &message, &(struct json_edit){ "result", changed }, 1, 2 * n + ROOM);
}
