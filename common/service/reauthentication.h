/* SPDX-License-Identifier: MIT */
/*
 * reauthentication.h - what Entra demands of a person before it serves a client for them again
 *
 * A policy's claims (MFA, a compliant device, an authentication context) come with a refusal, in
 * the middle of a call.  They wait here by person, client and resource, sealed under the cache key,
 * until that person signs in again through that client: oauth-callback sends the same browser to
 * Entra once more, with them.
 *
 * Some demands nobody can meet: of a place where only the server is, by an upstream that lies.  So
 * the same one is not made again soon after the person was asked, and less soon each time; and
 * different ones not more than a few times a day.
 */
#ifndef SERVICE_REAUTHENTICATION_H
#define SERVICE_REAUTHENTICATION_H

#include "service/session.h"

#define REAUTHENTICATION_WAITS	3600	/* seconds that a demand waits for the person */
#define REAUTHENTICATION_SERVES	600	/* seconds in which the same is not asked again; six times that after
					 * the next time, and so on */
#define REAUTHENTICATION_ROUNDS	4	/* times that a person is asked for different things in REAUTHENTICATION_KEPT */
#define REAUTHENTICATION_KEPT	86400	/* seconds that is remembered, from the last time */

struct reauthentication {
	const char	*claims;
	int64_t		 demanded_at;
	int64_t		 asked_at;	/* 0: not yet */
	bool		 met;		/* and the person did it */
	int64_t		 rounds;
};

/* STORED when there is one that opens. */
MUST_CHECK enum stored reauthentication_find(struct request *, const struct session *,
		    struct reauthentication *);

/* Whether the person's next sign-in is to ask for it: also after they met it a moment ago, since it may
 * have been on another device. */
MUST_CHECK bool	 reauthentication_waits(const struct request *, const struct reauthentication *);

/* The person was asked and did it.  Within the caller's transaction. */
MUST_CHECK enum stored reauthentication_asked(struct request *, const struct session *,
		    const struct reauthentication *);

/* The person was asked and would not, or could not: the next sign-in asks again, a third does not. */
MUST_CHECK enum stored reauthentication_refused(struct request *, const struct session *,
		    const struct reauthentication *);

/* Whether the holder of this session must sign in again first: the demand is older than it. */
MUST_CHECK bool	 reauthentication_awaits(const struct request *, const struct session *,
		    const struct reauthentication *);

/* Keeps the demand for the person's next sign-in through this client, with what was demanded before. */
MUST_CHECK enum stored reauthentication_keep(struct request *, const struct session *,
		    const char *claims);

/*
 * Keeps the demand and marks the session, so that the client's next refresh is refused once and it
 * opens the browser.  INVALID_TOKEN with the failure set; OAUTH_OK when that would not help: see
 * above.  What was demanded before is demanded together with what comes now, so that two policies do
 * not take turns.
 */
MUST_CHECK enum oauth_error reauthentication_demand(struct request *, const struct session *,
		    const char *claims);

#endif
