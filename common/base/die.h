/* SPDX-License-Identifier: MIT */
/* die.h - the end of a process that found a bug or cannot start */
#ifndef BASE_DIE_H
#define BASE_DIE_H

#include "base/attr.h"

/* Prints "PROGRAM: text" to standard error and exits with status 70 (sysexits EX_SOFTWARE). */
NORETURN PRINTF(1, 2) void	 die(const char *fmt, ...);

#endif
