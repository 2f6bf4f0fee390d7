/* SPDX-License-Identifier: MIT */
/* mailbox_pull.c - what an upstream of Streamable HTTP says unasked, for a client that has a mailbox */
#include "base/clock.h"
#include "protocol/http.h"
#include "protocol/tool_filter.h"
#include "service/mailbox_part.h"

static bool
take_event(void *owner, const struct sse_event *e)
{
	struct mailbox *m = owner;
	struct bytes text = { (uint8_t *)(uintptr_t)e->data, e->len };
	struct fifo out = { 0 };

	if (e->len > 0 && m->server->rule != NULL && !tool_filter(stream_request(&m->s)->arena, e->data,
	    e->len, m->server->rule, &m->rights, &text))
		return false;
	if (text.len > 0) {
		sse_write(&out, &(struct sse_event){
			.event = "message", .data = (const char *)text.data, .len = text.len,
		});
		(void)peer_write(&m->s.peer, fifo_front(&out), fifo_len(&out));
		fifo_free(&out);
	}
	return !m->s.peer.gone;
}

/* Whoever waits until the upstream can be heard goes on. */
static void
is_ready(struct mailbox *m)
{
	struct request *rq = stream_request(&m->s);

	if (rq->store != NULL && mailbox_set_state(rq, &m->id, MAILBOX_READY) == STORE_FAILED)
		return;		/* it waits a little longer */
}

static void
pull_head(void *owner, struct transfer *t)
{
	transfer_may_be_silent(t);
	is_ready(owner);
}

static enum taken
pull_data(void *owner, const char *bytes, size_t n)
{
	struct mailbox *m = owner;

	if (m->s.peer.gone || transfer_status(m->transfer) != 200 ||
	    !http_media_type_is(transfer_field(m->transfer, FIELD_CONTENT_TYPE), SSE_MEDIA_TYPE))
		return TAKEN_STOP;
	if (peer_full(&m->s.peer))
		return TAKEN_PAUSE;
	return sse_read(&m->events, bytes, n, take_event, m) ? TAKEN : TAKEN_STOP;
}

/* A stream that was there and ended is asked for again; one that is refused is not. */
static void
pull_done(void *owner, enum http_outcome outcome UNUSED)
{
	struct mailbox *m = owner;

	if (!m->s.peer.gone && transfer_status(m->transfer) == 200)
		loop_timer_set(stream_loop(&m->s), &m->again, clock_monotonic_ms() + MAILBOX_PULL_AGAIN);
	sse_reader_free(&m->events);
	m->transfer = NULL;
}

static const struct transfer_owner puller = {
	.head = pull_head, .data = pull_data, .done = pull_done,
};

void
mailbox_pull(struct mailbox *m)
{
	struct request *rq = stream_request(&m->s);
	struct mailbox_row row;

	if (rq->store == NULL || mailbox_get(rq, &m->id, &m->s.key, &row) != STORED ||
	    row.state == MAILBOX_OPEN)
		return;
	m->pulled = true;
	if (row.upstream == NULL) {
		is_ready(m);	/* it keeps no sessions, and has nothing to say unasked */
		return;
	}
	stream_free_text(&m->header[m->headers]);
	m->header[m->headers] = stream_text(arena_printf(rq->arena, "Mcp-Session-Id: %s", row.upstream));
	m->events = sse_reader_new((size_t)rq->config->limits.response_max);
	m->transfer = transfer_begin(stream_transfers(&m->s), &(struct transfer_call){
		.method = "GET", .url = m->server->upstream_url, .socket = m->server->upstream_socket,
		.header = (const char *const *)m->header, .secret = m->secret,
		.silence_ms = m->server->upstream_timeout * 1000,
	}, &puller, m);
}

void
mailbox_pull_again(struct loop_timer *t)
{
	mailbox_pull(OWNER(t, struct mailbox, again));
}
