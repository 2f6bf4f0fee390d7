/* SPDX-License-Identifier: MIT */
/* redirect_uri.h - which redirect URIs may be registered, and when two are the same one */
#ifndef PROTOCOL_REDIRECT_URI_H
#define PROTOCOL_REDIRECT_URI_H

#include "base/arena.h"

#define REDIRECT_URI_MAX	1024	/* bytes */

/*
 * https with a host; http on loopback (RFC 8252 section 7.3); or a private-use scheme that the
 * configuration names (`schemes`, NULL at the end, may be NULL; RFC 8252 section 7.1).  Never a
 * fragment (RFC 6749 section 3.1.2) or user information.
 */
MUST_CHECK bool	 redirect_uri_acceptable(struct arena *, const char *, const char *const *schemes);

/*
 * Byte by byte, but for the port of http loopback URIs, which is free (RFC 8252 section 7.3).
 * `localhost` and `127.0.0.1` stay different hosts.
 */
MUST_CHECK bool	 redirect_uri_matches(struct arena *, const char *registered, const char *presented);

MUST_CHECK bool	 redirect_uri_is_loopback(struct arena *, const char *);

/* "host[:port]", as people are shown it; NULL for a private-use scheme, and for no URI. */
const char	*redirect_uri_host(struct arena *, const char *);

#endif
