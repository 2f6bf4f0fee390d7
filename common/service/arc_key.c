/* SPDX-License-Identifier: MIT */
#include "service/arc_key.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX	".key"

/* The realm's value, quoted or not. */
static const char *
realm(struct arena *a, const char *challenge)
{
	const char *at = challenge == NULL || strncasecmp(challenge, "Basic ", 6) != 0 ? NULL :
	    strcasestr(challenge, "realm=");

	if (at == NULL)
		return NULL;
	at += 6;
	return *at == '"' ? arena_copy(a, at + 1, strcspn(at + 1, "\"")) :
	    arena_copy(a, at, strcspn(at, ", \t"));
}

/* The file's name when the path is FOLDER/NAME.key and nothing more. */
static const char *
name_in(const char *folder, const char *path)
{
	size_t n = strlen(folder), suffix = sizeof SUFFIX - 1, len;
	const char *name = path + n + 1;

	if (strncmp(path, folder, n) != 0 || path[n] != '/' || strchr(name, '/') != NULL ||
	    *name == '.' || (len = strlen(name)) <= suffix)
		return NULL;
	return strcmp(name + len - suffix, SUFFIX) == 0 ? name : NULL;
}

static const char *
read_key(struct arena *a, int fd, const char **why)
{
	char *key = arena_alloc(a, ARC_KEY_MAX + 2);
	struct stat st;
	ssize_t n = 0, got = 0;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		*why = "the key file is no ordinary file";
		return NULL;
	}
	while (got <= ARC_KEY_MAX && (n = read(fd, key + got, (size_t)(ARC_KEY_MAX + 1 - got))) > 0)
		got += n;
	if (n < 0 || got == 0 || got > ARC_KEY_MAX) {
		*why = "the key file is empty, or longer than 4096 bytes";
		return NULL;
	}
	while (got > 0 && strchr("\r\n", key[got - 1]) != NULL)
		key[--got] = '\0';
	for (ssize_t i = 0; i < got; i++)
		if (key[i] < ' ' || key[i] > '~') {
			*why = "the key file holds what no key does";
			return NULL;
		}
	return key;
}

const char *
arc_key_read(struct arena *a, const char *folder, const char *challenge, const char **why)
{
	const char *path = realm(a, challenge), *name = path == NULL ? NULL : name_in(folder, path);
	const char *key;
	int dir, fd;

	if (name == NULL) {
		*why = arena_printf(a, "the challenge names no key file in %s", folder);
		return NULL;
	}
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = dir < 0 ? -1 : openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (dir >= 0)
		close(dir);
	if (fd < 0) {
		*why = arena_printf(a, "the key file in %s cannot be read: this user must be in the group himds",
		    folder);
		return NULL;
	}
	key = read_key(a, fd, why);
	close(fd);
	return key;
}
