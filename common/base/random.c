/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

#include "base/base64url.h"
#include "base/die.h"

/*
 * The kernel's generator and not OpenSSL's: the first bytes of the latter cost two thirds of a
 * plain CGI request, and none of its state can be copied by a fork.
 */
void
random_bytes(void *to, size_t n)
{
	unsigned char *p = to;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			die("no random bytes");
		p += got;
		n -= (size_t)got;
	}
}

char *
random_base64url(struct arena *a, size_t n)
{
	void *bytes = arena_alloc(a, n);

	random_bytes(bytes, n);
	return base64url_encode(a, bytes, n);
}
