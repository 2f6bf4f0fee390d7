/* SPDX-License-Identifier: MIT */
/*
 * entra_cache.h - Entra's public documents, shared by all processes, with the last known good
 *
 * Each row carries an HMAC over document and time under the cache key, which only oauth-callback
 * and mcp hold: no other program can plant a key or an endpoint.  The one exception is where
 * browsers are sent, which authorize keeps for consent, account and logout; it is pinned to the authority's
 * origin and nothing else is ever taken from that row.
 */
#ifndef SERVICE_ENTRA_CACHE_H
#define SERVICE_ENTRA_CACHE_H

#include "service/request.h"

#define ENTRA_FRESH	86400	/* seconds: discovery is fetched again after this */
#define ENTRA_KEYS_FRESH 3600	/* seconds: keys are, so that one that Entra withdraws soon counts no longer */
#define ENTRA_RETRY	60	/* seconds between two attempts while Entra is down */
#define ENTRA_KID_RETRY	300	/* seconds between two fetches for an unknown kid */
#define ENTRA_COLD_RETRY 5	/* seconds between two attempts while nothing is known at all */

enum entra_cached {
	ENTRA_CACHED,		/* *document is set: fresh, or the last known good */
	ENTRA_NOT_TO_BE_HAD,	/* nothing known and no answer; the failure's reason says why */
};

struct entra_source {
	const char	*name;		/* the row; NULL: named by its URL */
	const char	*url;
	int64_t		 fresh;		/* seconds; 0: ENTRA_FRESH */
	const char	*tenant;	/* whose it is, where the answer must say so */
	bool		 sealed;	/* the row carries the cache key's HMAC */
	/* Judges an answer and yields the text to keep; NULL refuses it. */
	const char	*(*accept)(struct request *, const struct entra_source *, const char *body,
			    size_t len);
};

/*
 * `renew` asks for a new fetch because the fresh document lacks something (an unknown kid).  A
 * program without an HTTP client only reads, however old the row is.
 */
MUST_CHECK enum entra_cached entra_cache_read(struct request *, const struct entra_source *,
		    bool renew, const char **document);

/* True when the URL's origin is the authority's, and it has neither query nor fragment: parameters
 * are put behind it. */
MUST_CHECK bool	 entra_at_authority(struct request *, const char *url);

#endif
