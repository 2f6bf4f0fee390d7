/* SPDX-License-Identifier: MIT */
/*
 * request.h - one request and its answer
 *
 * Both live in the worker's arena and end with it.  The pointers to services are the worker's own;
 * those that an endpoint did not name in its needs stay NULL.
 */
#ifndef SERVICE_REQUEST_H
#define SERVICE_REQUEST_H

#include "base/buf.h"
#include "protocol/oauth.h"
#include "service/config.h"
#include "service/io.h"

struct store;
struct keyring;
struct http_client;
struct verdicts;
struct streams;
struct session_rates;

/* An answer that goes on without its worker: see stream.h. */
struct continuation {
	void	(*take_over)(struct continuation *, struct io *);
	void	(*give_up)(struct continuation *);
};

struct request {
	struct arena		*arena;
	const struct config	*config;
	struct io		*io;
	const char		*program;	/* the endpoint's name */
	const char		*id;		/* 16 hexadecimal digits, for the log and the pages */
	int64_t			 now;		/* seconds, when it began */
	const char		*method;
	const char		*path;		/* as sent, undecoded, without the query */
	const char		*route;		/* path below public_url's own; NULL when outside it */
	const char		*query;		/* "" when there is none */
	const char		*body;		/* "" when there is none; NUL-terminated */
	size_t			 body_len;
	const char		*client_id;	/* for the log, once known */
	struct failure		 failure;

	struct store		*store;
	struct keyring		*keys;
	struct http_client	*http;
	struct verdicts		*verdicts;
	struct streams		*streams;	/* the process's */
	struct session_rates	*session_rates;	/* the process's */
	struct continuation	*goes_on;	/* set by a handler: there, and not in its response */
};

#define RESPONSE_HEADERS_MAX	16384			/* bytes */
#define RESPONSE_BODY_MAX	((size_t)8 * 1024 * 1024)	/* bytes */

struct response {
	int		 status;
	const char	*content_type;		/* NULL: no body */
	const char	*cache_control;		/* "no-store" unless a program says otherwise */
	struct buf	 headers;
	struct buf	 body;
	bool		 opened;	/* its head has gone out already */
};

#define REQUEST_ID	16	/* characters: what a request is called in the log, the audit and on pages */

/* One that no other request has. */
void		 request_id_new(char id[static REQUEST_ID + 1]);

/* A variable of the request, NULL when absent or empty: "HTTP_ORIGIN", "CONTENT_TYPE". */
const char	*request_variable(const struct request *, const char *name);

struct response	 response_new(struct arena *);
void		 response_header(struct response *, const char *name, const char *value);

/* The head as CGI has it, without the blank line; a negative length is left out. */
void		 response_head(struct buf *, const struct response *, int64_t length);

/* Sends "Location" with 303 after a POST and 302 after a GET. */
void		 response_redirect(const struct request *, struct response *, const char *location);

/*
 * Reads method, path and body.  The body is read to its end, up to body_max; beyond that the
 * failure is CONTENT_TOO_LARGE and the connection ends.  `path` is the endpoint's own, taken by
 * hand when nothing else names one.
 */
MUST_CHECK enum oauth_error request_read(struct request *, const char *path);

/*
 * Sends the head of an event stream and a first comment, so that the rest can follow when it is
 * there.  False when the peer is gone.
 */
bool		 response_open(const struct request *, struct response *);

/* Sends all of it, or what follows the head.  False when the peer is gone. */
bool		 response_send(const struct request *, const struct response *);

#endif
