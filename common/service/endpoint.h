/* SPDX-License-Identifier: MIT */
/*
 * endpoint.h - what a program is: a row that says what it answers, and the one loop that runs it
 *
 * From one binary: a FastCGI server when standard input is a listening socket, else a CGI program
 * or a program run by hand, which serve one request.
 */
#ifndef SERVICE_ENDPOINT_H
#define SERVICE_ENDPOINT_H

#include "protocol/page.h"
#include "service/request.h"

/* Something that a worker opens at its first request and keeps: a database, keys, a client. */
struct service {
	const char	*name;
	size_t		 slot;		/* offset of its pointer in struct request */
	void		*(*open)(const struct config *, const char **why);
	void		 (*close)(void *);
	bool		 early;		/* one of them before the sandbox, which it outlives */
};

extern const struct service store_service, keyring_service, http_service, verdict_service,
		    streams_service, session_rates_service;

#define NEEDS_MAX	6

struct endpoint {
	const char	*name;		/* the program's */
	const char	*path;		/* its only route, or NULL: the handler judges */
	const char	*standard;	/* by hand, without REQUEST_URI; NULL: path */
	const char	*methods;	/* "GET, HEAD": the value of Allow; NULL: the handler judges */
	const char	*media;		/* a POST's media type, NULL for any */
	bool		 cors;		/* browsers of any origin may read the answer */
	const struct service *needs[NEEDS_MAX];	/* all else stays closed; NULL at the end */
	enum oauth_error (*admit)(struct request *);	/* asked before the handler; NULL: all come in */
	enum oauth_error (*handle)(struct request *, struct response *);
	void		(*refuse)(const struct request *, struct response *);	/* NULL: refuse_json */
};

/* program.c: runs until told to stop (FastCGI) or for one request.  Returns the exit status. */
int		 endpoint_run(const struct endpoint *);

/* RFC 6749 section 5.2: {"error":...,"error_description":...} with the error's status. */
void		 refuse_json(const struct request *, struct response *);
/* A page for a person, with advice for somebody who signs in. */
void		 refuse_page(const struct request *, struct response *);
/* The same with a heading and advice of the program's own; the rest follows from the failure. */
void		 refuse_page_saying(const struct request *, struct response *, struct error_page);

struct request_line {
	const char	*method, *path;
	int		 status;
	const char	*error;		/* the code, NULL when all went well */
	const char	*client_id;	/* NULL when unknown */
	const char	*id;
	int64_t		 ms;		/* how long it took */
	const char	*description, *reason;	/* may be NULL */
};

/* One line; what the web server's access log cannot say.  Never a query, a token or an identity. */
void		 request_log(const struct config *, const struct request_line *);

/* One request, from variables to answer; the FastCGI workers and the CGI case share it. */
void		 endpoint_serve(const struct endpoint *, struct request *worker, struct io *);
void		 endpoint_close(const struct endpoint *, struct request *worker);

#endif
