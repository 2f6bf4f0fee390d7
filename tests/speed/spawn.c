/* SPDX-License-Identifier: MIT */
/*
 * spawn N INPUT PROGRAM: runs the program N times with INPUT as standard input, one after the
 * other, and prints how many microseconds each took from its start to its end, a line each.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
run(const char *input, char *program)
{
	posix_spawn_file_actions_t files;
	char *argv[] = { program, NULL };
	int status = -1;
	pid_t pid;

	if (posix_spawn_file_actions_init(&files) != 0 ||
	    posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0) != 0 ||
	    posix_spawn(&pid, program, &files, NULL, argv, environ) != 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	(void)posix_spawn_file_actions_destroy(&files);
	return status;
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		return 64;
	for (int i = atoi(argv[1]); i > 0; i--) {
		long long began = now_us();

		if (run(argv[2], argv[3]) != 0)
			return 1;
		(void)printf("%lld\n", now_us() - began);
	}
	return 0;
}
