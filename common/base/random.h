/* SPDX-License-Identifier: MIT */
/* random.h - unguessable bytes */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "base/arena.h"

void		 random_bytes(void *, size_t n);			/* dies if there are none */
NONNULL char	*random_base64url(struct arena *, size_t n);	/* n random bytes as text */

#endif
