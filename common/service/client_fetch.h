/* SPDX-License-Identifier: MIT */
/*
 * client_fetch.h - fetching what a client publishes, from wherever a stranger says that it is
 *
 * The address that is connected to must be public or of metadata_networks; https, no redirect, no
 * proxy, little time, few bytes, and JSON.
 */
#ifndef SERVICE_CLIENT_FETCH_H
#define SERVICE_CLIENT_FETCH_H

#include <sys/socket.h>

#include "protocol/client_document.h"
#include "service/request.h"

enum client_fetched {
	CLIENT_FETCHED,
	CLIENT_UNCHANGED,	/* 304 */
	CLIENT_UNREACHABLE,	/* no answer, or one of a server that is out of order */
	CLIENT_REFUSED,		/* an answer, and not what it must be */
};

struct client_published {
	struct client_document	 document;	/* not when it is unchanged */
	const char		*etag;		/* NULL: none */
	int64_t			 fresh_for;	/* seconds, between the limits */
};

/* Both record the failure, where it is one.  `etag` is that of what is known, NULL for none. */
MUST_CHECK enum client_fetched client_fetch(struct request *, const char *url, const char *etag,
		    struct client_published *out);
MUST_CHECK enum client_fetched client_fetch_keys(struct request *, const char *url, const char **jwks);

/* The guard of both. */
MUST_CHECK bool	 client_may_connect(const struct config *, const struct sockaddr *);

#endif
