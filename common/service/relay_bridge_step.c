/* SPDX-License-Identifier: MIT */
/* relay_bridge_step.c - the calls that a bridge makes beside the client's own */
#include "base/die.h"
#include "protocol/http.h"
#include "protocol/json_edit.h"
#include "protocol/json_member.h"
#include "protocol/mcp_header.h"
#include "protocol/mcp_param.h"
#include "service/relay_bridge_part.h"

#define HEADERS_MAX	(RELAY_HEADERS_MAX + 8 + MCP_PARAMS_MAX)
#define REPLY_MAX	1024	/* bytes */
#define REPLIES_MAX	16	/* answers to an upstream's questions that are under way for one call */

static void
step_head(void *owner, struct transfer *t)
{
	struct relay *r = owner;
	struct bridge *b = r->bridge;

	b->status = transfer_status(t);
	if (b->status == 401 || b->status == 403)
		relay_refusal_read(r, transfer_field(t, FIELD_WWW_AUTHENTICATE));
	b->in_events = http_media_type_is(transfer_field(t, FIELD_CONTENT_TYPE), SSE_MEDIA_TYPE);
	stream_free_text(&b->session);
	b->session = stream_text(transfer_field(t, FIELD_SESSION_ID));
}

/* The first answer among the events is the one to the one request. */
static bool
step_event(void *owner, const struct sse_event *e)
{
	struct bridge *b = ((struct relay *)owner)->bridge;
	struct request *rq = stream_request(&((struct relay *)owner)->s);
	struct json_members m;

	if (e->len == 0 || !json_edit_read(rq->arena, e->data, e->len, &m) || json_member_has(&m, "method"))
		return true;
	b->found = fifo_put(&b->answer, e->data, e->len);
	return false;
}

static enum taken
step_data(void *owner, const char *bytes, size_t n)
{
	struct relay *r = owner;
	struct bridge *b = r->bridge;

	if (b->in_events)
		return sse_read(&b->events, bytes, n, step_event, r) ? TAKEN : TAKEN_STOP;
	return fifo_put(&b->answer, bytes, n) ? TAKEN : TAKEN_STOP;
}

static void
step_over(void *owner, enum http_outcome outcome)
{
	struct relay *r = owner;
	struct bridge *b = r->bridge;

	if (outcome != HTTP_ANSWERED && !b->found)
		stream_failed(&r->s, "upstream: %s", transfer_error(r->transfer));
	r->transfer = NULL;
	bridge_step_done(r, b->found ? HTTP_ANSWERED : outcome);
}

static const struct transfer_owner step_owner = {
	.head = step_head, .data = step_data, .done = step_over,
};

/*
 * What the client sent, without what is of an era; NULL at the end.  What is asked for everybody, as
 * long as no version is agreed on, has nothing of one client's.
 */
const char **
bridge_headers(struct relay *r, const char *version, const char *session, const char *method,
    const char *name)
{
	static const char *const era[] = {
		"Accept:", "Content-Type:", "MCP-Protocol-Version:", "Mcp-Method:", "Mcp-Name:", "Mcp-Param-",
		"Mcp-Session-Id:", "Last-Event-ID:",
	};
	struct arena *a = stream_request(&r->s)->arena;
	const char **list = arena_alloc(a, (HEADERS_MAX + 1) * sizeof *list);
	size_t n = 0;

	const bool agreed = version != NULL && (method == NULL || strcmp(method, "server/discover") != 0);

	for (size_t i = agreed ? 0 : r->passed; r->header[i] != NULL; i++) {
		bool plain = true;

		for (size_t j = 0; j < COUNT(era); j++)
			plain = plain && strncasecmp(r->header[i], era[j], strlen(era[j])) != 0;
		if (plain)
			list[n++] = r->header[i];
	}
	list[n++] = "Accept: application/json, text/event-stream";
	list[n++] = "Content-Type: application/json";
	if (version != NULL)
		list[n++] = arena_printf(a, "MCP-Protocol-Version: %s", version);
	if (session != NULL)
		list[n++] = arena_printf(a, "Mcp-Session-Id: %s", session);
	if (method != NULL)
		list[n++] = arena_printf(a, "Mcp-Method: %s", method);
	if (name != NULL)
		list[n++] = arena_printf(a, "Mcp-Name: %s", mcp_header_encode(a, name));
	return list;
}

