/* SPDX-License-Identifier: MIT */
#include "protocol/mcp_bridge.h"

#include "protocol/json_edit.h"
#include "protocol/json_member.h"
#include "protocol/jsonrpc.h"
#include "protocol/mcp.h"

#define PREFIX		"io.modelcontextprotocol/"
#define SERVER_INFO	PREFIX "serverInfo"
#define ROOM		((size_t)16 * 1024)	/* bytes that a bridge adds at most */
#define EDITS_MAX	64


#define CLIENT_INFO	"{\"name\":\"sallyport\",\"version\":\"" SALLYPORT_VERSION "\"}"

const char mcp_bridge_initialized[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";

/* Methods that both eras have; those with lists and contents carry hints for caches. */
static const struct shared {
	const char	*method;
	bool		 cacheable;
} shared[] = {
	{ "tools/list",			true },
	{ "tools/call",			false },
	{ "prompts/list",		true },
	{ "prompts/get",		false },
	{ "resources/list",		true },
	{ "resources/templates/list",	true },
	{ "resources/read",		true },
	{ "completion/complete",	false },
};

static const struct shared *
find_shared(const char *method)
{
	for (size_t i = 0; i < COUNT(shared); i++)
		if (strcmp(shared[i].method, method) == 0)
			return &shared[i];
	return NULL;
}

bool
mcp_bridge_is_shared(const char *method)
{
	return find_shared(method) != NULL;
}

/* --- capabilities --------------------------------------------------------------------------------- */

const char *
mcp_bridge_capabilities(struct arena *a, const char *text)
{
	static const char *const kept[] = { "tools", "prompts", "resources", "completions" };
	struct json_members members;
	struct buf b = buf_new(a, ROOM);

	if (text == NULL || !json_edit_read(a, text, strlen(text), &members))
		return "{}";
	buf_lit(&b, "{");
	for (size_t i = 0; i < COUNT(kept); i++)
		if (json_member_has(&members, kept[i])) {
			buf_lit(&b, b.len > 1 ? ",\"" : "\"");
			buf_lit(&b, kept[i]);
			buf_lit(&b, "\":{}");
		}
	buf_lit(&b, "}");
	return buf_text(&b);
}

const char *
mcp_bridge_short(const char *text)
{
	return text == NULL || strlen(text) > MCP_BRIDGE_TEXT_MAX ? NULL : text;
}

static void
write_member(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_lit(b, ",\"");
	buf_lit(b, name);
	buf_lit(b, "\":");
	buf_lit(b, value);
}

/* --- a modern client, a legacy upstream ------------------------------------------------------------- */

const char *
mcp_bridge_initialize(struct arena *a)
{
	return arena_string(a, "{\"jsonrpc\":\"2.0\",\"id\":\"initialize\",\"method\":\"initialize\","
	    "\"params\":{\"protocolVersion\":\"" MCP_LEGACY_LATEST "\",\"capabilities\":{},"
	    "\"clientInfo\":" CLIENT_INFO "}}");
}

bool
mcp_bridge_read_initialize(struct arena *a, const char *text, size_t n, struct mcp_upstream *out)
{
	struct json_members message, result;
	const char *version;

	if (!json_edit_read(a, text, n, &message) || !json_edit_open(a, &message, "result", &result) ||
	    (version = json_member_string(a, &result, "protocolVersion")) == NULL)
		return false;
	*out = (struct mcp_upstream){
		.version = version, .capabilities = json_edit_source(a, &result, "capabilities"),
		.server_info = json_edit_source(a, &result, "serverInfo"),
		.instructions = json_edit_source(a, &result, "instructions"),
	};
	return true;
}

const char *
mcp_bridge_discover(struct arena *a, const char *id, const struct mcp_upstream *u)
{
	struct buf result = buf_new(a, ROOM + 64 * 1024), b = buf_new(a, ROOM + 128 * 1024);

	buf_lit(&result, "{\"resultType\":\"complete\",\"supportedVersions\":[");
	for (const char *const *v = mcp_versions; *v != NULL; v++) {
		buf_lit(&result, v == mcp_versions ? "" : ",");
		buf_json(&result, *v);
	}
	buf_lit(&result, "],\"capabilities\":");
	buf_lit(&result, mcp_bridge_capabilities(a, u->capabilities));
	write_member(&result, "instructions", mcp_bridge_short(u->instructions));
	buf_lit(&result, ",\"ttlMs\":0,\"cacheScope\":\"private\"");
	if (mcp_bridge_short(u->server_info) != NULL) {
		buf_lit(&result, ",\"_meta\":{\"" SERVER_INFO "\":");
		buf_lit(&result, u->server_info);
		buf_lit(&result, "}");
	}
	buf_lit(&result, "}");
	jsonrpc_result(&b, id, buf_text(&result) == NULL ? "{}" : result.text);
	return buf_text(&b) == NULL ? "" : b.text;
}

/* _meta without the envelope's keys; NULL when nothing is left. */
static const char *
without_envelope(struct arena *a, const struct json_members *params, size_t room)
{
	struct json_members meta;
	struct json_edit edit[EDITS_MAX];
	size_t n = 0;

	if (!json_edit_open(a, params, "_meta", &meta) || meta.count > EDITS_MAX)
		return NULL;
	for (size_t i = 0; i < meta.count; i++)
		if (strncmp(meta.member[i].name, PREFIX, sizeof PREFIX - 1) == 0)
			edit[n++] = (struct json_edit){ meta.member[i].name, NULL };
	return n == meta.count ? NULL : json_edit_text(a, &meta, edit, n, room);
}

const char *
mcp_bridge_request_to_legacy(struct arena *a, const char *text, size_t n)
{
	struct json_members message, params;
	struct json_edit edit[] = {
		{ "_meta", NULL }, { "inputResponses", NULL }, { "requestState", NULL },
	};
	const char *changed;

	if (!json_edit_read(a, text, n, &message) || !json_edit_open(a, &message, "params", &params))
		return NULL;
	edit[0].value = without_envelope(a, &params, n + ROOM);
	if ((changed = json_edit_text(a, &params, edit, COUNT(edit), 2 * n + ROOM)) == NULL)
		return NULL;
	return json_edit_text(a, &message, &(struct json_edit){ "params", changed }, 1, 2 * n + ROOM);
}

static const char *
with_server_info(struct arena *a, const struct json_members *result, const char *info, size_t room)
{
	struct json_members meta = { 0 };

	if (info == NULL)
		return json_edit_source(a, result, "_meta");
	if (json_member_has(result, "_meta") && !json_edit_open(a, result, "_meta", &meta))
		return NULL;
	return json_edit_text(a, &meta, &(struct json_edit){ SERVER_INFO, info }, 1, room);
}

static const char *
result_to_modern(struct arena *a, const struct json_members *message, const char *method,
    const struct mcp_upstream *u, size_t room)
{
	const struct shared *s = find_shared(method);
	struct json_members result;
	struct json_edit edit[4] = { { "resultType", "\"complete\"" } };
	size_t n = 1;
	const char *changed;

	if (!json_edit_open(a, message, "result", &result))
		return NULL;
	changed = with_server_info(a, &result, mcp_bridge_short(u->server_info), room);
	edit[n++] = (struct json_edit){ "_meta", changed };
	if (s != NULL && s->cacheable) {
		edit[n++] = (struct json_edit){ "ttlMs", "0" };
		edit[n++] = (struct json_edit){ "cacheScope", "\"private\"" };
	}
	if ((changed = json_edit_text(a, &result, edit, n, room)) == NULL)
		return NULL;
	return json_edit_text(a, message, &(struct json_edit){ "result", changed }, 1, room);
}

/* 2025-11-25 "URL mode elicitation" by error, as 2026-07-28 has it: a result that asks. */
static const char *
url_to_input(struct arena *a, const char *id, const struct json_members *error, const char **why)
{
	struct json_members data;
	AUTO(json) struct json_object *list = NULL;
	const struct json_member *m;
	struct buf result = buf_new(a, ROOM), b = buf_new(a, 2 * ROOM);

	*why = "no elicitation that can be passed on";
	if (!json_edit_open(a, error, "data", &data) ||
	    (m = json_member_find(&data, "elicitations")) == NULL ||
	    (list = json_parse(a, m->text, m->len)) == NULL || !json_object_is_type(list, json_type_array))
		return NULL;
	buf_lit(&result, "{\"resultType\":\"input_required\",\"inputRequests\":{");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (json_string(one, "url") == NULL || json_string(one, "message") == NULL)
			return NULL;
		buf_lit(&result, arena_printf(a, "%s\"url-%zu\":{\"method\":\"elicitation/create\",\"params\":"
		    "{\"mode\":\"url\",\"url\":", i == 0 ? "" : ",", i + 1));
		buf_json(&result, json_string(one, "url"));
		buf_lit(&result, ",\"message\":");
		buf_json(&result, json_string(one, "message"));
		buf_lit(&result, "}}");
	}
	buf_lit(&result, "}}");
	if (buf_text(&result) == NULL || json_object_array_length(list) == 0)
		return NULL;
	jsonrpc_result(&b, id, buf_text(&result));
	return buf_text(&b);
}

