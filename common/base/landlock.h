/* SPDX-License-Identifier: MIT */
/*
 * landlock.h - a process shuts the file system and TCP behind itself (Linux, landlock(7))
 *
 * What is not allowed is refused from landlock_enter on, for good, to this thread and to all that it starts:
 * so enter before there are threads.  What is open already stays open.  An older kernel refuses less, see
 * LANDLOCK_ABI_*, and one without Landlock nothing at all.
 */
#ifndef BASE_LANDLOCK_H
#define BASE_LANDLOCK_H

#include "base/attr.h"

#define LANDLOCK_ABI_TCP	4	/* Linux 6.7: from here on connections can be refused */
#define LANDLOCK_ABI_SCOPE	6	/* Linux 6.12: and signals to processes outside */

/* Allowed of a path, and of all below it when that is a directory. */
enum landlock_access {
	LANDLOCK_READ	= 1 << 0,	/* files, and lists of directories */
	LANDLOCK_WRITE	= 1 << 1,	/* to files that are there */
	LANDLOCK_SHORTEN = 1 << 2,	/* such files */
	LANDLOCK_CREATE	= 1 << 3,	/* files */
	LANDLOCK_SOCKET	= 1 << 4,	/* to make sockets, and remove what is there */
};

enum landlock_tcp {
	LANDLOCK_TCP_NONE,		/* neither listening nor connecting */
	LANDLOCK_TCP_CONNECT,
};

struct landlock {
	int	 abi;			/* 0: nothing will be refused */
	int	 ruleset;		/* descriptor */
};

/* What the kernel has; 0: no Landlock, or it is switched off, or a filter of system calls hides it. */
int		 landlock_abi(void);

/* `abi` is landlock_abi's or less.  False when the kernel refuses: errno says why. */
MUST_CHECK bool	 landlock_begin(struct landlock *, int abi, enum landlock_tcp);
/* A path that is not there allows nothing; symbolic links are followed now. */
void		 landlock_allow(struct landlock *, const char *path, unsigned access);
/* Ends the begun either way.  Sets no_new_privs.  False when the kernel refuses: errno says why. */
MUST_CHECK bool	 landlock_enter(struct landlock *);

#endif
