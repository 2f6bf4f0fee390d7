/* SPDX-License-Identifier: MIT */
/*
 * refresh_token.h - rotation that survives a lost answer (RFC 9700 section 4.14.2)
 *
 * The predecessor's row keeps its successor, sealed for the predecessor's holder.  A rotation is
 * confirmed by the first use of the successor, or of an access token issued with it.  The
 * predecessor presented again
 *	(a) within refresh_grace: the same successor and a new access token, since clients refresh
 *	    in several requests at once and one may use its answer before another has asked;
 *	(b) later, still unconfirmed: a new successor, and the earlier one is superseded;
 *	(c) later and confirmed, or a superseded one at any time: the session ends.
 */
#ifndef SERVICE_REFRESH_TOKEN_H
#define SERVICE_REFRESH_TOKEN_H

#include "service/access_token.h"

struct refresh_request {
	const char	*refresh_token;
	const char	*client_id;
	const char	*scope;		/* NULL: the session's */
	const char	*resource;	/* NULL: the session's */
};

/* The first refresh token of a session, within the caller's transaction. */
MUST_CHECK enum oauth_error refresh_token_issue(struct request *, const struct session *,
		    const struct data_key *, const uint8_t *predecessor, struct opaque_token *);

/* RFC 6749 section 6; one transaction.  A wrong client neither consumes nor revokes. */
MUST_CHECK enum oauth_error refresh_token_redeem(struct request *, const struct refresh_request *,
		    struct grant *);

#endif
