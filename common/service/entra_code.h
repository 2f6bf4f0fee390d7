/* SPDX-License-Identifier: MIT */
/* entra_code.h - what Entra sends our callback: its authorization code, or its error */
#ifndef SERVICE_ENTRA_CODE_H
#define SERVICE_ENTRA_CODE_H

#include "protocol/entra_token.h"
#include "service/entra_client.h"

/*
 * Redeems the code with our credential and tells who it stands for: the ID token, with this nonce,
 * names the person, and the access token must be theirs and for us.  ACCESS_DENIED when Entra or
 * its answer says no, TEMPORARILY_UNAVAILABLE, SERVER_ERROR when we are not set up.
 */
MUST_CHECK enum oauth_error entra_code_redeem(struct request *, const char *code,
		    const char *verifier, const char *nonce, struct entra_reply *,
		    struct entra_identity *);

/*
 * Entra's error word as ours, in the failure; always an error.  Of the description, which the
 * browser brings, the log has the AADSTS number alone; it may be NULL.
 */
MUST_CHECK enum oauth_error entra_code_refused(struct request *, const char *error,
		    const char *description);

#endif
