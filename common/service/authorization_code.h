/* SPDX-License-Identifier: MIT */
/* authorization_code.h - RFC 6749 section 4.1: short-lived, used once, bound to what was asked */
#ifndef SERVICE_AUTHORIZATION_CODE_H
#define SERVICE_AUTHORIZATION_CODE_H

#include "service/access_token.h"

struct code_request {
	const char	*code;
	const char	*client_id;
	const char	*redirect_uri;	/* NULL: not sent, as OAuth 2.1 section 10.2 has it */
	const char	*code_verifier;
	const char	*resource;	/* NULL: the session's */
};

/* Within the caller's transaction. */
MUST_CHECK enum oauth_error authorization_code_issue(struct request *, const struct session *,
		    const struct data_key *, const char *redirect_uri, const char *code_challenge,
		    struct opaque_token *);

/*
 * Section 4.1.3; one transaction.  A wrong client, redirect URI or verifier neither consumes nor
 * revokes; a replay by the client itself ends the session that the code opened.
 */
MUST_CHECK enum oauth_error authorization_code_redeem(struct request *, const struct code_request *,
		    struct grant *);

#endif
