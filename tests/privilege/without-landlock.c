/* SPDX-License-Identifier: MIT */
/*
 * without-landlock.c - without-landlock COMMAND...: starts it as on a kernel that has no Landlock
 *
 * Without a command it prints what ABI this kernel has, 0 for none.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CREATE_RULESET	444	/* on every processor */

int
main(int argc, char **argv)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CREATE_RULESET, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = sizeof program / sizeof program[0], .filter = program };

	if (argc == 1) {
		long abi = syscall(CREATE_RULESET, NULL, (size_t)0, 1U);

		printf("%ld\n", abi < 0 ? 0 : abi);
		return 0;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0)
		execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 126;
}
