/* SPDX-License-Identifier: MIT */
#include "service/relay.h"

#include "protocol/http.h"
#include "service/mailbox.h"
#include "service/relay_bridge.h"

#define IGNORED_MAX	((size_t)64 * 1024)	/* bytes of an answer that nobody reads */
#define SPILL		((size_t)64 * 1024)	/* bytes: a longer JSON answer is handed on unread */

static void		head(void *, struct transfer *);
static enum taken	data(void *, const char *, size_t);
static void		done(void *, enum http_outcome);

static const struct transfer_owner relay_owner = { .head = head, .data = data, .done = done };

/* --- what the stream is told ------------------------------------------------------------------------ */

void
relay_start(struct stream *s)
{
	struct relay *r = OWNER(s, struct relay, s);

	r->body.most = (size_t)stream_request(s)->config->limits.response_max;
	if (r->opens)
		stream_beat_at(s, s->began_ms + RELAY_OPEN_AFTER);
	if (!relay_bridge_begin(r))
		relay_call(r, (const char *const *)r->header, r->payload, r->call.len);
}

void
relay_call(struct relay *r, const char *const *header, const char *body, size_t n)
{
	struct transfer_call call = r->call;

	call.header = header;
	call.body = body;
	call.len = n;
	r->mode = RELAY_HEAD;
	fifo_free(&r->body);
	r->transfer = transfer_begin(stream_transfers(&r->s), &call, &relay_owner, r);
	if (r->transfer == NULL)
		relay_fault(r, HTTP_NO_CLIENT, NULL);
}

/* What goes by is read: it is changed, or goes elsewhere. */
static bool
reads(const struct relay *r)
{
	return r->filtered || r->boxed || r->endpoint || relay_bridge_stands(r);
}

static bool
is_between_events(const struct relay *r)
{
	return !r->boundary.in_line && !r->boundary.in_event;
}

/* Where nothing has come yet, a call that may open does; between two events a comment goes. */
void
relay_beat(struct stream *s)
{
	struct relay *r = OWNER(s, struct relay, s);

	if (relay_box_is_gone(r)) {
		stream_failed(s, "the stream that the answer is for is gone");
		relay_stop(s);
		return;
	}
	if (!r->opened && r->opens && (r->mode == RELAY_HEAD || r->mode == RELAY_BODY))
		relay_open(r, 200, SSE_MEDIA_TYPE, -1);
	if (r->opened && is_between_events(r))
		stream_comment(s);
}

void
relay_drained(struct stream *s)
{
	struct relay *r = OWNER(s, struct relay, s);

	if (r->transfer != NULL)
		transfer_resume(r->transfer);
}

void
relay_stop(struct stream *s)
{
	struct relay *r = OWNER(s, struct relay, s);

	transfer_cancel(r->transfer);
	r->transfer = NULL;
	if (r->boxed)
		stream_finish(s);
	else if (s->status == 0)
		relay_fault(r, HTTP_ANSWERED, "was asked for too long, or the session has ended");
	else if (r->mode == RELAY_RAW)
		peer_break(&s->peer);
	stream_end(s);
}

/* --- what comes from the upstream -------------------------------------------------------------------- */

void
relay_open(struct relay *r, int status, const char *content_type, int64_t length)
{
	const struct transfer *t = r->transfer;
	bool early = r->mode == RELAY_HEAD || r->mode == RELAY_BODY;
	const struct stream_field field[] = {
		{ "Mcp-Session-Id", r->session_id },
		{ "MCP-Protocol-Version", early ? NULL : transfer_field(t, FIELD_PROTOCOL_VERSION) },
		{ "Retry-After", early ? NULL : transfer_field(t, FIELD_RETRY_AFTER) },
		{ "Allow", early ? NULL : transfer_field(t, FIELD_ALLOW) },
	};

	r->opened = content_type != NULL && strcmp(content_type, SSE_MEDIA_TYPE) == 0;
	stream_open(&r->s, status, content_type, length, field, COUNT(field));
}

/* Its length is what comes: a Content-Length beside chunks, or one of two, is not to be believed. */
static void
open_raw(struct relay *r, const char *content_type)
{
	r->mode = RELAY_RAW;
	relay_open(r, r->status, content_type, -1);
}

/* 202, 204, and whatever else a message without an answer is taken with. */
static void
open_nothing(struct relay *r)
{
	r->mode = RELAY_IGNORED;
	relay_open(r, r->status, NULL, 0);
}

static void
open_events(struct relay *r)
{
	bool opened = r->opened;

	transfer_may_be_silent(r->transfer);
	r->mode = reads(r) ? RELAY_EVENTS : RELAY_RAW_EVENTS;
	if (r->mode == RELAY_EVENTS)
		r->events = sse_reader_new(r->body.most);
	if (!opened && !r->boxed)
		relay_open(r, r->status, SSE_MEDIA_TYPE, -1);
}

