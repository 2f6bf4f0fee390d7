/* SPDX-License-Identifier: MIT */
/* relay_answer.c - what a client gets where an upstream's answer is not simply handed on */
#include "protocol/json_member.h"
#include "protocol/jsonrpc.h"
#include "protocol/tool_filter.h"
#include "protocol/mcp.h"
#include "service/relay_bridge.h"
#include "service/store.h"
#include "service/upstream_endpoint.h"
#include "service/upstream_session.h"

#define ERROR_MAX	2048	/* bytes of a JSON-RPC error of ours */
#define JSON		"application/json"

/* An answer to the request as an event, where the client has a stream already. */
static void
put_event(struct relay *r, const char *data, size_t n)
{
	struct fifo out = { 0 };

	sse_write(&out, &(struct sse_event){ .event = "message", .data = data, .len = n });
	(void)peer_write(&r->s.peer, fifo_front(&out), fifo_len(&out));
	fifo_free(&out);
}

void
relay_seal_session_id(struct relay *r)
{
	const char *id = relay_bridge_stands(r) ? NULL : transfer_field(r->transfer, FIELD_SESSION_ID);
	struct request *rq = stream_request(&r->s);

	if (id != NULL && r->boxed) {
		if (rq->store == NULL || mailbox_set_upstream(rq, &r->mailbox, &r->s.key, id) != STORED)
			stream_failed(&r->s, "the upstream's session id could not be stored");
	} else if (id != NULL)
		r->session_id = stream_text(upstream_session_seal(stream_request(&r->s)->arena, &r->s.key,
		    &r->s.sid, r->server->name, id));
}

void
relay_end(struct relay *r)
{
	if (r->boxed)
		stream_finish(&r->s);
	else
		stream_end(&r->s);
}

void
relay_answer(struct relay *r, int status, const char *body, size_t n, const char *challenge)
{
	const struct stream_field field[] = {
		{ "WWW-Authenticate", challenge },
		{ "Mcp-Session-Id", r->session_id },
		{ "MCP-Protocol-Version",
		    r->transfer == NULL ? NULL : transfer_field(r->transfer, FIELD_PROTOCOL_VERSION) },
		{ "Retry-After", r->transfer == NULL ? NULL : transfer_field(r->transfer, FIELD_RETRY_AFTER) },
		{ "Allow", r->transfer == NULL ? NULL : transfer_field(r->transfer, FIELD_ALLOW) },
	};

	/* Whoever posted looks for it on the stream. */
	if (r->boxed && r->s.status == 0 && r->rpc_id != NULL && challenge == NULL)
		relay_accept(r);
	if (r->boxed && r->s.status != 0) {
		if (!relay_box(r, body, n))
			stream_failed(&r->s, "the stream that the answer is for is gone");
	} else if (r->opened)
		put_event(r, body, n);
	else
		stream_answer(&r->s, status, JSON, body, n, field, COUNT(field));
	relay_end(r);
}

void
relay_error(struct relay *r, int status, int code, const char *message, const char *challenge)
{
	struct buf b = buf_new(stream_request(&r->s)->arena, ERROR_MAX);

	jsonrpc_error(&b, r->rpc_id, code, message, NULL);
	relay_answer(r, status, buf_text(&b) == NULL ? "" : b.text, b.len, challenge);
}

/*
 * A request is answered with an error of JSON-RPC and 200: to a client that asks which version is
 * spoken here, a 5xx would be the end.  What has no id has a status alone to be answered with.
 */
void
relay_fault(struct relay *r, enum http_outcome outcome, const char *what)
{
	static const char *const texts[] = {
		[HTTP_UNREACHABLE] = "cannot be reached, or broke off",
		[HTTP_TIMED_OUT] = "was silent for too long",
		[HTTP_TOO_LONG] = "answered with more than is read here",
		[HTTP_NO_CLIENT] = "cannot be called: libcurl is not installed",
		[HTTP_SECRET] = "answered with the token that it was given, which is for nobody to see",
	};
	struct arena *a = stream_request(&r->s)->arena;
	const char *text = outcome == HTTP_ANSWERED ? what : texts[outcome];

	if (r->status >= 300 && outcome == HTTP_ANSWERED)
		text = arena_printf(a, "answered with status %d", r->status);
	stream_failed(&r->s, "upstream: %s", text);
	if (r->opened && r->rpc_id == NULL) {
		peer_break(&r->s.peer);
		return;
	}
	relay_error(r, r->rpc_id != NULL ? 200 : outcome == HTTP_TIMED_OUT ? 504 : 502,
	    JSONRPC_INTERNAL_ERROR, arena_printf(a, "The MCP server behind this gateway %s (reference %s)",
	    text, r->s.id), NULL);
}

