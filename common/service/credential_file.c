/* SPDX-License-Identifier: MIT */
#include "service/credential_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/die.h"

enum oauth_error
credential_unusable(struct request *rq, const char *path, const char *what)
{
	return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
	    arena_printf(rq->arena, "credential %s: %s", path, what));
}

char *
credential_file_read(struct arena *a, const char *path, size_t max, const char **why)
{
	char *text = arena_alloc(a, max + 2);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = 0, got = 0;

	if (fd < 0) {
		die_of_want("a credential cannot be read");
		*why = arena_printf(a, "cannot be read: %s", strerror(errno));
		return NULL;
	}
	while ((size_t)got <= max && (n = read(fd, text + got, max + 1 - (size_t)got)) > 0)
		got += n;
	close(fd);
	if (n < 0)
		*why = "cannot be read: it is no ordinary file";
	else if (got == 0)
		*why = "is empty";
	else if ((size_t)got > max)
		*why = "is longer than such a file ever is";
	else
		return text;
	return NULL;
}
