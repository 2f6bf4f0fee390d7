/* SPDX-License-Identifier: MIT */
/*
 * digest.h - SHA-256, HMAC-SHA-256 (RFC 2104) and HKDF (RFC 5869) over OpenSSL
 *
 * A struct hmac keeps its keyed context, so that one tag costs a third of a microsecond; it
 * belongs to one worker.  All die if OpenSSL cannot compute: that is no input's doing.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/attr.h"

#define SHA256_SIZE	32

struct hmac;

void		 sha256(const void *, size_t n, uint8_t out[static SHA256_SIZE]);

struct hmac	*hmac_new(const void *key, size_t key_len);
void		 hmac_free(struct hmac *);			/* NULL is fine */
void		 hmac_sign(struct hmac *, const void *, size_t n, uint8_t out[static SHA256_SIZE]);

void		 hkdf_sha256(const void *ikm, size_t ikm_len, const void *salt, size_t salt_len,
		    const char *info, uint8_t out[static SHA256_SIZE]);

#endif
