/* SPDX-License-Identifier: MIT */
/* jwk.h - RFC 7517 key sets: the RSA signing keys of Entra; and the sizes that keys may have */
#ifndef PROTOCOL_JWK_H
#define PROTOCOL_JWK_H

#include <openssl/evp.h>

#include "protocol/json.h"

#define RSA_BITS_MIN	2048		/* RFC 7518 sections 3.3 and 3.5 */
#define RSA_BITS_MAX	8192
#define P256_NUMBER	32		/* bytes of a coordinate, and of r and s: RFC 7518 sections 3.4 and 6.2.1.2 */
#define JWK_SET_MAX	(512 * 1024)	/* bytes of a key set; up to a thousand keys */

/*
 * Finds the first RSA key with that kid whose "use" is absent or "sig" and whose "alg" is absent or
 * RS256, of 2048 to 8192 bits, exponent odd, at least 65537 and at most 64 bits.  A key whose
 * "issuer" is present but no string is not usable.  `issuer` receives the key's own "issuer"
 * (arena copy) or NULL; it is left alone when no key is found, which returns NULL.  Free the key
 * with EVP_PKEY_free, or AUTO(pkey).
 */
MUST_CHECK EVP_PKEY	*jwk_find(struct arena *, struct json_object *set, const char *kid,
			    const char **issuer);
void			 pkey_auto(EVP_PKEY **);

/* The RSA key of one JWK with such a modulus and exponent, whatever its other members say; NULL if it is none. */
MUST_CHECK EVP_PKEY	*jwk_rsa(struct arena *, struct json_object *jwk);

/* RFC 7517 section 4: a member that is absent leaves the use open; one of another type does not. */
MUST_CHECK bool		 jwk_absent_or(struct json_object *jwk, const char *name, const char *value);

/* True when the object is a key set: a "keys" array with at least one key that can be found. */
MUST_CHECK bool		 jwk_set_valid(struct arena *, struct json_object *set);

#endif
