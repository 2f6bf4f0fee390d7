/* SPDX-License-Identifier: MIT */
/*
 * sandbox.h - a program shuts behind itself what its row of holding.h does not name
 *
 * With Landlock and a filter of system calls, as far as the kernel has them: a program that is taken over is left
 * with its own files.  It needs no privilege, and holds for FastCGI and CGI alike.
 */
#ifndef SERVICE_SANDBOX_H
#define SERVICE_SANDBOX_H

#include "service/config.h"

/*
 * Once, before there are threads.  `store_held`: a connection to the database is open and stays open, so that
 * SQLite's files beside it are there and stay what they are; without one the whole folder has to be left open.
 * What the kernel cannot do is logged where all is.
 */
void		 sandbox_enter(const char *program, const struct config *, bool store_held);

#endif
