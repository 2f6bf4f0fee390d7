/* SPDX-License-Identifier: MIT */
/* relay_say.c - answers of the gateway's own, where no upstream's is waited for */
#include "base/clock.h"
#include "protocol/jsonrpc.h"
#include "protocol/mcp.h"
#include "service/hint.h"
#include "service/mailbox.h"
#include "service/relay.h"

#define TEXT_MAX	2048	/* bytes of a message of ours */

static void
accept_now(struct relay *r)
{
	static const char accepted[] = "Accepted";

	stream_answer(&r->s, 202, "text/plain", accepted, sizeof accepted - 1, NULL, 0);
}

/* What the upstream says unasked must have a way before the client goes on. */
static void
look(struct loop_timer *t)
{
	struct relay *r = OWNER(t, struct relay, waits);
	struct request *rq = stream_request(&r->s);
	struct mailbox_row row;
	int64_t now_ms = clock_monotonic_ms();

	if (now_ms < r->waits_until_ms && rq->store != NULL &&
	    mailbox_get(rq, &r->mailbox, &r->s.key, &row) == STORED && row.state != MAILBOX_READY) {
		loop_timer_set(stream_loop(&r->s), t, now_ms + RELAY_READY_LOOK);
		return;
	}
	accept_now(r);
	if (r->transfer == NULL)
		relay_end(r);
}

/* The answer to the post itself: what the message brings comes over the stream. */
void
relay_accept(struct relay *r)
{
	struct request *rq = stream_request(&r->s);
	int64_t now_ms = clock_monotonic_ms();

	if (!r->initialized || rq->store == NULL ||
	    mailbox_set_state(rq, &r->mailbox, MAILBOX_INITIALIZED) != STORED) {
		accept_now(r);
		return;
	}
	(void)hint_send(rq->config, r->socket, r->mailbox.hash);
	r->waits.due = look;
	r->waits_until_ms = now_ms + RELAY_READY_WAIT;
	loop_timer_set(stream_loop(&r->s), &r->waits, now_ms + RELAY_READY_LOOK);
}

void
relay_say(struct relay *r, int status, const char *message)
{
	if (r->boxed && r->s.status == 0)
		relay_accept(r);
	relay_answer(r, status, message, strlen(message), NULL);
}

void
relay_say_result(struct relay *r, const char *result)
{
	struct buf b = buf_new(stream_request(&r->s)->arena, TEXT_MAX);

	jsonrpc_result(&b, r->rpc_id, result);
	relay_say(r, 200, buf_text(&b) == NULL ? "" : b.text);
}

void
relay_say_error(struct relay *r, int status, int code, const char *message)
{
	struct buf b = buf_new(stream_request(&r->s)->arena, TEXT_MAX);

	jsonrpc_error(&b, r->rpc_id, code, message, NULL);
	relay_say(r, status, buf_text(&b) == NULL ? "" : b.text);
}

void
relay_say_nothing(struct relay *r, int status)
{
	if (r->boxed)
		relay_accept(r);
	else
		relay_open(r, status, NULL, 0);
	if (r->waits.place == 0)
		relay_end(r);
}

void
relay_say_listening(struct relay *r)
{
	struct buf b = buf_new(stream_request(&r->s)->arena, TEXT_MAX);

	mcp_listen_to_nothing(&b, r->rpc_id, NULL);
	if (!r->opened)
		relay_open(r, 200, SSE_MEDIA_TYPE, -1);
	if (buf_text(&b) != NULL)
		(void)peer_write(&r->s.peer, b.text, b.len);
	relay_end(r);
}

bool
relay_box(struct relay *r, const char *message, size_t n)
{
	struct request *rq = stream_request(&r->s);

	return mailbox_hand(&r->s, r->mailbox.hash, message, n) ||
	    (rq->store != NULL && mailbox_put(rq, &r->mailbox, &r->s.key, r->socket, message, n) == STORED);
}

bool
relay_box_is_gone(struct relay *r)
{
	struct request *rq = stream_request(&r->s);
	struct mailbox_row row;

	return r->boxed && rq->store != NULL &&
	    mailbox_get(rq, &r->mailbox, &r->s.key, &row) == ABSENT;
}

void
relay_room(struct stream *s, const uint8_t hash[static SHA256_SIZE])
{
	struct relay *r = OWNER(s, struct relay, s);

	if (r->boxed && r->transfer != NULL && memcmp(r->mailbox.hash, hash, SHA256_SIZE) == 0)
		transfer_resume(r->transfer);
}
