/* SPDX-License-Identifier: MIT */
#include "service/endpoint.h"
#include "service/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/secret.h"
#include "service/key_file.h"

#define SCRATCH		((size_t)64 * 1024)

const char *const key_purpose_names[KEY_PURPOSES] = {
	[KEY_SIGN] = "sign", [KEY_WRAP] = "wrap", [KEY_CACHE] = "cache", [KEY_BROWSER] = "browser",
	[KEY_LOGOUT] = "logout",
};

struct keyring {
	const struct config	*config;
	struct arena		 scratch;
	struct generations	 purpose[KEY_PURPOSES];
	int64_t			 read_at[KEY_PURPOSES];
};

struct keyring *
keyring_open(const struct config *config)
{
	struct keyring *r = calloc(1, sizeof *r);

	if (r == NULL)
		die("no memory for a keyring");
	r->config = config;
	arena_init(&r->scratch, SCRATCH);
	return r;
}

void
keyring_close(struct keyring *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < KEY_PURPOSES; i++)
		generations_forget(&r->purpose[i]);
	arena_free(&r->scratch);
	free(r);
}

/* False with errno set. */
static bool
load(struct keyring *r, enum key_purpose purpose)
{
	struct generations fresh, *g = &r->purpose[purpose];
	bool good = key_file_read(&r->scratch, key_file_path(&r->scratch, r->config, purpose), &fresh);
	int why = errno;

	arena_reset(&r->scratch);
	r->read_at[purpose] = clock_seconds();
	if (good) {
		generations_forget(g);
		*g = fresh;
		secret_wipe(&fresh, sizeof fresh);
	}
	errno = why;
	return good;
}

/* A time to come is that of a clock that ran ahead. */
static bool
is_recent(const struct keyring *r, enum key_purpose purpose)
{
	int64_t age = clock_seconds() - r->read_at[purpose];

	return age >= 0 && age < KEY_RELOAD;
}

/*
 * A running process sees a rotation by itself; a file gone bad leaves the keys that were read.  For
 * want of a descriptor no token would be known, and whoever holds one would have to sign in again.
 */
static bool
ready(struct keyring *r, enum key_purpose purpose)
{
	const struct generations *g = &r->purpose[purpose];

	if (g->count > 0 && is_recent(r, purpose))
		return true;
	if (load(r, purpose) || g->count > 0)
		return true;
	die_of_want("a key file cannot be read");
	return false;
}

const struct key *
keyring_current(struct keyring *r, enum key_purpose purpose)
{
	struct generations *g = &r->purpose[purpose];

	return ready(r, purpose) ? &g->key[generations_current(g, clock_seconds())] : NULL;
}

const struct key *
keyring_find(struct keyring *r, enum key_purpose purpose, const char *kid)
{
	struct generations *g = &r->purpose[purpose];

	if (!ready(r, purpose))
		return NULL;
	for (int look = 0; look < 2; look++) {
		for (size_t i = 0; i < g->count; i++)
			if (strcmp(g->key[i].kid, kid) == 0)
				return &g->key[i];
		if (is_recent(r, purpose) || !load(r, purpose))
			break;
	}
	return NULL;
}

const struct key *
keyring_generation(struct keyring *r, enum key_purpose purpose, size_t n)
{
	const struct generations *g = &r->purpose[purpose];

	return ready(r, purpose) && n < g->count ? &g->key[n] : NULL;
}

bool
keyring_create(const struct config *config, enum key_purpose purpose)
{
	struct key key = key_new();
	struct arena a;
	const char *path, *line;
	size_t n;
	int fd;
	bool good;

	arena_init(&a, SCRATCH);
	path = key_file_path(&a, config, purpose);
	(void)mkdir(arena_copy(&a, path, (size_t)(strrchr(path, '/') - path)), 0750);	/* or it is there */
	if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640)) < 0) {
		arena_free(&a);
		return errno == EEXIST;
	}
	line = key_line(&a, &key);
	n = strlen(line);
	good = write(fd, line, n) == (ssize_t)n && fsync(fd) == 0;
	if (close(fd) != 0 || !good)
		good = unlink(path) == 0 && false;
	secret_wipe(&key, sizeof key);
	arena_free(&a);
	return good;
}

static void *
open_service(const struct config *config, const char **why UNUSED)
{
	return keyring_open(config);
}

static void
close_service(void *keyring)
{
	keyring_close(keyring);
}

const struct service keyring_service = {
	.name = "keys", .slot = offsetof(struct request, keys),
	.open = open_service, .close = close_service,
};
