/* SPDX-License-Identifier: MIT */
/*
 * die-at.c - ends a program with SIGKILL just before its n-th step that a file, a lock or a peer sees
 *
 * To be preloaded.  DIE_AT is n, counted from 1; without it nobody dies.  With STOP it is stopped
 * there instead.  Where STEPS_FD is given, each
 * step's name goes to that descriptor, a line for each, so that a test knows what n stands for.  With
 * WITHOUT_LOCKS no lock of the database is a step.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
step(const char *name)
{
	static long steps;
	const char *die_at = getenv("DIE_AT"), *fd = getenv("STEPS_FD");

	if (getenv("WITHOUT_LOCKS") != NULL && strncmp(name, "fcntl", 5) == 0)
		return;
	if (fd != NULL) {
		(void)syscall(SYS_write, atoi(fd), name, strlen(name));
		(void)syscall(SYS_write, atoi(fd), "\n", 1);
	}
	if (++steps == (die_at == NULL ? 0 : atol(die_at)))
		(void)kill(getpid(), getenv("STOP") == NULL ? SIGKILL : SIGSTOP);
}

#define STEP(type, name, parameters, arguments)					\
	type name parameters;							\
	type									\
	name parameters								\
	{									\
		type (*real) parameters;					\
		void *symbol = dlsym(RTLD_NEXT, #name);				\
										\
		memcpy(&real, &symbol, sizeof real);				\
		step(#name);							\
		return real arguments;						\
	}

STEP(int, connect, (int fd, const struct sockaddr *address, socklen_t n), (fd, address, n))
STEP(ssize_t, send, (int fd, const void *data, size_t n, int flags), (fd, data, n, flags))
STEP(ssize_t, recv, (int fd, void *data, size_t n, int flags), (fd, data, n, flags))
STEP(ssize_t, write, (int fd, const void *data, size_t n), (fd, data, n))
STEP(ssize_t, pwrite, (int fd, const void *data, size_t n, off_t at), (fd, data, n, at))
STEP(ssize_t, pwrite64, (int fd, const void *data, size_t n, off_t at), (fd, data, n, at))
STEP(int, ftruncate, (int fd, off_t n), (fd, n))
STEP(int, ftruncate64, (int fd, off_t n), (fd, n))
STEP(int, fsync, (int fd), (fd))
STEP(int, fdatasync, (int fd), (fd))
STEP(int, unlink, (const char *path), (path))
STEP(int, rename, (const char *from, const char *to), (from, to))
STEP(int, fchmod, (int fd, mode_t mode), (fd, mode))
STEP(int, fchown, (int fd, uid_t owner, gid_t group), (fd, owner, group))
/* Every command takes one argument at most, the size of a pointer. */
STEP(int, fcntl, (int fd, int command, void *argument), (fd, command, argument))
STEP(int, fcntl64, (int fd, int command, void *argument), (fd, command, argument))
