/* SPDX-License-Identifier: MIT */
#include "protocol/mcp.h"

#include "protocol/mcp_header.h"
#include "protocol/mcp_version.h"

#define ASSUMED_VERSION	"2025-03-26"	/* 2025-11-25 transports, "Protocol Version Header" */
#define BATCH_VERSION	"2025-03-26"	/* the one revision that has batches */

#define VERSION_KEY	"io.modelcontextprotocol/protocolVersion"
#define CAPABILITIES_KEY "io.modelcontextprotocol/clientCapabilities"

enum fault {
	FINE,
	NOT_JSON,
	NOT_UTF8,
	TOO_DEEP,
	TOO_MANY,
	DUPLICATE,
	NOT_JSONRPC,
	BATCH_VERSIONED,
	BATCH_EMPTY,
	BATCH_LONG,
	BATCH_INITIALIZE,
	BATCH_MODERN,
	LEGACY_VERSION,
	INITIALIZE_MODERN,
	NO_ENVELOPE,
	NO_VERSION,
	NO_CAPABILITIES,
	VERSION_DIFFERS,
	UNSUPPORTED,
	METHOD_DIFFERS,
	NAME_DIFFERS,
};

static const struct {
	int		 code;
	const char	*message;
} faults[] = {
	[NOT_JSON]	   = { JSONRPC_PARSE_ERROR, "Parse error: not JSON" },
	[NOT_UTF8]	   = { JSONRPC_PARSE_ERROR, "Parse error: not UTF-8" },
	[TOO_DEEP]	   = { JSONRPC_PARSE_ERROR, "Parse error: nested too deeply" },
	[TOO_MANY]	   = { JSONRPC_PARSE_ERROR, "Parse error: too many values" },
	[DUPLICATE]	   = { JSONRPC_PARSE_ERROR, "Parse error: a member name occurs twice" },
	[NOT_JSONRPC]	   = { JSONRPC_INVALID_REQUEST, "Invalid Request" },
	[BATCH_VERSIONED]  = { JSONRPC_INVALID_REQUEST,
			       "Invalid Request: batches exist in 2025-03-26 alone" },
	[BATCH_EMPTY]	   = { JSONRPC_INVALID_REQUEST, "Invalid Request: empty batch" },
	[BATCH_LONG]	   = { JSONRPC_INVALID_REQUEST, "Invalid Request: batch too long" },
	[BATCH_INITIALIZE] = { JSONRPC_INVALID_REQUEST, "Invalid Request: initialize in a batch" },
	[BATCH_MODERN]	   = { JSONRPC_INVALID_REQUEST,
			       "Invalid Request: " MCP_MODERN_VERSION " has no batches" },
	[LEGACY_VERSION]   = { JSONRPC_INVALID_REQUEST,
			       "Bad Request: Unsupported protocol version" },
	[INITIALIZE_MODERN] = { MCP_HEADER_MISMATCH, "Header mismatch: MCP-Protocol-Version names "
			       MCP_MODERN_VERSION ", which has no initialize" },
	[NO_ENVELOPE]	   = { JSONRPC_INVALID_PARAMS, "Invalid params: _meta lacks " VERSION_KEY },
	[NO_VERSION]	   = { JSONRPC_INVALID_PARAMS,
			       "Invalid params: _meta " VERSION_KEY " is not a string" },
	[NO_CAPABILITIES]  = { JSONRPC_INVALID_PARAMS,
			       "Invalid params: _meta " CAPABILITIES_KEY " is not an object" },
	[VERSION_DIFFERS]  = { MCP_HEADER_MISMATCH,
			       "Header mismatch: MCP-Protocol-Version is not the body's version" },
	[UNSUPPORTED]	   = { MCP_UNSUPPORTED_VERSION, "Unsupported protocol version" },
	[METHOD_DIFFERS]   = { MCP_HEADER_MISMATCH,
			       "Header mismatch: Mcp-Method is not the body's method" },
	[NAME_DIFFERS]	   = { MCP_HEADER_MISMATCH,
			       "Header mismatch: Mcp-Name is not the body's name" },
};