/* JSON; and where a request is answered, a message of JSON-RPC or a batch of them. */
static bool
is_answer(const struct relay *r, struct arena *a, const char *text, size_t n)
{
	struct json_members members = { 0 };

	return json_scan(a, text, n, &members) == JSON_FINE && (r->rpc_id == NULL || r->status >= 400 ||
	    text[strspn(text, " \t\r\n")] == '[' || json_member_has(&members, "jsonrpc"));
}

/* The message that the client gets; false when there is none that it may. */
static bool
change(struct relay *r, const char *text, size_t n, struct bytes *out, int *status)
{
	const char *changed;

	*out = (struct bytes){ (uint8_t *)(uintptr_t)text, n };
	if (relay_bridge_stands(r)) {
		if (!relay_bridge_message(r, text, n, &changed, status))
			return false;
		*out = (struct bytes){ (uint8_t *)(uintptr_t)changed, changed == NULL ? 0 : strlen(changed) };
	}
	if (r->filtered && out->len > 0 && !tool_filter(stream_request(&r->s)->arena,
	    (const char *)out->data, out->len, r->server->rule, &r->rights, out))
		return false;
	return !stream_request(&r->s)->arena->exhausted;
}

void
relay_whole(struct relay *r)
{
	struct arena *a = stream_request(&r->s)->arena;
	struct bytes out = { (uint8_t *)(uintptr_t)fifo_front(&r->body), fifo_len(&r->body) };
	bool error = r->status >= 400;
	int status = r->status;

	if (error && relay_bridge_refused(r, fifo_front(&r->body), fifo_len(&r->body)))
		return;
	if (out.len == 0 && r->rpc_id == NULL && !error) {
		if (!r->boxed)
			relay_open(r, r->status, NULL, 0);	/* taken, and nothing to say */
		if (r->waits.place == 0)
			relay_end(r);
		return;
	}
	if (!is_answer(r, a, fifo_front(&r->body), fifo_len(&r->body)) ||
	    !change(r, fifo_front(&r->body), fifo_len(&r->body), &out, &status)) {
		if (error && !r->opened)
			relay_error(r, r->status, JSONRPC_INTERNAL_ERROR, arena_printf(a,
			    "The MCP server behind this gateway answered with status %d (reference %s)",
			    r->status, r->s.id), NULL);
		else
			relay_fault(r, HTTP_ANSWERED, "answered with what is no JSON-RPC");
		return;
	}
	relay_answer(r, status, (const char *)out.data, out.len, NULL);
}

/* The upstream's address for messages becomes ours, with its own sealed inside. */
static bool
change_endpoint(struct relay *r, const struct sse_event *e, struct sse_event *changed)
{
	struct request *rq = stream_request(&r->s);
	const char *target = strlen(e->data) != e->len ? NULL :
	    upstream_endpoint(rq->arena, r->server, e->data), *sealed;

	if (target == NULL) {
		stream_failed(&r->s, "upstream: its endpoint is at another host, or no address");
		return false;
	}
	sealed = upstream_session_seal(rq->arena, &r->s.key, &r->s.sid, arena_printf(rq->arena,
	    "%s endpoint", r->server->name), target);
	if (sealed == NULL)
		return false;
	changed->data = arena_printf(rq->arena, "%s/%s/message?sid=%s", rq->config->public_path,
	    r->server->name, sealed);
	changed->len = strlen(changed->data);
	return true;
}

static bool
change_message(struct relay *r, const struct sse_event *e, struct sse_event *changed)
{
	struct bytes text;
	int status;

	if (!change(r, e->data, e->len, &text, &status)) {
		stream_failed(&r->s, "upstream: sent an event that is not JSON");
		return false;
	}
	changed->data = (const char *)text.data;
	changed->len = text.len;
	return true;
}

bool
relay_event(struct relay *r, const struct sse_event *e)
{
	struct sse_event changed = *e;
	struct fifo out = { 0 };
	bool endpoint = r->endpoint && strcmp(e->event, "endpoint") == 0;

	if (endpoint ? e->data == NULL || !change_endpoint(r, e, &changed) :
	    e->len > 0 && !change_message(r, e, &changed))
		return false;
	if (e->len > 0 && changed.len == 0)
		return true;	/* it was not for the client */
	if (r->boxed)
		return changed.len == 0 || relay_box(r, changed.data, changed.len);
	sse_write(&out, &changed);
	(void)peer_write(&r->s.peer, fifo_front(&out), fifo_len(&out));
	fifo_free(&out);
	return true;
}