void
bridge_step(struct relay *r, enum step step, const char *const *header, const char *body)
{
	struct bridge *b = r->bridge;
	struct transfer_call call = r->call;

	b->step = step;
	b->status = 0;
	b->found = b->in_events = false;
	fifo_free(&b->answer);
	b->answer.most = r->body.most;
	sse_reader_free(&b->events);
	b->events = sse_reader_new(r->body.most);
	stream_free_text(&b->body);
	b->body = stream_text(body);
	call.method = "POST";
	call.header = header;
	call.body = b->body;
	call.len = strlen(b->body);
	r->transfer = transfer_begin(stream_transfers(&r->s), &call, &step_owner, r);
	if (r->transfer == NULL)
		relay_fault(r, HTTP_NO_CLIENT, NULL);
}

void
bridge_call(struct relay *r, enum step step, const char *const *header, const char *body)
{
	struct bridge *b = r->bridge;

	b->step = step;
	stream_free_text(&b->body);
	b->body = stream_text(body);
	relay_call(r, header, b->body, strlen(b->body));
}

/* --- what an upstream asks ------------------------------------------------------------------------- */

static void
reply_head(void *owner UNUSED, struct transfer *t UNUSED)
{
}

static enum taken
reply_data(void *owner UNUSED, const char *bytes UNUSED, size_t n UNUSED)
{
	return TAKEN_STOP;
}

static void
reply_done(void *owner, enum http_outcome outcome UNUSED)
{
	struct bridge_reply *reply = owner, **at = &reply->relay->bridge->reply;

	while (*at != reply)
		at = &(*at)->next;
	*at = reply->next;
	reply->relay->bridge->replies--;
	stream_free_text(&reply->body);
	free(reply);
}

static const struct transfer_owner reply_owner = {
	.head = reply_head, .data = reply_data, .done = reply_done,
};

/* Not from within libcurl, which is where the question was found. */
static void
reply_begin(struct loop_timer *t)
{
	struct bridge_reply *reply = OWNER(t, struct bridge_reply, soon);
	struct relay *r = reply->relay;
	struct transfer_call call = r->call;

	call.method = "POST";
	call.header = (const char *const *)bridge_headers(r, r->bridge->kept.is.version,
	    r->bridge->kept.session, NULL, NULL);
	call.body = reply->body;
	call.len = strlen(reply->body);
	reply->transfer = transfer_begin(stream_transfers(&r->s), &call, &reply_owner, reply);
	if (reply->transfer == NULL)
		reply_done(reply, HTTP_NO_CLIENT);
}

void
bridge_reply(struct relay *r, const char *id, bool ping)
{
	struct buf b = buf_new(stream_request(&r->s)->arena, REPLY_MAX);
	struct bridge_reply *reply;

	if (ping)
		jsonrpc_result(&b, id, "{}");
	else
		jsonrpc_error(&b, id, JSONRPC_METHOD_NOT_FOUND, "This client cannot be asked", NULL);
	if (buf_text(&b) == NULL || r->bridge->replies >= REPLIES_MAX)
		return;
	r->bridge->replies++;
	if ((reply = calloc(1, sizeof *reply)) == NULL)
		die("no memory for a reply");
	*reply = (struct bridge_reply){
		.relay = r, .body = stream_text(b.text), .soon.due = reply_begin, .next = r->bridge->reply,
	};
	r->bridge->reply = reply;
	loop_timer_set(stream_loop(&r->s), &reply->soon, 0);
}

void
bridge_reply_free(struct bridge *b)
{
	struct bridge_reply *next;

	for (struct bridge_reply *reply = b->reply; reply != NULL; reply = next) {
		next = reply->next;
		loop_timer_clear(stream_loop(&reply->relay->s), &reply->soon);
		transfer_cancel(reply->transfer);
		stream_free_text(&reply->body);
		free(reply);
	}
	b->reply = NULL;
}