/* JSON_FINE stands for the text `null`, which is JSON but no object. */
static const enum fault parse_faults[] = {
	[JSON_FINE] = NOT_JSONRPC,
	[JSON_SYNTAX] = NOT_JSON,
	[JSON_NOT_UTF8] = NOT_UTF8,
	[JSON_TOO_DEEP] = TOO_DEEP,
	[JSON_TOO_MANY] = TOO_MANY,
	[JSON_DUPLICATE] = DUPLICATE,
};

static bool
refuse(enum fault fault, const char *id, struct mcp_refusal *refusal)
{
	*refusal = (struct mcp_refusal){
		.status = 400, .code = faults[fault].code, .id = id,
		.message = faults[fault].message,
	};
	return false;
}

static bool
is_initialize(const struct jsonrpc_message *rpc)
{
	return rpc->method != NULL && strcmp(rpc->method, "initialize") == 0;
}

/* What makes a request modern, whatever the headers say: 2026-07-28 basic/index "_meta". */
static bool
has_envelope(const struct jsonrpc_message *rpc)
{
	return json_has(json_object_member(rpc->params, "_meta"), VERSION_KEY);
}

static const char *
envelope_version(const struct jsonrpc_message *rpc)
{
	return json_string(json_object_member(rpc->params, "_meta"), VERSION_KEY);
}

/* initialize negotiates the version itself: no header has a say, but a modern one is wrong. */
static enum fault
judge_initialize(const struct mcp_headers *h, struct mcp_message *m)
{
	if (mcp_header_says(h->protocol_version, MCP_MODERN_VERSION))
		return INITIALIZE_MODERN;
	m->era = MCP_LEGACY;
	m->version = mcp_negotiate(json_string(m->rpc.params, "protocolVersion"));
	return FINE;
}

/* 2025-11-25 transports, "Protocol Version Header".  A response to nobody may name any version. */
static enum fault
judge_legacy(const struct mcp_headers *h, struct mcp_message *m)
{
	bool assumed = h->protocol_version == NULL || (m->rpc.kind == JSONRPC_RESPONSE &&
	    mcp_header_says(h->protocol_version, MCP_MODERN_VERSION));

	m->era = MCP_LEGACY;
	m->version = assumed ? ASSUMED_VERSION : mcp_version_legacy(h->protocol_version);
	return m->version == NULL ? LEGACY_VERSION : FINE;
}

/*
 * 2026-07-28 streamable HTTP, "Server Validation".  The specification has no rule for
 * notifications: of theirs the headers that are there must agree, and none must be there.
 */
static enum fault
judge_mirrors(struct arena *a, const struct mcp_headers *h, struct mcp_message *m)
{
	bool lax = m->rpc.kind == JSONRPC_NOTIFICATION;
	const char *source = mcp_header_name_source(m->rpc.method), *name;

	m->era = MCP_MODERN;
	m->version = MCP_MODERN_VERSION;
	if (!(lax && h->method == NULL) && !mcp_header_says(h->method, m->rpc.method))
		return METHOD_DIFFERS;
	if (source == NULL || (lax && h->name == NULL))
		return FINE;
	name = json_string(m->rpc.params, source);
	return name != NULL && mcp_header_decodes_to(a, h->name, name) ? FINE : NAME_DIFFERS;
}

static enum fault
judge_modern(struct arena *a, const struct mcp_headers *h, struct mcp_message *m)
{
	const char *version = envelope_version(&m->rpc);
	bool lax = m->rpc.kind == JSONRPC_NOTIFICATION;

	if (version == NULL)
		return NO_VERSION;
	if (!lax && json_object_member(json_object_member(m->rpc.params, "_meta"),
	    CAPABILITIES_KEY) == NULL)
		return NO_CAPABILITIES;
	if (!(lax && h->protocol_version == NULL) && !mcp_header_says(h->protocol_version, version))
		return VERSION_DIFFERS;
	if (strcmp(version, MCP_MODERN_VERSION) != 0)
		return UNSUPPORTED;
	return judge_mirrors(a, h, m);
}

