/* SPDX-License-Identifier: MIT */
/*
 * on_behalf_of.h - Entra's jwt-bearer exchange: a token for Graph in the person's name
 *
 * Results are cached sealed in the store, so that all processes share them and plain CGI is fast.
 * However many requests want one at once, one of them asks Entra.
 */
#ifndef SERVICE_ON_BEHALF_OF_H
#define SERVICE_ON_BEHALF_OF_H

#include "service/entra_client.h"
#include "service/session.h"

#define EXCHANGED_MARGIN	60	/* seconds of life that a cached token must have left */

struct exchanged {
	const char	*access_token;
	const char	*claims;	/* what Entra demands of the person, on interaction; may be NULL */
};

/*
 * `assertion` is the verified Entra access token for us.  `fresh` passes the cache over.  Without a
 * data key (no session yet) nothing is kept.
 */
MUST_CHECK enum entra_outcome on_behalf_of(struct request *, const struct session *,
		    const struct data_key *, const char *assertion, const char *scope, bool fresh,
		    struct exchanged *);

/* A cached token that does not serve any more: the next request exchanges anew. */
void		 on_behalf_of_forget(struct request *, const struct session *, const char *scope);

#endif
