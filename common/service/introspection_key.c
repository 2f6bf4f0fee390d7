/* SPDX-License-Identifier: MIT */
#include "service/introspection_key.h"

#include <assert.h>

#include "base/secret.h"
#include "service/credential_file.h"

/* RFC 6750 section 2.1: what an Authorization header can carry. */
#define B64TOKEN	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="
#define FILE_MAX	((size_t)4096)	/* bytes */

static_assert(CONFIG_SERVERS_MAX <= 32, "a bit for each server");

static bool
read_lines(const char *text, struct introspection_keys *out)
{
	for (const char *line = text; *line != '\0';) {
		size_t n = strcspn(line, "\n");

		if (n > 0 && (n < INTROSPECTION_KEY_MIN || strspn(line, B64TOKEN) != n ||
		    out->count == INTROSPECTION_KEYS_MAX))
			return false;
		if (n > 0)
			sha256(line, n, out->hash[out->count++]);
		line += n + (line[n] == '\n');
	}
	return out->count > 0;
}

bool
introspection_key_read(struct arena *a, const char *path, struct introspection_keys *out,
    const char **why)
{
	char *text = credential_file_read(a, path, FILE_MAX, why);
	bool good;

	*out = (struct introspection_keys){ 0 };
	if (text == NULL)
		return false;
	good = read_lines(text, out);
	secret_wipe(text, FILE_MAX);
	if (!good)
		*why = "must hold one secret, or two, of 32 or more letters, digits or -._~+/=, one a line";
	return good;
}

static bool
opens(struct request *rq, const struct config_server *s, const uint8_t hash[static SHA256_SIZE])
{
	struct introspection_keys keys;
	const char *why = "";
	bool same = false;

	if (!introspection_key_read(rq->arena, s->introspection_key, &keys, &why)) {
		rq->failure.reason = arena_printf(rq->arena, "introspection_key %s: %s",
		    s->introspection_key, why);
		return false;
	}
	for (size_t i = 0; i < keys.count; i++)
		same |= secret_bytes_equal(keys.hash[i], hash, SHA256_SIZE);
	return same;
}

uint32_t
introspection_key_opens(struct request *rq, const char *secret)
{
	const struct config *c = rq->config;
	uint8_t hash[SHA256_SIZE];
	uint32_t found = 0;

	sha256(secret, strlen(secret), hash);
	for (size_t i = 0; i < c->servers; i++)
		if (c->server[i].introspection_key != NULL && opens(rq, &c->server[i], hash))
			found |= UINT32_C(1) << i;
	return found;
}
