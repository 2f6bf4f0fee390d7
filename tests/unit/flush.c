/* SPDX-License-Identifier: MIT */
/* flush.c - COV=1: what a process did counts too when it ends by _exit, but in a sandbox, where no file opens */
#include <fcntl.h>
#include <gcov.h>
#include <unistd.h>

_Noreturn void	 __real__exit(int);
_Noreturn void	 __wrap__exit(int);

void
__wrap__exit(int status)
{
	if (open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0)
		__gcov_dump();
	__real__exit(status);
}
