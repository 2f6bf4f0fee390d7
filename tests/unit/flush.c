/* SPDX-License-Identifier: MIT */
/* flush.c - COV=1: what a process did counts too when it ends by _exit, but in a sandbox, where no file opens */
#include <fcntl.h>
#include <gcov.h>
#include <sys/resource.h>
#include <unistd.h>

_Noreturn void	 __real__exit(int);
_Noreturn void	 __wrap__exit(int);

void
__wrap__exit(int status)
{
	struct rlimit memory;

	/* A test of what happens without memory leaves none for counting either. */
	if (getrlimit(RLIMIT_DATA, &memory) == 0) {
		memory.rlim_cur = memory.rlim_max;
		(void)setrlimit(RLIMIT_DATA, &memory);
	}
	if (open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0)
		__gcov_dump();
	__real__exit(status);
}