static const char *
error_to_modern(struct arena *a, const struct json_members *message, const struct json_members *error,
    bool asks_url, int *status, size_t room)
{
	const char *code = json_edit_source(a, error, "code"), *id = json_edit_source(a, message, "id");
	const char *changed, *why;
	struct buf b = buf_new(a, ROOM);

	if (code == NULL || id == NULL)
		return NULL;
	*status = strcmp(code, "-32601") == 0 ? 404 : 200;
	if (strcmp(code, "-32042") == 0) {
		changed = asks_url ? url_to_input(a, id, error, &why) : NULL;
		if (changed != NULL)
			return changed;
		*status = asks_url ? 200 : 400;
		jsonrpc_error(&b, id, asks_url ? JSONRPC_INTERNAL_ERROR : MCP_MISSING_CAPABILITY,
		    asks_url ? why : "The user must open a URL first, and this client cannot be asked for that",
		    asks_url ? NULL : "{\"requiredCapabilities\":{\"elicitation\":{\"url\":{}}}}");
		return buf_text(&b);
	}
	if (strcmp(code, "-32002") != 0)
		return json_edit_text(a, message, NULL, 0, room);
	changed = json_edit_text(a, error, &(struct json_edit){ "code", "-32602" }, 1, room);
	return changed == NULL ? NULL :
	    json_edit_text(a, message, &(struct json_edit){ "error", changed }, 1, room);
}

const char *
mcp_bridge_answer_to_modern(struct arena *a, const char *text, size_t n, const char *method,
    const struct mcp_upstream *u, bool asks_url, int *status)
{
	struct json_members message, error;

	*status = 200;
	if (!json_edit_read(a, text, n, &message))
		return NULL;
	if (json_edit_open(a, &message, "error", &error))
		return error_to_modern(a, &message, &error, asks_url, status, 2 * n + ROOM);
	return result_to_modern(a, &message, method, u, 3 * n + ROOM);
}
