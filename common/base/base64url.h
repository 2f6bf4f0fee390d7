/* SPDX-License-Identifier: MIT */
/* base64url.h - RFC 4648 section 5 without padding, and section 4 with it; strict both ways */
#ifndef BASE_BASE64URL_H
#define BASE_BASE64URL_H

#include "base/arena.h"

NONNULL char	*base64url_encode(struct arena *, const void *, size_t n);
NONNULL char	*base64_encode(struct arena *, const void *, size_t n);

/*
 * Decodes n characters into the arena; a NUL follows the bytes.  False for any character outside
 * the alphabet, an impossible length, padding where there is none (or none where there is), and
 * unused bits that are not zero, so that each value has one spelling.
 */
MUST_CHECK bool	 base64url_decode(struct arena *, const char *, size_t n, uint8_t **out, size_t *len);
MUST_CHECK bool	 base64_decode(struct arena *, const char *, size_t n, uint8_t **out, size_t *len);

#endif
