/* SPDX-License-Identifier: MIT */
#include "protocol/pkce.h"

#include "base/base64url.h"
#include "base/digest.h"
#include "base/secret.h"

static bool
is_made_of(const char *text, const char *more)
{
	static const char alphanumeric[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	for (; *text != '\0'; text++)
		if (strchr(alphanumeric, *text) == NULL && strchr(more, *text) == NULL)
			return false;
	return true;
}

bool
is_code_verifier(const char *text)
{
	size_t n = strlen(text);

	return n >= 43 && n <= 128 && is_made_of(text, "-._~");
}

bool
is_code_challenge(const char *text)
{
	return strlen(text) == 43 && is_made_of(text, "-_");
}

char *
pkce_challenge(struct arena *a, const char *verifier)
{
	uint8_t digest[SHA256_SIZE];

	sha256(verifier, strlen(verifier), digest);
	return base64url_encode(a, digest, sizeof digest);
}

bool
pkce_verify(struct arena *a, const char *verifier, const char *challenge)
{
	return is_code_verifier(verifier) && secret_equal(pkce_challenge(a, verifier), challenge);
}
