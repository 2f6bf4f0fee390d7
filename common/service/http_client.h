/* SPDX-License-Identifier: MIT */
/*
 * http_client.h - outgoing HTTPS, one call after the other
 *
 * libcurl is loaded at the first call.  One client belongs to one worker and keeps its connections.  Redirects are
 * never followed, only http and https are spoken, certificates are always verified, and an
 * answer has a limit and a time.
 */
#ifndef SERVICE_HTTP_CLIENT_H
#define SERVICE_HTTP_CLIENT_H

#include <sys/socket.h>

#include "base/arena.h"
#include "service/config.h"

struct http_client;

#define HTTP_CALL_HEADERS_MAX	6
#define HTTP_HEADERS_MAX	((size_t)64 * 1024)	/* bytes of an answer's header fields */

struct http_call {
	const char	*url;
	const char	*form;		/* a POST's body, a form unless a header says else; NULL: GET */
	const char	*header[HTTP_CALL_HEADERS_MAX];		/* "Name: value" */
	int64_t		 timeout;	/* seconds for all of it; 0: the configuration's */
	int64_t		 connect;	/* seconds for the connection; 0: as all calls */
	bool		 direct;	/* never by a proxy, whatever the environment says */
	size_t		 most;		/* bytes of the answer's body; 0: response_max */
	/*
	 * For an address that a stranger named: asked of the very address that is about to be connected
	 * to, which no resolver can change any more.  https alone, no proxy, a connection of its own.
	 */
	bool		 (*may_connect)(const struct config *, const struct sockaddr *);
};

enum http_outcome {
	HTTP_ANSWERED,		/* with whatever status */
	HTTP_UNREACHABLE,	/* no connection, bad certificate, broken off, headers without end */
	HTTP_TIMED_OUT,
	HTTP_TOO_LONG,		/* beyond response_max, or the call's own */
	HTTP_NO_CLIENT,		/* libcurl is not to be had */
	HTTP_SECRET,		/* of a transfer alone: the answer holds its secret */
};

struct http_answer {
	int		 status;
	const char	*body;		/* NUL-terminated, in the arena */
	size_t		 len;
	int64_t		 retry_after;	/* seconds, an hour at most; 0 when absent */
	int64_t		 date;		/* seconds since 1970, by the peer's clock; 0 when absent */
	const char	*www_authenticate;	/* all, joined by ", " (RFC 9110 section 5.3); NULL: none */
	const char	*content_type;	/* these four: NULL when absent */
	const char	*cache_control;	/* joined as well */
	const char	*age;
	const char	*etag;
};

struct http_client	*http_client_open(const struct config *);
void			 http_client_close(struct http_client *);

MUST_CHECK enum http_outcome http_client_call(struct http_client *, struct arena *,
		    const struct http_call *, struct http_answer *);
/*
 * While a call waits, `wanted` is asked about once a second; false breaks the call off.  NULL ends
 * the watch.  The argument must live until then.  Without a client there is nothing to watch.
 */
void			 http_client_watch(struct http_client *, bool (*wanted)(void *), void *);

/* Whether a call would go on just now. */
MUST_CHECK bool		 http_client_wanted(struct http_client *);
/* Waits between two calls, watched as they are: false when it was broken off.  NULL only waits. */
MUST_CHECK bool		 http_client_pause(struct http_client *, int64_t ms);

/* One line for the log: what libcurl said of the last call. */
NONNULL const char	*http_client_error(const struct http_client *);

#endif
