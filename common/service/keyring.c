/* SPDX-License-Identifier: MIT */
#include "service/endpoint.h"
#include "service/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/base64url.h"
#include "base/clock.h"
#include "base/die.h"
#include "base/number.h"
#include "base/random.h"
#include "base/secret.h"

#define FILE_MAX	4096		/* bytes of a key file */
#define SCRATCH		((size_t)64 * 1024)

const char *const key_purpose_names[KEY_PURPOSES] = {
	[KEY_SIGN] = "sign", [KEY_WRAP] = "wrap", [KEY_CACHE] = "cache", [KEY_BROWSER] = "browser",
	[KEY_LOGOUT] = "logout",
};

struct generations {
	struct key	 key[KEY_GENERATIONS_MAX];
	size_t		 count;
	int64_t		 read_at;
};

struct keyring {
	const struct config	*config;
	struct arena		 scratch;
	struct generations	 purpose[KEY_PURPOSES];
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

static void
forget(struct generations *g)
{
	for (size_t i = 0; i < g->count; i++)
		hmac_free(g->key[i].hmac);
	secret_wipe(g, sizeof *g);
}

void
keyring_close(struct keyring *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < KEY_PURPOSES; i++)
		forget(&r->purpose[i]);
	arena_free(&r->scratch);
	free(r);
}

static char *
file_of(struct arena *a, const struct config *config, enum key_purpose purpose)
{
	return arena_printf(a, "%s/keys/%s", config->state_dir, key_purpose_names[purpose]);
}

/* KID CREATED_AT BASE64URL */
static bool
read_generation(struct arena *a, char *line, struct key *out)
{
	char *created = strchr(line, ' '), *secret = created == NULL ? NULL : strchr(created + 1, ' ');
	uint8_t *bytes;
	size_t n;

	if (secret == NULL || created - line != sizeof out->kid - 1)
		return false;
	*created++ = *secret++ = '\0';
	if (!number_read(created, INT64_MAX, &out->created_at) ||
	    !base64url_decode(a, secret, strlen(secret), &bytes, &n) || n != KEY_SIZE)
		return false;
	memcpy(out->kid, line, sizeof out->kid);
	memcpy(out->secret, bytes, KEY_SIZE);
	out->hmac = hmac_new(out->secret, KEY_SIZE);
	return true;
}

static bool
read_generations(struct arena *a, char *text, struct generations *g)
{
	for (char *line = text, *next; *line != '\0'; line = next) {
		size_t n = strcspn(line, "\n");

		next = line + n + (line[n] == '\n');
		line[n] = '\0';
		if (g->count == KEY_GENERATIONS_MAX || !read_generation(a, line, &g->key[g->count]))
			return false;
		g->count++;
	}
	return g->count > 0;
}

static bool
load(struct keyring *r, enum key_purpose purpose)
{
	struct generations fresh = { .read_at = clock_seconds() }, *g = &r->purpose[purpose];
	char *text = arena_alloc(&r->scratch, FILE_MAX + 1);
	int fd = open(file_of(&r->scratch, r->config, purpose), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, FILE_MAX);
	bool good = n > 0 && read_generations(&r->scratch, text, &fresh);

	if (fd >= 0)
		close(fd);
	arena_reset(&r->scratch);
	if (good) {
		forget(g);
		*g = fresh;
		return true;
	}
	forget(&fresh);
	g->read_at = clock_seconds();
	return false;
}

/* A running process sees a rotation by itself; a file gone bad leaves the keys that were read. */
static bool
ready(struct keyring *r, enum key_purpose purpose)
{
	const struct generations *g = &r->purpose[purpose];

	if (g->count > 0 && clock_seconds() - g->read_at < KEY_RELOAD)
		return true;
	return load(r, purpose) || g->count > 0;
}

const struct key *
keyring_current(struct keyring *r, enum key_purpose purpose)
{
	struct generations *g = &r->purpose[purpose];
	int64_t settled = clock_seconds() - KEY_SETTLE;

	if (!ready(r, purpose))
		return NULL;
	for (size_t i = g->count - 1; i > 0; i--)
		if (g->key[i].created_at <= settled)
			return &g->key[i];
	return &g->key[0];
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
		if (clock_seconds() - g->read_at < KEY_RELOAD || !load(r, purpose))
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
	struct arena a;
	uint8_t kid[8], secret[KEY_SIZE];
	char *path, *line;
	size_t n;
	int fd;
	bool good;

	arena_init(&a, SCRATCH);
	path = file_of(&a, config, purpose);
	if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640)) < 0) {
		arena_free(&a);
		return errno == EEXIST;
	}
	random_bytes(kid, sizeof kid);
	random_bytes(secret, sizeof secret);
	line = arena_printf(&a, "%02x%02x%02x%02x%02x%02x%02x%02x %lld %s\n", kid[0], kid[1], kid[2],
	    kid[3], kid[4], kid[5], kid[6], kid[7], (long long)clock_seconds(),
	    base64url_encode(&a, secret, sizeof secret));
	n = strlen(line);
	good = write(fd, line, n) == (ssize_t)n && fsync(fd) == 0;
	if (close(fd) != 0 || !good)
		good = unlink(path) == 0 && false;
	secret_wipe(secret, sizeof secret);
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
