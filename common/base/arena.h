/* SPDX-License-Identifier: MIT */
/*
 * arena.h - all memory of one request
 *
 * A worker owns one arena and resets it after each request; the reset wipes what was used.
 * The mapping stays out of core files.  Allocation never returns NULL: past its budget an arena
 * only notes that it is exhausted, which fails the request; past its mapping it is a bug.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/attr.h"

struct arena {
	unsigned char	*base;
	size_t		 used;		/* bytes */
	size_t		 budget;	/* bytes a request may use */
	size_t		 size;		/* bytes mapped: ARENA_SLACK times the budget */
	bool		 exhausted;	/* the budget was passed since the last reset */
};

#define ARENA_SLACK	8

struct bytes {
	uint8_t	*data;
	size_t	 len;
};

void		 arena_init(struct arena *, size_t budget);	/* dies without memory */
void		 arena_free(struct arena *);
void		 arena_reset(struct arena *);

NONNULL void	*arena_alloc(struct arena *, size_t n);		/* zeroed, aligned for any type */
NONNULL char	*arena_copy(struct arena *, const void *, size_t n);	/* n bytes and a NUL */
NONNULL char	*arena_string(struct arena *, const char *);
NONNULL PRINTF(2, 3) char *arena_printf(struct arena *, const char *fmt, ...);

#endif
