/* SPDX-License-Identifier: MIT */
/*
 * memory.h - what is asked for is there, or the program dies
 *
 * For libraries that fail for want of memory as they fail for a bad signature or a silent peer.
 * free() takes back what these give.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include "base/attr.h"

void	*memory_allocate(size_t n);		/* NULL for 0 bytes, perhaps */
void	*memory_zeroed(size_t count, size_t n);
void	*memory_reallocate(void *, size_t n);
char	*memory_string(const char *);		/* a copy */

#endif
