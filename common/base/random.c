/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include <limits.h>
#include <openssl/rand.h>

#include "base/base64url.h"
#include "base/die.h"

void
random_bytes(void *to, size_t n)
{
	if (n > INT_MAX || RAND_bytes(to, (int)n) != 1)
		die("no random bytes");
}

char *
random_base64url(struct arena *a, size_t n)
{
	void *bytes = arena_alloc(a, n);

	random_bytes(bytes, n);
	return base64url_encode(a, bytes, n);
}
