/* SPDX-License-Identifier: MIT */
/* arenas.h - which arenas are made, for code that keeps some until its process ends */
#ifndef FUZZ_ARENAS_H
#define FUZZ_ARENAS_H

#include "base/arena.h"

/* Those that are made from here on are counted; those before belong to the target. */
void		 arenas_begin(void);
/* How many are left, which are unmapped. */
size_t		 arenas_end(void);

#endif
