/* SPDX-License-Identifier: MIT */
#include "service/key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/base64url.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/random.h"
#include "base/secret.h"

#define FILE_MAX	4096	/* bytes of a key file */

const char *
key_file_path(struct arena *a, const struct config *config, enum key_purpose purpose)
{
	return arena_printf(a, "%s/keys/%s/key", config->state_dir, key_purpose_names[purpose]);
}

struct key
key_new(void)
{
	struct key key = { .created_at = clock_seconds() };
	uint8_t kid[KID_LEN / 2];

	random_bytes(kid, sizeof kid);
	random_bytes(key.secret, sizeof key.secret);
	for (size_t i = 0; i < sizeof kid; i++)
		(void)snprintf(key.kid + 2 * i, 3, "%02x", kid[i]);
	return key;
}

const char *
key_line(struct arena *a, const struct key *key)
{
	return arena_printf(a, "%s %lld %s\n", key->kid, (long long)key->created_at,
	    base64url_encode(a, key->secret, sizeof key->secret));
}

static bool
read_generation(struct arena *a, char *line, struct key *out)
{
	char *created = strchr(line, ' '), *secret = created == NULL ? NULL : strchr(created + 1, ' ');
	uint8_t *bytes;
	size_t n;

	if (secret == NULL || created - line != KID_LEN)
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

bool
key_file_read(struct arena *a, const char *path, struct generations *out)
{
	char *text = arena_alloc(a, FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, FILE_MAX);
	bool good;

	*out = (struct generations){ 0 };
	good = n > 0 && read_generations(a, text, out);
	if (fd >= 0)
		close(fd);
	if (!good)
		generations_forget(out);
	return good;
}

void
generations_forget(struct generations *g)
{
	for (size_t i = 0; i < g->count; i++)
		hmac_free(g->key[i].hmac);
	secret_wipe(g, sizeof *g);
}

size_t
generations_current(const struct generations *g, int64_t now)
{
	for (size_t i = g->count - 1; i > 0; i--)
		if (g->key[i].created_at <= now - KEY_SETTLE)
			return i;
	return 0;
}