/* Decides the era by the body: 2026-07-28 basic/versioning "Backward Compatibility". */
static enum fault
judge(struct arena *a, const struct mcp_headers *h, struct mcp_message *m)
{
	if (has_envelope(&m->rpc))
		return judge_modern(a, h, m);
	if (is_initialize(&m->rpc))
		return judge_initialize(h, m);
	if (m->rpc.kind == JSONRPC_RESPONSE ||
	    !mcp_header_says(h->protocol_version, MCP_MODERN_VERSION))
		return judge_legacy(h, m);
	return m->rpc.kind == JSONRPC_REQUEST ? NO_ENVELOPE : judge_mirrors(a, h, m);
}

static bool
read_rpc(struct arena *a, const struct json_members *members, struct json_object *value,
    struct jsonrpc_message *rpc, struct mcp_refusal *refusal)
{
	const char *id, *why;

	if (jsonrpc_read(a, members, value, rpc, &id, &why))
		return true;
	(void)refuse(NOT_JSONRPC, id, refusal);
	refusal->message = why;
	return false;
}

static enum fault
judge_batch(const struct mcp_headers *h, size_t count)
{
	if (h->protocol_version != NULL && !mcp_header_says(h->protocol_version, BATCH_VERSION))
		return BATCH_VERSIONED;
	return count == 0 ? BATCH_EMPTY : count > MCP_BATCH_MAX ? BATCH_LONG : FINE;
}

/* 2025-03-26 basic/index "Batching" and lifecycle: initialize is never part of one. */
static enum fault
judge_element(const struct mcp_headers *h, struct mcp_message *m)
{
	if (is_initialize(&m->rpc))
		return BATCH_INITIALIZE;
	return has_envelope(&m->rpc) ? BATCH_MODERN : judge_legacy(h, m);
}

static bool
read_batch(struct arena *a, const char *body, size_t n, const struct mcp_headers *h,
    struct mcp_post *post, struct mcp_refusal *refusal)
{
	struct json_members source;
	enum fault fault;

	post->batch = true;
	post->count = json_object_array_length(post->value);
	if ((fault = judge_batch(h, post->count)) != FINE)
		return refuse(fault, NULL, refusal);
	if (json_scan_elements(a, body, n, &source) != JSON_FINE)
		return refuse(NOT_JSON, NULL, refusal);
	post->message = arena_alloc(a, post->count * sizeof *post->message);
	for (size_t i = 0; i < post->count; i++) {
		struct mcp_message *m = &post->message[i];
		struct json_members members;

		if (json_scan(a, source.member[i].text, source.member[i].len, &members) != JSON_FINE)
			return refuse(NOT_JSON, NULL, refusal);
		if (!read_rpc(a, &members, json_object_array_get_idx(post->value, i), &m->rpc,
		    refusal)) {
			refusal->id = NULL;	/* the whole batch is refused, not one request */
			return false;
		}
		if ((fault = judge_element(h, m)) != FINE)
			return refuse(fault, NULL, refusal);
	}
	return true;
}

static bool
read_single(struct arena *a, const struct json_members *members, const struct mcp_headers *h,
    struct mcp_post *post, struct mcp_refusal *refusal)
{
	struct mcp_message *m = arena_alloc(a, sizeof *m);
	enum fault fault;

	post->message = m;
	post->count = 1;
	if (!read_rpc(a, members, post->value, &m->rpc, refusal))
		return false;
	if ((fault = judge(a, h, m)) == FINE)
		return true;
	(void)refuse(fault, m->rpc.id, refusal);
	if (fault == UNSUPPORTED)
		refusal->data = mcp_version_unsupported(a, envelope_version(&m->rpc), h->modern_alone);
	return false;
}

bool
mcp_read(struct arena *a, const char *body, size_t n, const struct mcp_headers *headers,
    struct mcp_post *post, struct mcp_refusal *refusal)
{
	struct json_members members;
	struct mcp_post p = { .value = json_parse_listed(a, body, n, &members) };

	if (p.value == NULL)
		return refuse(parse_faults[json_scan(a, body, n, NULL)], NULL, refusal);
	if (!(json_object_is_type(p.value, json_type_array) ?
	    read_batch(a, body, n, headers, &p, refusal) :
	    read_single(a, &members, headers, &p, refusal))) {
		json_auto(&p.value);
		return false;
	}
	*post = p;
	return true;
}

void
mcp_refusal_body(struct buf *b, const struct mcp_refusal *refusal)
{
	jsonrpc_error(b, refusal->id, refusal->code, refusal->message, refusal->data);
}
