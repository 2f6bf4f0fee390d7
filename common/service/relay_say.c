/* SPDX-License-Identifier: MIT */
/* relay_say.c - answers of the gateway's own, where no upstream's is waited for */
#include "protocol/jsonrpc.h"
#include "protocol/mcp.h"
#include "service/hint.h"
#include "service/mailbox.h"
#include "service/relay.h"

#define TEXT_MAX	2048	/* bytes of a message of ours */

/* The answer to the post itself: what the message brings comes over the stream. */
void
relay_accept(struct relay *r)
{
	static const char accepted[] = "Accepted";
	struct request *rq = stream_request(&r->s);

	stream_answer(&r->s, 202, "text/plain", accepted, sizeof accepted - 1, NULL, 0);
	if (r->initialized && rq->store != NULL &&
	    mailbox_set_ready(rq, &r->mailbox) == STORED)
		(void)hint_send(rq->config, r->socket, r->mailbox.hash);
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
