/* SPDX-License-Identifier: MIT */
/* die.h - the end of a process that found a bug or cannot start */
#ifndef BASE_DIE_H
#define BASE_DIE_H

#include "base/attr.h"

/* Prints "PROGRAM: text" to standard error and exits with status 70 (sysexits EX_SOFTWARE). */
NORETURN PRINTF(1, 2) void	 die(const char *fmt, ...);

/*
 * Dies when errno says that descriptors or memory have run out, or that a disk is broken: a process
 * that begins anew may fare better, and what it asks for is not known to be wrong.
 */
void	 die_of_want(const char *what);

#endif
