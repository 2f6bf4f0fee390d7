/* SPDX-License-Identifier: MIT */
/*
 * opaque_token.h - our own secrets: codes, refresh tokens, transaction ids, cookies
 *
 * 32 random bytes, written as 43 characters of base64url; kept only as their SHA-256.
 */
#ifndef PROTOCOL_OPAQUE_TOKEN_H
#define PROTOCOL_OPAQUE_TOKEN_H

#include "base/arena.h"
#include "base/digest.h"

#define OPAQUE_TOKEN_SIZE	32	/* bytes */
#define OPAQUE_TOKEN_TEXT	43	/* characters */

struct opaque_token {
	uint8_t		 secret[OPAQUE_TOKEN_SIZE];
	uint8_t		 hash[SHA256_SIZE];
	const char	*text;
};

struct opaque_token	 opaque_token_new(struct arena *);
MUST_CHECK bool		 opaque_token_read(struct arena *, const char *text, struct opaque_token *);
struct opaque_token	 opaque_token_of(struct arena *, const uint8_t secret[static OPAQUE_TOKEN_SIZE]);

#endif
