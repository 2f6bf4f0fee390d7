/* SPDX-License-Identifier: MIT */
/* bearer.h - RFC 6750: the Authorization header, and the challenge */
#ifndef PROTOCOL_BEARER_H
#define PROTOCOL_BEARER_H

#include "base/buf.h"

enum bearer { BEARER_ABSENT, BEARER_MALFORMED, BEARER_PRESENT };

/*
 * Section 2.1: "Bearer" in any case, one blank, one b64token.  An absent or empty header (a server
 * may set it so) and another scheme are BEARER_ABSENT; anything after the token, a comma (two
 * headers joined by the web server) or a bad character is BEARER_MALFORMED.
 */
MUST_CHECK enum bearer bearer_read(const char *authorization, const char **token);

struct challenge {
	const char	*realm;
	const char	*error;			/* NULL when no token was presented (section 3.1) */
	const char	*error_description;	/* NULL for none */
	const char	*scope;
	const char	*resource_metadata;	/* RFC 9728 section 5.1: absolute URL */
};

/* The value of WWW-Authenticate, on one line. */
void		 bearer_challenge(struct buf *, const struct challenge *);

#endif
