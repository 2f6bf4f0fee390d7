/* SPDX-License-Identifier: MIT */
#include "service/mailbox.h"

#include "service/mailbox_part.h"
#include "service/session.h"
#include "service/store_failed.h"

static void	start(struct stream *), beat(struct stream *), drained(struct stream *),
		stop(struct stream *), dispose(struct stream *);

const struct stream_kind mailbox_kind = {
	.start = start, .beat = beat, .drained = drained, .stop = stop, .free = dispose,
};

/* --- messages -------------------------------------------------------------------------------------- */

static void
write_message(struct mailbox *m, const char *text, size_t n)
{
	struct fifo out = { 0 };

	sse_write(&out, &(struct sse_event){ .event = "message", .data = text, .len = n });
	(void)peer_write(&m->s.peer, fifo_front(&out), fifo_len(&out));
	fifo_free(&out);
}

/* Hands on what waits, as far as the client takes it. */
void
mailbox_deliver(struct mailbox *m)
{
	struct request *rq = stream_request(&m->s);
	struct mailbox_message message[MAILBOX_AT_ONCE];
	int count = 1;

	while (rq->store != NULL && count > 0 && !peer_full(&m->s.peer) && !m->s.peer.gone) {
		count = mailbox_list(rq, &m->id, &m->s.key, message, MAILBOX_AT_ONCE);
		for (int i = 0; i < count; i++)
			/* One that does not open was put there by whoever wrote to the database. */
			if (message[i].text != NULL)
				write_message(m, message[i].text, strlen(message[i].text));
		if (count > 0 && mailbox_written(rq, &m->id, message[count - 1].seq) == STORE_FAILED) {
			/* Else they would be sent again. */
			stream_failed(&m->s, "the store failed");
			peer_break(&m->s.peer);
		}
		loop_served(stream_loop(&m->s));
	}
	if (m->pulls && !m->pulled)
		mailbox_pull(m);
}

/* --- the stream ------------------------------------------------------------------------------------- */

static void
start(struct stream *s)
{
	struct mailbox *m = OWNER(s, struct mailbox, s);
	struct fifo out = { 0 };

	mailboxes_join(s->home);
	stream_open(s, 200, SSE_MEDIA_TYPE, -1, NULL, 0);
	sse_write(&out, &(struct sse_event){
		.event = "endpoint", .data = m->endpoint, .len = strlen(m->endpoint),
	});
	(void)peer_write(&s->peer, fifo_front(&out), fifo_len(&out));
	fifo_free(&out);
}

static void
beat(struct stream *s)
{
	stream_comment(s);
}

static void
drained(struct stream *s)
{
	struct mailbox *m = OWNER(s, struct mailbox, s);
	struct stream *next;

	if (m->transfer != NULL)
		transfer_resume(m->transfer);
	for (struct stream *other = s->home->first; other != NULL; other = next) {
		next = other->next;
		if (other->is->room != NULL)
			other->is->room(other, m->id.hash);
	}
	mailbox_deliver(m);
}

static void
stop(struct stream *s)
{
	stream_end(s);
}

static void
dispose(struct stream *s)
{
	struct mailbox *m = OWNER(s, struct mailbox, s);

	if (s->peer.loop != NULL) {	/* it was started */
		struct request *rq = stream_request(s);

		loop_timer_clear(stream_loop(s), &m->again);
		transfer_cancel(m->transfer);
		mailboxes_leave(s->home);
		if (rq->store != NULL)
			mailbox_delete(rq, &m->id);
	}
	sse_reader_free(&m->events);
	stream_free_text(&m->endpoint);
	stream_free_text(&m->secret);
	for (size_t i = 0; i < COUNT(m->right); i++)
		stream_free_text(&m->right[i]);
	for (size_t i = 0; i < COUNT(m->header); i++)
		stream_free_text(&m->header[i]);
}

/* --- made by the worker ------------------------------------------------------------------------------ */

enum oauth_error
mailbox_begin(struct request *rq, const struct response *rs, const struct config_server *server,
    const struct session *session, const struct data_key *key, const struct relay_plan *from)
{
	struct opaque_token token = opaque_token_new(rq->arena);
	struct mailbox *m = stream_new(rq, rs, session, key, &mailbox_kind, sizeof *m);

	if (m == NULL)
		return rq->failure.error;
	rq->goes_on = &m->s.continuation;
	m->id = (struct mailbox_id){ .sid = session->sid, .server = server->name };
	memcpy(m->id.hash, token.hash, sizeof m->id.hash);
	m->server = server;
	m->endpoint = stream_text(arena_printf(rq->arena, "%s/%s/message?sid=%s", rq->config->public_path,
	    server->name, token.text));
	m->pulls = from != NULL;
	m->again.due = mailbox_pull_again;
	if (from != NULL && from->rights != NULL)
		m->rights = (struct rights){
			.scope = m->right[0] = stream_text(from->rights->scope),
			.roles = m->right[1] = stream_text(from->rights->roles),
			.groups = m->right[2] = stream_text(from->rights->groups),
		};
	m->secret = stream_text(from == NULL ? NULL : from->secret);
	for (size_t i = 0; from != NULL && i < from->headers; i++)
		m->header[m->headers++] = stream_text(from->header[i]);
	if (mailbox_insert(rq, &m->id, mailboxes_socket(rq), rq->now + rq->config->limits.stream) !=
	    STORED) {
		rq->goes_on = NULL;
		m->s.continuation.give_up(&m->s.continuation);
		return store_failed(rq);
	}
	return OAUTH_OK;
}

bool
mailbox_hand(struct stream *from, const uint8_t hash[static SHA256_SIZE], const char *message, size_t n)
{
	struct mailbox *m = mailboxes_find(from->home, hash);

	if (m == NULL)
		return false;
	write_message(m, message, n);
	return true;
}

bool
mailbox_full(struct stream *from, const uint8_t hash[static SHA256_SIZE])
{
	struct mailbox *m = mailboxes_find(from->home, hash);

	return m != NULL && peer_full(&m->s.peer);
}
