/* SPDX-License-Identifier: MIT */
/*
 * introspection_key.h - who may ask about tokens: whoever holds the secret of a [server]
 *
 * The file is read for each request, so that a new secret counts at once, and only hashes of it are
 * kept and compared.  It holds a secret a line: one, or two while it is being changed.
 */
#ifndef SERVICE_INTROSPECTION_KEY_H
#define SERVICE_INTROSPECTION_KEY_H

#include "base/digest.h"
#include "service/request.h"

#define INTROSPECTION_KEY_MIN	32	/* characters */
#define INTROSPECTION_KEYS_MAX	2	/* lines */

struct introspection_keys {
	uint8_t		 hash[INTROSPECTION_KEYS_MAX][SHA256_SIZE];
	size_t		 count;
};

/* False with *why when the file cannot be read or a line is no secret. */
MUST_CHECK bool		 introspection_key_read(struct arena *, const char *path,
			    struct introspection_keys *, const char **why);

/*
 * The servers that the secret is the key of: a bit each, in the configuration's order.  Takes as long
 * for a wrong secret as for a right one.  A file that is no good opens nothing, with the failure's
 * reason set.
 */
uint32_t		 introspection_key_opens(struct request *, const char *secret);

#endif
