/* SPDX-License-Identifier: MIT */
/*
 * reauthentication.h - what Entra demands of a person before it serves a client for them again
 *
 * A policy's claims (MFA, a compliant device, an authentication context) come with a refusal, in
 * the middle of a call.  They wait here by tenant, person, client and resource, sealed under the
 * cache key, until that person signs in again through that client: oauth-callback sends the same
 * browser to Entra once more, with them.
 */
#ifndef SERVICE_REAUTHENTICATION_H
#define SERVICE_REAUTHENTICATION_H

#include "service/session.h"

#define REAUTHENTICATION_WAITS	3600	/* seconds that a demand waits for the person */
#define REAUTHENTICATION_SERVES	600	/* seconds in which the same demand, once met, is not made again */

struct reauthentication {
	const char	*claims;
	bool		 met;		/* the person did it a moment ago */
};

/* STORED when there is one that opens. */
MUST_CHECK enum stored reauthentication_find(struct request *, const struct session *,
		    struct reauthentication *);

/* The person did what was demanded.  Within the caller's transaction. */
MUST_CHECK enum stored reauthentication_meet(struct request *, const struct session *);

/* Keeps the demand for the person's next sign-in through this client. */
MUST_CHECK enum stored reauthentication_keep(struct request *, const struct session *,
		    const char *claims);

/*
 * Keeps the demand and marks the session, so that the client's next refresh is refused once and it
 * opens the browser.  INVALID_TOKEN with the failure set; OAUTH_OK when that would not help: the
 * person has just met this very demand, and it is made again.
 */
MUST_CHECK enum oauth_error reauthentication_demand(struct request *, const struct session *,
		    const char *claims);

#endif
