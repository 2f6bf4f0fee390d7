/* SPDX-License-Identifier: MIT */
/*
 * syscall_filter.h - system calls that no program of ours makes are refused from here on (Linux, seccomp(2))
 *
 * It closes what Landlock leaves open: sockets that are not of TCP, and the doors round the filter itself.  For
 * good, to this thread and to all that it starts.
 */
#ifndef BASE_SYSCALL_FILTER_H
#define BASE_SYSCALL_FILTER_H

#include "base/attr.h"

enum syscall_filter {
	SYSCALL_FILTER_ANY_SOCKET,
	SYSCALL_FILTER_UNIX_SOCKETS,	/* and no other: EAFNOSUPPORT */
};

/*
 * Refused with EPERM: starting a program, io_uring, and looking into other processes.  Sets no_new_privs.  False,
 * and nothing is refused, on a kernel or a processor without; errno says why.
 */
MUST_CHECK bool	 syscall_filter_enter(enum syscall_filter);

#endif
