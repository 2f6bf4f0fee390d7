/* SPDX-License-Identifier: MIT */
#include "service/stream.h"

#include <stdarg.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/secret.h"
#include "protocol/sse.h"
#include "service/endpoint.h"
#include "service/session.h"
#include "service/streams.h"

#define REASON_MAX	256	/* bytes */
#define UNANSWERED_MAX	20	/* heartbeats without a word of the store about the session */

char *
stream_text(const char *text)
{
	char *copy = text == NULL ? NULL : strdup(text);

	if (text != NULL && copy == NULL)
		die("no memory for a stream");
	return copy;
}

void
stream_free_text(char **text)
{
	if (*text != NULL)
		explicit_bzero(*text, strlen(*text));
	free(*text);
	*text = NULL;
}

static void
free_stream(struct stream *s)
{
	char **const text[] = {
		&s->method, &s->path, &s->id, &s->client_id, &s->headers, &s->reason, &s->person,
	};

	for (size_t i = 0; i < COUNT(text); i++)
		stream_free_text(text[i]);
	secret_wipe(&s->key, sizeof s->key);
	free(s);
}

static void
discard(struct stream *s)
{
	s->is->free(s);
	streams_release(s->home, s);
	free_stream(s);
}

/* Before its last bytes go: who was given a reference finds it. */
static void
log_once(struct stream *s)
{
	if (s->logged)
		return;
	s->logged = true;
	request_log(s->home->config, &(struct request_line){
		.method = s->method, .path = s->path, .status = s->status, .client_id = s->client_id,
		.id = s->id, .ms = clock_monotonic_ms() - s->began_ms, .reason = s->reason,
	});
}

/* --- what the peer and the clock say -------------------------------------------------------------- */

static void
end(struct stream *s)
{
	log_once(s);
	streams_remove(s->home, s);
	peer_close(&s->peer);
	loop_timer_clear(stream_loop(s), &s->beat);
	discard(s);
}

static void
peer_over(struct peer *p)
{
	struct stream *s = OWNER(p, struct stream, peer);

	if (s->lasts) {
		peer_close(p);
		return;
	}
	/* A stream that waits has no other end than this, and it is no failure. */
	if (!p->ending && s->status == 0)
		stream_failed(s, "the client is gone");
	end(s);
}

static void
peer_drained(struct peer *p)
{
	struct stream *s = OWNER(p, struct stream, peer);

	s->is->drained(s);
}

/* A store that does not answer ends nobody's stream, unless it goes on like that. */
static bool
session_is_alive(struct stream *s)
{
	struct request *rq = stream_request(s);
	enum stored stored = rq->store == NULL ? STORE_FAILED : session_alive(rq, &s->sid);

	s->unanswered = stored == STORE_FAILED ? s->unanswered + 1 : 0;
	return stored != ABSENT && s->unanswered < UNANSWERED_MAX;
}

void
stream_finish(struct stream *s)
{
	s->finished = true;
	stream_beat_at(s, 0);
}

static void
beat(struct loop_timer *t)
{
	struct stream *s = OWNER(t, struct stream, beat);
	int64_t now_ms = clock_monotonic_ms();

	if (s->finished) {
		end(s);
		return;
	}
	stream_beat_at(s, now_ms + s->home->config->stream_heartbeat * 1000);
	if (now_ms >= s->until_ms || !session_is_alive(s))
		s->is->stop(s);
	else
		s->is->beat(s);
}

void
stream_beat_at(struct stream *s, int64_t at_ms)
{
	loop_timer_set(stream_loop(s), &s->beat, at_ms);
}

void
stream_start(struct stream *s)
{
	s->peer.drained = peer_drained;
	s->peer.over = peer_over;
	s->beat.due = beat;
	peer_begin(&s->peer, stream_loop(s), s->peer.at);
	stream_beat_at(s, s->began_ms + s->home->config->stream_heartbeat * 1000);
	s->is->start(s);
}

void
stream_abandon(struct stream *s)
{
	stream_failed(s, "the program is stopping");
	end(s);
}

static void
take_over(struct continuation *c, struct io *io)
{
	struct stream *s = OWNER(c, struct stream, continuation);
	bool threaded = io->fcgx != NULL;

	s->peer.at = io_detach(io);
	streams_add(s->home, s, threaded);
}

static void
give_up(struct continuation *c)
{
	discard(OWNER(c, struct stream, continuation));
}

/* --- making one ----------------------------------------------------------------------------------- */

void *
stream_new(struct request *rq, const struct response *rs, const struct session *session,
    const struct data_key *key, const struct stream_kind *is, size_t size)
{
	struct stream *s;
	int64_t now_ms = clock_monotonic_ms();

	if ((s = calloc(1, size)) == NULL)
		die("no memory for a stream");
	*s = (struct stream){
		.continuation = { take_over, give_up }, .is = is, .home = rq->streams, .peer.at.fd = -1,
		.began_ms = now_ms, .until_ms = now_ms + rq->config->limits.stream * 1000,
		.sid = session->sid, .key = *key,
		.method = stream_text(rq->method), .path = stream_text(rq->path), .id = stream_text(rq->id),
		.client_id = stream_text(rq->client_id), .headers = stream_text(buf_text(&rs->headers)),
		.person = stream_text(session->subject),
	};
	if (streams_reserve(rq->streams, s))
		return s;
	free_stream(s);
	(void)fail(&rq->failure, TEMPORARILY_UNAVAILABLE, "too many streams are open; try again soon");
	return NULL;
}


/* --- what it says ----------------------------------------------------------------------------------- */

void
stream_open(struct stream *s, int status, const char *content_type, int64_t length,
    const struct stream_field *field, size_t fields)
{
	struct request *rq = stream_request(s);
	struct response rs = response_new(rq->arena);
	struct buf out = buf_new(rq->arena, RESPONSE_HEADERS_MAX + 1024);

	rs.status = s->status = status;
	rs.content_type = content_type;
	if (s->headers != NULL)
		buf_lit(&rs.headers, s->headers);
	for (size_t i = 0; i < fields; i++)
		if (field[i].value != NULL)
			response_header(&rs, field[i].name, field[i].value);
	if (content_type != NULL && strcmp(content_type, SSE_MEDIA_TYPE) == 0)
		response_header(&rs, "X-Accel-Buffering", "no");
	response_head(&out, &rs, length);
	buf_lit(&out, "\r\n");
	if (buf_text(&out) == NULL || buf_text(&rs.headers) == NULL) {
		stream_failed(s, "the answer's head is too long");
		peer_break(&s->peer);
		return;
	}
	(void)peer_write(&s->peer, out.text, out.len);
}

void
stream_answer(struct stream *s, int status, const char *content_type, const char *body, size_t n,
    const struct stream_field *field, size_t fields)
{
	stream_open(s, status, content_type, (int64_t)n, field, fields);
	if (strcmp(s->method, "HEAD") != 0)
		(void)peer_write(&s->peer, body, n);
	stream_end(s);
}

void
stream_end(struct stream *s)
{
	log_once(s);
	peer_end(&s->peer);
}

void
stream_comment(struct stream *s)
{
	static const char comment[] = ": working\n\n";

	(void)peer_write(&s->peer, comment, sizeof comment - 1);
}

void
stream_failed(struct stream *s, const char *fmt, ...)
{
	char text[REASON_MAX];
	va_list ap;

	if (s->reason != NULL)
		return;		/* the first is the cause */
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	s->reason = stream_text(text);
}
