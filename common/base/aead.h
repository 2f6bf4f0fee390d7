/* SPDX-License-Identifier: MIT */
/*
 * aead.h - AES-256-GCM, one message: format byte, random nonce, ciphertext, tag
 *
 * The format byte is 1 and is authenticated with the associated data, so that a later format
 * cannot be passed off as this one.
 */
#ifndef BASE_AEAD_H
#define BASE_AEAD_H

#include "base/arena.h"

#define AEAD_KEY_SIZE	32
#define AEAD_OVERHEAD	(1 + 12 + 16)	/* bytes a sealed message is longer than its plain text */

/* Dies if OpenSSL cannot encrypt. */
struct bytes	 aead_seal(struct arena *, const uint8_t key[static AEAD_KEY_SIZE],
		    const char *associated, const void *plain, size_t n);

/* False unless key, associated data and message belong together.  A NUL follows the plain text. */
MUST_CHECK bool	 aead_open(struct arena *, const uint8_t key[static AEAD_KEY_SIZE],
		    const char *associated, struct bytes sealed, struct bytes *plain);

#endif
