/* SPDX-License-Identifier: MIT */
/* http_freshness.h - how long an answer may be kept, RFC 9111 */
#ifndef PROTOCOL_HTTP_FRESHNESS_H
#define PROTOCOL_HTTP_FRESHNESS_H

#include "base/arena.h"

#define HTTP_ETAG_MAX	128	/* bytes */

/*
 * Seconds that an answer is fresh by its Cache-Control, less its Age; 0 where it must be asked for
 * again each time (no-store, no-cache, an unreadable max-age); -1 where it says nothing.  Each may be NULL.
 */
int64_t		 http_fresh_for(struct arena *, const char *cache_control, const char *age);

/* An entity tag (RFC 9110 section 8.8.3) as it came, NULL for anything else. */
const char	*http_etag(const char *value);

#endif
