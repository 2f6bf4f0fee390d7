/* SPDX-License-Identifier: MIT */
/*
 * assertion_cache.h - the managed identity's token, fetched once for all processes
 *
 * It is kept in the store, sealed under the server's own key, and asked for again long before it is
 * over: by one process, while the others go on with the one that is there.
 */
#ifndef SERVICE_ASSERTION_CACHE_H
#define SERVICE_ASSERTION_CACHE_H

#include "service/managed_identity.h"

#define ASSERTION_LONG		7200	/* seconds of life from which half of it is used */
#define ASSERTION_EARLY		300	/* seconds before its end that a shorter one is renewed */
#define ASSERTION_LAST		60	/* seconds that are not used, even when no other is to be had */
#define ASSERTION_SETBACK	10	/* seconds that a failure stands for all who would ask */

/* TEMPORARILY_UNAVAILABLE or SERVER_ERROR with the reason set when there is none.  Who is `hurried`
 * asks once and waits for nobody. */
MUST_CHECK enum oauth_error assertion_cached(struct request *, const struct config_app *,
		    bool hurried, const char **assertion);

/* Asks once whatever is kept, and keeps the answer: for `sallyport check`, and when Entra does not
 * take the one that is kept. */
MUST_CHECK enum identity_outcome assertion_renew(struct request *, const struct config_app *,
		    struct identity_answer *);

#endif
