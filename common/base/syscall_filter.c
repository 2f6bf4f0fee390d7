/* SPDX-License-Identifier: MIT */
#include "base/syscall_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE	AUDIT_ARCH_X86_64
#define OTHER_NUMBERS	0x40000000	/* x32: the same calls once more */
#elif defined(__aarch64__)
#define ARCHITECTURE	AUDIT_ARCH_AARCH64
#define OTHER_NUMBERS	0x40000000	/* none there */
#endif

#ifdef ARCHITECTURE

#define LOAD(member)	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define SAY(what)	BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE(error)	SAY(SECCOMP_RET_ERRNO | (error))
#define IS(n, then)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, n, 0, 1), then
#define ABOVE(n, then)	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, n, 0, 1), then

#define OF_SOCKETS	6	/* instructions at the end: which sockets may be made */

bool
syscall_filter_enter(enum syscall_filter kind)
{
	/* clang-format off */
	struct sock_filter program[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
		REFUSE(EPERM),
		LOAD(nr),
		ABOVE(OTHER_NUMBERS,	   REFUSE(EPERM)),
		IS(SYS_execve,		   REFUSE(EPERM)),
		IS(SYS_execveat,	   REFUSE(EPERM)),
		IS(SYS_io_uring_setup,	   REFUSE(EPERM)),
		IS(SYS_ptrace,		   REFUSE(EPERM)),
		IS(SYS_process_vm_readv,   REFUSE(EPERM)),
		IS(SYS_process_vm_writev,  REFUSE(EPERM)),
		IS(SYS_pidfd_getfd,	   REFUSE(EPERM)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0),
		SAY(SECCOMP_RET_ALLOW),
		LOAD(args[0]),
		IS(AF_UNIX,		   SAY(SECCOMP_RET_ALLOW)),
		REFUSE(EAFNOSUPPORT),
	};
	/* clang-format on */

	if (kind == SYSCALL_FILTER_ANY_SOCKET)
		program[COUNT(program) - OF_SOCKETS] = (struct sock_filter)SAY(SECCOMP_RET_ALLOW);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &(struct sock_fprog){
		.len = COUNT(program), .filter = program }) == 0;
}

#else

bool
syscall_filter_enter(enum syscall_filter kind UNUSED)
{
	errno = ENOSYS;
	return false;
}

#endif
