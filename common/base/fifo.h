/* SPDX-License-Identifier: MIT */
/*
 * fifo.h - bytes on their way, on the heap, up to a limit
 *
 * For what outlives a request's arena.  Empty it holds no memory; what leaves it is wiped.
 */
#ifndef BASE_FIFO_H
#define BASE_FIFO_H

#include "base/attr.h"

struct fifo {
	unsigned char	*data;
	size_t		 begin, end;	/* what is in it */
	size_t		 room;		/* bytes allocated */
	size_t		 most;		/* bytes it may hold; 0: any number */
};

/* False, and nothing is put, beyond `most`.  Dies without memory. */
MUST_CHECK bool	 fifo_put(struct fifo *, const void *, size_t n);
size_t		 fifo_len(const struct fifo *);
/* The bytes that are in it, NUL-terminated; valid until the next call. */
NONNULL const char *fifo_front(const struct fifo *);
void		 fifo_drop(struct fifo *, size_t n);	/* at most fifo_len */
void		 fifo_free(struct fifo *);		/* empties it */

#endif
