/* SPDX-License-Identifier: MIT */
/*
 * child.h - a function run in a child process, for what ends a process or writes to stderr
 *
 * The pipe is in packet mode, so that one read returns what one write wrote.
 */
#ifndef UNIT_CHILD_H
#define UNIT_CHILD_H

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

struct child {
	int	 status;	/* exit status, -1 if it did not exit */
	char	 first[4096];	/* what its first write to standard error held */
	char	 text[4096];	/* all of it */
};

static inline struct child
child_run(void (*run)(void))
{
	struct child c = { .status = -1 };
	size_t used = 0;
	ssize_t n;
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_DIRECT) != 0 || (pid = fork()) < 0)
		return c;
	if (pid == 0) {
		(void)dup2(ends[1], STDERR_FILENO);
		run();
		_exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], c.text + used, sizeof c.text - 1 - used)) > 0) {
		if (used == 0)
			memcpy(c.first, c.text, (size_t)n);
		used += (size_t)n;
	}
	close(ends[0]);
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status))
		c.status = WEXITSTATUS(status);
	return c;
}

#endif
