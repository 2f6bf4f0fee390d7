/* SPDX-License-Identifier: MIT */
#include "protocol/opaque_token.h"

#include "base/base64url.h"
#include "base/random.h"

struct opaque_token
opaque_token_of(struct arena *a, const uint8_t secret[static OPAQUE_TOKEN_SIZE])
{
	struct opaque_token t = { .text = base64url_encode(a, secret, OPAQUE_TOKEN_SIZE) };

	memcpy(t.secret, secret, OPAQUE_TOKEN_SIZE);
	sha256(t.secret, OPAQUE_TOKEN_SIZE, t.hash);
	return t;
}

struct opaque_token
opaque_token_new(struct arena *a)
{
	uint8_t secret[OPAQUE_TOKEN_SIZE];

	random_bytes(secret, sizeof secret);
	return opaque_token_of(a, secret);
}

bool
opaque_token_read(struct arena *a, const char *text, struct opaque_token *out)
{
	uint8_t *secret;
	size_t n;

	if (text == NULL || strlen(text) != OPAQUE_TOKEN_TEXT ||
	    !base64url_decode(a, text, OPAQUE_TOKEN_TEXT, &secret, &n) || n != OPAQUE_TOKEN_SIZE)
		return false;
	*out = opaque_token_of(a, secret);
	return true;
}
