/* SPDX-License-Identifier: MIT */
/*
 * sse.h - event streams (WHATWG HTML, "Server-sent events"), read and written
 *
 * The reader takes bytes as they come and hands out whole events; the boundary watches a stream
 * that is passed on as it is, to know when something may be put between two events.
 */
#ifndef PROTOCOL_SSE_H
#define PROTOCOL_SSE_H

#include "base/fifo.h"

#define SSE_MEDIA_TYPE	"text/event-stream"
#define SSE_FIELD_MAX	4096	/* bytes of an event's name, id or retry */

struct sse_event {
	const char	*event;		/* "" when it had none, which means "message" */
	const char	*id;		/* NULL when it had none */
	const char	*retry;		/* NULL when it had none */
	const char	*data;		/* NUL-terminated, lines joined by \n; NULL when it had none */
	size_t		 len;
};

struct sse_reader {
	struct fifo	 line, event, id, retry, data;
	bool		 has_id, has_retry, has_data;
	bool		 after_cr;	/* a line feed now belongs to the line before */
	bool		 begun;		/* the byte order mark was looked for */
};

/* `most` bytes of data in one event. */
struct sse_reader sse_reader_new(size_t most);
void		 sse_reader_free(struct sse_reader *);

/*
 * Takes n bytes.  `take` gets each event that they complete, also one without data if it carries
 * an id or a retry; false from it ends the reading.  False then, and for an event too long.
 */
MUST_CHECK bool	 sse_read(struct sse_reader *, const char *, size_t n,
		    bool (*take)(void *, const struct sse_event *), void *argument);

/* One event as text, appended. */
void		 sse_write(struct fifo *, const struct sse_event *);

struct sse_boundary {
	bool		 in_line, in_event, after_cr;
};

/* Follows a stream; true when these bytes end between two events. */
bool		 sse_boundary_follow(struct sse_boundary *, const char *, size_t n);

#endif
