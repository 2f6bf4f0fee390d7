/* SPDX-License-Identifier: MIT */
/*
 * entra_verify.h - Entra's tokens judged: key by kid from the cached set, signature, claims
 *
 * The verdict on an access token is kept by the SHA-256 of token and person, per worker.
 */
#ifndef SERVICE_ENTRA_VERIFY_H
#define SERVICE_ENTRA_VERIFY_H

#include "protocol/entra_token.h"
#include "service/request.h"

#define VERDICTS	512	/* kept per worker */
#define VERDICT_LIFE	600	/* seconds: a key that Entra withdraws counts no longer */

/* INVALID_GRANT when the token is not what it must be; TEMPORARILY_UNAVAILABLE without keys. */
MUST_CHECK enum oauth_error entra_verify_id_token(struct request *, const char *token,
		    const char *nonce, struct entra_identity *);

/* INVALID_TOKEN unless the access token is for us, of this person, and alive. */
MUST_CHECK enum oauth_error entra_verify_access_token(struct request *, const char *token,
		    const char *tenant_id, const char *object_id);
/* The same as of another second: whether Entra has said so of this person at all. */
MUST_CHECK enum oauth_error entra_verify_access_token_at(struct request *, const char *token,
		    const char *tenant_id, const char *object_id, int64_t when);

#endif
