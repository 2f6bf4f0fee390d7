/* SPDX-License-Identifier: MIT */
/* captured.h - what a function prints to standard output, read back from a file of the fixture */
#ifndef UNIT_SERVICE_CAPTURED_H
#define UNIT_SERVICE_CAPTURED_H

#include <fcntl.h>

#include "fixture.h"

static struct {
	int	 saved;		/* the test's own standard output */
	char	 text[16384];
} captured;

static inline void
capture_begin(void)
{
	int fd = open(path_of("output"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	(void)fflush(stdout);
	captured.saved = dup(STDOUT_FILENO);
	(void)dup2(fd, STDOUT_FILENO);
	close(fd);
}

static inline const char *
capture_end(void)
{
	ssize_t n;
	int fd;

	(void)fflush(stdout);
	(void)dup2(captured.saved, STDOUT_FILENO);
	close(captured.saved);
	fd = open(path_of("output"), O_RDONLY | O_CLOEXEC);
	n = read(fd, captured.text, sizeof captured.text - 1);
	close(fd);
	captured.text[n < 0 ? 0 : n] = '\0';
	return captured.text;
}

/* Whether a line of it begins and goes on so; a failure of the test where not. */
static inline void
printed(const char *word, const char *text)
{
	for (const char *line = captured.text; *line != '\0'; ) {
		size_t n = strcspn(line, "\n");
		const char *copy = arena_copy(&fix.arena, line, n);

		if (strncmp(copy, word, strlen(word)) == 0 && strstr(copy, text) != NULL)
			return;
		line += n + (line[n] == '\n');
	}
	fail_msg("no %s with %s in: %s", word, text, captured.text);
}

/* How many lines begin so. */
static inline int
lines_of(const char *word)
{
	int count = 0;

	for (const char *line = captured.text; *line != '\0'; ) {
		size_t n = strcspn(line, "\n");

		count += strncmp(line, word, strlen(word)) == 0;
		line += n + (line[n] == '\n');
	}
	return count;
}

#endif
