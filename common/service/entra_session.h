/* SPDX-License-Identifier: MIT */
/*
 * entra_session.h - a session's Entra tokens kept alive, on the server alone
 *
 * From the time that Entra names (refresh_in), or shortly before expiry, one request takes a lease
 * and refreshes while the others go on with the old token; after expiry they wait, backing off.
 * Entra does not revoke the old refresh token on use, so a kill at any point is harmless.
 */
#ifndef SERVICE_ENTRA_SESSION_H
#define SERVICE_ENTRA_SESSION_H

#include "service/entra_client.h"
#include "service/session.h"

/*
 * An access token of Entra's for us that is alive and verified.  ENTRA_REFUSED: the session has
 * ended and the person must sign in again.  ENTRA_UNAVAILABLE: the session stays.
 */
MUST_CHECK enum entra_outcome entra_session_token(struct request *, const struct session *,
		    const struct data_key *, const char **access_token);

/*
 * The same where nothing needs the token: whether Entra still stands by the person.  Waits for no
 * other request, and while Entra does not answer asks it once in SETBACK_SAME seconds.
 */
MUST_CHECK enum entra_outcome entra_session_check(struct request *, const struct session *,
		    const struct data_key *, const char **access_token);

/*
 * Entra does not take its own token for an exchange any more, although it is alive: the person may
 * have been revoked.  Refreshes it, once in SETBACK_SAME seconds; ENTRA_REFUSED when the session has
 * ended.  *access_token stays when there is no other.
 */
MUST_CHECK enum entra_outcome entra_session_renew(struct request *, const struct session *,
		    const struct data_key *, const char **access_token);

#endif
