/* SPDX-License-Identifier: MIT */
/*
 * event_stream.h - an answer that takes long: opened as events, kept alive by comments
 *
 * A web server tells a program nothing of a client's disconnect while the program is silent.  So a
 * call that is not answered within EVENT_STREAM_AFTER is opened as a stream, and each heartbeat
 * writes a comment; when that fails the client is gone, and the work for it ends.
 */
#ifndef SERVICE_EVENT_STREAM_H
#define SERVICE_EVENT_STREAM_H

#include "service/request.h"

#define EVENT_STREAM_AFTER	1000	/* milliseconds */

struct event_stream {
	const struct request	*rq;
	struct response		*rs;
	bool			 opens;		/* else it only minds the time */
	int64_t			 next_ms;	/* when something is written next, monotonic */
	int64_t			 until_ms;	/* when the work is given up, monotonic */
};

/* Whether web server and client take streams. */
MUST_CHECK bool		 event_stream_possible(const struct request *);

struct event_stream	 event_stream_begin(const struct request *, struct response *, bool opens,
			    int64_t until_ms);

/* For http_client_watch: opens the stream, writes a comment, or does nothing, as the time is; false
 * when the client is gone or the time is over. */
bool			 event_stream_wanted(void *stream);

#endif
