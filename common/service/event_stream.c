/* SPDX-License-Identifier: MIT */
#include "service/event_stream.h"

#include "base/clock.h"

#define EVENT_STREAM	"text/event-stream"

/* A client that only says "anything" may not expect events: it must name them. */
bool
event_stream_possible(const struct request *rq)
{
	const char *accept = request_variable(rq, "HTTP_ACCEPT");

	return rq->io->flush != NULL && accept != NULL && strstr(accept, EVENT_STREAM) != NULL;
}

struct event_stream
event_stream_begin(const struct request *rq, struct response *rs, bool opens, int64_t until_ms)
{
	return (struct event_stream){
		.rq = rq, .rs = rs, .opens = opens, .until_ms = until_ms,
		.next_ms = clock_monotonic_ms() + EVENT_STREAM_AFTER,
	};
}

bool
event_stream_wanted(void *stream)
{
	static const char comment[] = ": working\n\n";
	struct event_stream *s = stream;
	struct io *io = s->rq->io;
	int64_t now_ms = clock_monotonic_ms();

	if (now_ms > s->until_ms)
		return false;
	if (!s->opens || now_ms < s->next_ms)
		return true;
	s->next_ms = now_ms + s->rq->config->stream_heartbeat * 1000;
	if (!s->rs->opened)
		return response_open(s->rq, s->rs);
	return io->write(io, comment, sizeof comment - 1) && io->flush(io);
}
