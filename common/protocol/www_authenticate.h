/* SPDX-License-Identifier: MIT */
/* www_authenticate.h - the challenges of another server, RFC 9110 section 11.6.1 */
#ifndef PROTOCOL_WWW_AUTHENTICATE_H
#define PROTOCOL_WWW_AUTHENTICATE_H

#include "base/arena.h"

#define WWW_AUTHENTICATE_MAX	(16 * 1024)	/* bytes: a longer one says nothing to us */

/*
 * The parameter `name` of the first Bearer challenge whose "error" is `error`, arena copy; NULL when
 * there is none.  `value` is all fields joined by commas, or NULL.  Parameters come in any order, a
 * value that is no quoted string may hold "=" (base64), and what cannot be read is passed over.
 */
MUST_CHECK const char *www_authenticate_bearer(struct arena *, const char *value, const char *error,
		    const char *name);

#endif