static void
head(void *owner, struct transfer *t)
{
	struct relay *r = owner;
	const char *type = transfer_field(t, FIELD_CONTENT_TYPE);

	r->status = transfer_status(t);
	relay_seal_session_id(r);
	if (r->status < 300)
		relay_bridge_accepted(r);
	if (r->status == 401 || r->status == 403) {
		r->mode = RELAY_IGNORED;
		relay_refusal_read(r, transfer_field(t, FIELD_WWW_AUTHENTICATE));
	} else if (r->status >= 300) {
		r->mode = r->status >= 400 && r->status < 500 ? RELAY_BODY : RELAY_IGNORED;
	} else if (r->posts) {
		r->mode = RELAY_IGNORED;
		relay_accept(r);
	} else if (http_media_type_is(type, SSE_MEDIA_TYPE)) {
		if (r->boxed)
			relay_accept(r);
		open_events(r);
	} else if (http_media_type_is(type, "application/json")) {
		r->mode = RELAY_BODY;
		if (r->boxed)
			relay_accept(r);
	} else if (r->boxed && r->rpc_id == NULL) {
		r->mode = RELAY_IGNORED;
		relay_accept(r);
	} else {
		r->mode = RELAY_IGNORED;
		if (r->rpc_id != NULL)
			stream_failed(&r->s, "upstream: answered %d with %.60s", r->status, type == NULL ?
			    "no media type" : type);
		if (r->rpc_id == NULL && strcmp(r->s.method, "GET") != 0)
			open_nothing(r);
	}
}

static bool
take_event(void *owner, const struct sse_event *e)
{
	struct relay *r = owner;

	return relay_event(r, e) && (r->boxed || !r->s.peer.gone);
}

/* A short answer is looked at before anything of it goes on; a long one goes on as it comes. */
static bool
gather(struct relay *r, const char *bytes, size_t n)
{
	bool spills = !reads(r) && !r->opened && r->status < 300;

	if (!spills || fifo_len(&r->body) + n <= SPILL) {
		r->overlong = !fifo_put(&r->body, bytes, n);
		return !r->overlong;
	}
	open_raw(r, "application/json");
	if (!peer_write(&r->s.peer, fifo_front(&r->body), fifo_len(&r->body)))
		return false;
	fifo_free(&r->body);
	return peer_write(&r->s.peer, bytes, n);
}

static enum taken
data(void *owner, const char *bytes, size_t n)
{
	struct relay *r = owner;

	if (r->s.peer.gone && !r->boxed)
		return TAKEN_STOP;
	if (r->boxed ? mailbox_full(&r->s, r->mailbox.hash) : peer_full(&r->s.peer))
		return TAKEN_PAUSE;
	switch (r->mode) {
	case RELAY_RAW_EVENTS:
		(void)sse_boundary_follow(&r->boundary, bytes, n);
		return peer_write(&r->s.peer, bytes, n) ? TAKEN : TAKEN_STOP;
	case RELAY_RAW:
		return peer_write(&r->s.peer, bytes, n) ? TAKEN : TAKEN_STOP;
	case RELAY_EVENTS:
		return sse_read(&r->events, bytes, n, take_event, r) ? TAKEN : TAKEN_STOP;
	case RELAY_BODY:
		return gather(r, bytes, n) ? TAKEN : TAKEN_STOP;
	default:
		r->ignored += n;
		return r->ignored > IGNORED_MAX ? TAKEN_STOP : TAKEN;
	}
}

/* Nobody was to read it. */
static void
ignored(struct relay *r)
{
	if (r->status == 401 || r->status == 403)
		relay_refused(r);
	else if (r->waits.place != 0)
		return;		/* what is left to be said follows */
	else if (r->s.status != 0 && !r->opened)
		relay_end(r);	/* all has been said */
	else
		relay_fault(r, HTTP_ANSWERED, "gave no answer of MCP");
}

static void
done(void *owner, enum http_outcome outcome)
{
	struct relay *r = owner;
	const struct transfer *over = r->transfer;	/* another may be begun meanwhile */

	if (r->mode == RELAY_IGNORED && r->s.status == 0)
		outcome = HTTP_ANSWERED;	/* whatever became of the rest of it */
	if (outcome != HTTP_ANSWERED && (r->boxed || !r->s.peer.gone))
		stream_failed(&r->s, "upstream: %s", outcome == HTTP_TIMED_OUT ? "silent for too long" :
		    outcome == HTTP_TOO_LONG ? "its headers are too long" : transfer_error(r->transfer));
	if (r->s.peer.gone && !r->boxed) {
		r->transfer = NULL;
		return;
	}
	switch (r->mode) {
	case RELAY_RAW:
	case RELAY_RAW_EVENTS:
		if (outcome == HTTP_ANSWERED)
			stream_end(&r->s);
		else if (outcome == HTTP_SECRET && r->mode == RELAY_RAW_EVENTS && is_between_events(r))
			relay_fault(r, outcome, NULL);	/* to be asked again would be of no use */
		else
			peer_break(&r->s.peer);
		break;
	case RELAY_EVENTS:
		if (outcome == HTTP_ANSWERED && r->s.reason == NULL)
			relay_end(r);
		else
			relay_fault(r, outcome, "sent an event that cannot be passed on");
		break;
	case RELAY_BODY:
		if (outcome == HTTP_ANSWERED)
			relay_whole(r);
		else
			relay_fault(r, r->overlong ? HTTP_TOO_LONG : outcome, NULL);
		break;
	case RELAY_IGNORED:
		ignored(r);
		break;
	default:
		relay_fault(r, outcome, "gave no answer");
	}
	if (r->transfer == over)
		r->transfer = NULL;
}
