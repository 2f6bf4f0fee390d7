/* SPDX-License-Identifier: MIT */
#include "service/client_secret.h"

#include "base/digest.h"
#include "base/random.h"
#include "base/secret.h"

#define SECRET_BYTES	32

/* So much randomness needs no slow hash. */
static const char *
hash_of(struct arena *a, const char *secret)
{
	uint8_t hash[SHA256_SIZE];
	char *hex = arena_alloc(a, sizeof hash * 2 + 1);

	sha256(secret, strlen(secret), hash);
	for (size_t i = 0; i < sizeof hash; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return hex;
}

const char *
client_secret_new(struct arena *a, const char **hash)
{
	const char *secret = random_base64url(a, SECRET_BYTES);

	*hash = hash_of(a, secret);
	return secret;
}

bool
client_secret_matches(struct arena *a, const struct config_client *c, const char *secret)
{
	const char *hash = hash_of(a, secret);
	bool matches = false;

	for (const char *const *known = c->secret_sha256; *known != NULL; known++)
		matches |= secret_equal(*known, hash);
	return matches;
}
