/* SPDX-License-Identifier: MIT */
/* client_assertion.h - private_key_jwt: RFC 7523 section 3, what a client's JWT must say */
#ifndef PROTOCOL_CLIENT_ASSERTION_H
#define PROTOCOL_CLIENT_ASSERTION_H

#include "protocol/jws_verify.h"
#include "protocol/oauth.h"

#define CLIENT_ASSERTION_TYPE	"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define CLIENT_ASSERTION_MAX	8192	/* bytes */
#define CLIENT_ASSERTION_TIME	3600	/* seconds that one may be good for: its jti is kept as long */
#define CLIENT_ASSERTION_SKEW	60	/* seconds between two clocks */

struct client_assertion {
	struct jws	 jws;
	const char	*alg;
	const char	*kid;		/* NULL when it names none */
	const char	*client_id;	/* iss and sub */
	const char	*jti;
	int64_t		 exp;
};

/*
 * Reads it, and checks all that needs no key: the algorithm is one of ours, iss and sub are one, aud
 * holds one of `audiences` (NULL at the end), exp lies ahead but not far, nbf and iat behind, jti is
 * there.  INVALID_CLIENT else.  Nothing in it is true before jws_verify() has said so.
 */
MUST_CHECK enum oauth_error client_assertion_read(struct arena *, const char *token,
		    const char *const *audiences, int64_t now, struct client_assertion *out,
		    struct failure *);

#endif
