/* SPDX-License-Identifier: MIT */
/*
 * secret_watch.h - finds a secret in bytes that come in pieces, before all of it has gone by
 *
 * What is looked for is how it begins, so that one that is cut off is found too.
 */
#ifndef BASE_SECRET_WATCH_H
#define BASE_SECRET_WATCH_H

#include "base/attr.h"

#define SECRET_WATCH_MAX	256	/* bytes that are looked for */
#define SECRET_WATCH_MIN	16	/* a shorter secret is not: it would be found everywhere */

struct secret_watch {
	char	 text[SECRET_WATCH_MAX];
	size_t	 len;		/* 0: nothing is looked for */
	size_t	 held;		/* bytes that came last and were kept back: the first ones of the text */
};

struct secret_watch secret_watch_new(const char *secret);	/* NULL: none */

/*
 * Whether it is in what was kept back and these bytes.  *held is how many bytes at their end must
 * be kept back, since they may be its first; it is for the caller to remember.
 */
MUST_CHECK bool	 secret_watch_sees(const struct secret_watch *, const char *bytes, size_t n,
		    size_t *held);

#endif
