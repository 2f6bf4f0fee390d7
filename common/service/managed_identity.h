/* SPDX-License-Identifier: MIT */
/*
 * managed_identity.h - the platform's token for the identity that it has given this machine
 *
 * The source follows from what the platform has put into the environment: App Service and its like,
 * Azure Arc, else the virtual machine's metadata service.  It is asked directly, never by a proxy,
 * and with nothing of a request of ours.
 */
#ifndef SERVICE_MANAGED_IDENTITY_H
#define SERVICE_MANAGED_IDENTITY_H

#include "service/request.h"

#define IDENTITY_PATIENCE	30	/* seconds from the first try to the last */
#define IDENTITY_CONNECT	2	/* seconds for a connection: it is next door */
#define IDENTITY_LIFE_MAX	172800	/* seconds: a longer life is cut */

enum identity_outcome {
	IDENTITY_GIVEN,
	IDENTITY_REFUSED,	/* the next try would be refused as well */
	IDENTITY_UNAVAILABLE,
};

struct identity_answer {
	const char	*token;		/* when given */
	int64_t		 expires_at;
	int64_t		 retry_after;	/* seconds; 0 when the source did not say */
	int		 status;	/* of the last answer; 0 without one */
};

/* Short names of the source: for a cache's key, and for people. */
NONNULL const char	*managed_identity_source(const struct config_entra *);
NONNULL const char	*managed_identity_place(const struct config_entra *);

/*
 * The token for `audience`.  A patient call tries again as the platforms' manuals say, about 0, 2, 6,
 * 14 and 30 seconds after it began, and later where Retry-After says so, but never begins a try when
 * IDENTITY_PATIENCE is over, nor when nobody waits any more.  Unless given, the failure's reason says why.
 */
MUST_CHECK enum identity_outcome managed_identity_ask(struct request *, const struct config_app *,
		    const char *audience, bool patient, struct identity_answer *);

#endif
