/* SPDX-License-Identifier: MIT */
/*
 * upstream_header.h - the header fields of a request to an upstream
 *
 * What a client sent passes by name alone: a table, Mcp-Param-* of modern requests, and what the
 * configuration adds.  What we say of the person and of ourselves is never the client's.
 */
#ifndef SERVICE_UPSTREAM_HEADER_H
#define SERVICE_UPSTREAM_HEADER_H

#include "service/person.h"
#include "service/relay.h"

#define UPSTREAM_USER_LIFE	60	/* seconds that a signed X-Sallyport-User is good for */

/* Adds one; false when there are too many, or the value holds what a field cannot. */
MUST_CHECK bool	 upstream_header_add(struct request *, struct relay_plan *, const char *name,
		    const char *value);

/* The client's own.  INVALID_REQUEST when they are too many. */
MUST_CHECK enum oauth_error upstream_header_pass(struct request *, const struct config_server *,
		    bool modern, struct relay_plan *);

/* X-Sallyport-*, as configured. */
MUST_CHECK enum oauth_error upstream_header_user(struct request *, const struct config_server *,
		    const struct person *, struct relay_plan *);

/* The line of a header-file. */
MUST_CHECK enum oauth_error upstream_header_file(struct request *, const char *path,
		    struct relay_plan *);

#endif
