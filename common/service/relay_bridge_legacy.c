/* SPDX-License-Identifier: MIT */
/* relay_bridge_legacy.c - a modern client before a legacy upstream: its session is the gateway's */
#include "service/relay_bridge_part.h"

static void
keep(struct bridge *b, const char *session, const struct mcp_upstream *is)
{
	const char *const from[] = {
		session, is->version, is->capabilities, is->server_info, is->instructions,
	};

	for (size_t i = 0; i < COUNT(from); i++) {
		char *copy = stream_text(from[i]);

		stream_free_text(&b->text[i]);
		b->text[i] = copy;
	}
	b->kept = (struct upstream_kept){
		.session = b->text[0], .is = { b->text[1], b->text[2], b->text[3], b->text[4] },
	};
}

static void
call_legacy(struct relay *r)
{
	struct bridge *b = r->bridge;
	struct arena *a = stream_request(&r->s)->arena;
	const char *body;

	if (strcmp(r->rpc_method, "server/discover") == 0) {
		relay_say(r, 200, mcp_bridge_discover(a, r->rpc_id, &b->kept.is));
		return;
	}
	if (strcmp(r->rpc_method, "subscriptions/listen") == 0) {
		relay_say_listening(r);
		return;
	}
	if (!mcp_bridge_is_shared(r->rpc_method)) {
		relay_say_error(r, 404, JSONRPC_METHOD_NOT_FOUND, "Method not found");
		return;
	}
	if ((body = mcp_bridge_request_to_legacy(a, r->payload, r->call.len)) == NULL) {
		relay_say_error(r, 400, JSONRPC_INVALID_REQUEST, "Invalid Request: it cannot be bridged");
		return;
	}
	bridge_call(r, CALL_LEGACY, bridge_headers(r, b->kept.is.version, b->kept.session, NULL, NULL), body);
}

void
bridge_legacy_begin(struct relay *r)
{
	struct request *rq = stream_request(&r->s);
	struct upstream_kept kept;

	if (!r->bridge->renewed && rq->store != NULL &&
	    upstream_kept_get(rq, &r->s.sid, &r->s.key, r->server->name, &kept)) {
		keep(r->bridge, kept.session, &kept.is);
		call_legacy(r);
		return;
	}
	bridge_step(r, INITIALIZE, bridge_headers(r, NULL, NULL, NULL, NULL), mcp_bridge_initialize(rq->arena));
}

void
bridge_legacy_initialized(struct relay *r)
{
	struct bridge *b = r->bridge;
	struct mcp_upstream is;

	/* It was upgraded since it was last asked. */
	if (b->status >= 400 && !b->asked_again && bridge_has_code(r, fifo_front(&b->answer),
	    fifo_len(&b->answer), bridge_modern_alone)) {
		b->asked_again = true;
		bridge_ask_era(r);
		return;
	}
	if (b->status >= 300 || !mcp_bridge_read_initialize(stream_request(&r->s)->arena, fifo_front(&b->answer),
	    fifo_len(&b->answer), &is)) {
		relay_fault(r, HTTP_ANSWERED, "speaks no version of MCP that is known here");
		return;
	}
	bridge_learn(r, NOT_SPOKEN, SPOKEN);
	keep(b, b->session, &is);
	bridge_step(r, ANNOUNCE, bridge_headers(r, b->kept.is.version, b->kept.session, NULL, NULL),
	    mcp_bridge_initialized);
}

void
bridge_legacy_announced(struct relay *r)
{
	struct bridge *b = r->bridge;

	if (b->status >= 300) {
		relay_fault(r, HTTP_ANSWERED, "did not take its own handshake");
		return;
	}
	upstream_kept_put(stream_request(&r->s), &r->s.sid, &r->s.key, r->server->name, &b->kept);
	call_legacy(r);
}
