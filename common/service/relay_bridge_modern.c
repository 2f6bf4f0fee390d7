/* SPDX-License-Identifier: MIT */
/* relay_bridge_modern.c - a legacy client before a modern upstream: the envelope is the gateway's */
#include "protocol/json_edit.h"
#include "protocol/json_member.h"
#include "protocol/mcp_header.h"
#include "protocol/mcp_param.h"
#include "service/relay_bridge_part.h"

#define PAGES_MAX	20	/* of tools/list, until a tool is found */

/* `more` are headers beside those of the envelope, NULL at the end. */
static void
call_modern(struct relay *r, const char *const *more)
{
	struct arena *a = stream_request(&r->s)->arena;
	const char *source = mcp_header_name_source(r->rpc_method), *name = NULL, *body, **header;
	struct json_members message, params;
	size_t n = 0;

	body = mcp_bridge_request_to_modern(a, r->payload, r->call.len);
	if (body == NULL || !json_edit_read(a, body, strlen(body), &message) ||
	    !json_edit_open(a, &message, "params", &params)) {
		relay_say_error(r, 200, JSONRPC_INVALID_PARAMS, "Invalid params: they cannot be bridged");
		return;
	}
	if (source != NULL && (name = json_member_string(a, &params, source)) == NULL) {
		relay_say_error(r, 200, JSONRPC_INVALID_PARAMS, "Invalid params: the name is missing");
		return;
	}
	header = bridge_headers(r, MCP_MODERN_VERSION, NULL, r->rpc_method, name);
	while (header[n] != NULL)
		n++;
	while (*more != NULL)
		header[n++] = *more++;
	bridge_call(r, CALL_MODERN, (const char *const *)header, body);
}

void
bridge_modern_ask_tools(struct relay *r, const char *cursor)
{
	bridge_step(r, ASK_TOOLS, (const char *const *)bridge_headers(r, MCP_MODERN_VERSION, NULL,
	    "tools/list", NULL), mcp_bridge_ask_tools(stream_request(&r->s)->arena, cursor));
}

/* The call is made once more, with the headers that its tool asks for. */
void
bridge_modern_listed(struct relay *r)
{
	struct arena *a = stream_request(&r->s)->arena;
	struct bridge *b = r->bridge;
	const char *header[MCP_PARAMS_MAX + 1] = { NULL }, *list = fifo_front(&b->answer), *next;

	if (b->status != 200) {
		relay_fault(r, HTTP_ANSWERED, "does not list its tools");
	} else if (mcp_param_headers(a, list, r->payload, header) >= 0) {
		call_modern(r, header);
	} else if (++b->pages < PAGES_MAX && (next = mcp_param_next(a, list)) != NULL) {
		bridge_modern_ask_tools(r, next);
	} else {
		relay_say_error(r, 200, JSONRPC_INVALID_PARAMS, "Unknown tool");
	}
}

void
bridge_modern_ask(struct relay *r)
{
	bridge_step(r, ASK_DISCOVER, bridge_headers(r, MCP_MODERN_VERSION, NULL, "server/discover", NULL),
	    mcp_bridge_ask_discover(stream_request(&r->s)->arena));
}

/* One client's odd initialize says nothing of the upstream to all others: so ask with ours. */
void
bridge_modern_probe(struct relay *r)
{
	bridge_step(r, PROBE, (const char *const *)bridge_headers(r, NULL, NULL, NULL, NULL),
	    mcp_bridge_initialize(stream_request(&r->s)->arena));
}

void
bridge_modern_probed(struct relay *r)
{
	struct bridge *b = r->bridge;
	struct mcp_upstream is;

	if (b->status < 300 && mcp_bridge_read_initialize(stream_request(&r->s)->arena,
	    fifo_front(&b->answer), fifo_len(&b->answer), &is)) {
		bridge_learn(r, b->eras.modern, SPOKEN);
		relay_say_error(r, 200, JSONRPC_INVALID_PARAMS, "The MCP server does not take this initialize");
	} else {
		bridge_modern_ask(r);
	}
}

void
bridge_modern_discovered(struct relay *r)
{
	struct mcp_upstream is;

	if (!bridge_answers_discover(r, &is)) {
		relay_fault(r, HTTP_ANSWERED, "speaks no version of MCP that this client does");
		return;
	}
	bridge_learn(r, SPOKEN, NOT_SPOKEN);
	relay_say(r, 200, mcp_bridge_initialize_answer(stream_request(&r->s)->arena, r->rpc_id, r->version, &is));
}

void
bridge_modern_begin(struct relay *r)
{
	static const char *const none[] = { NULL };

	if (strcmp(r->s.method, "POST") != 0)
		relay_say_error(r, 405, JSONRPC_INVALID_REQUEST, "Method not allowed");
	else if (r->rpc_id == NULL)
		relay_say_nothing(r, 202);
	else if (strcmp(r->rpc_method, "initialize") == 0)
		bridge_modern_ask(r);
	else if (strcmp(r->rpc_method, "ping") == 0)
		relay_say_result(r, "{}");
	else if (mcp_bridge_is_shared(r->rpc_method))
		call_modern(r, none);
	else
		relay_say_error(r, 200, JSONRPC_METHOD_NOT_FOUND, "Method not found");
}
