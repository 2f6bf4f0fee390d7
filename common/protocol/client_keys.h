/* SPDX-License-Identifier: MIT */
/* client_keys.h - the public keys of a client that signs its assertions: a JWK set, or one PEM */
#ifndef PROTOCOL_CLIENT_KEYS_H
#define PROTOCOL_CLIENT_KEYS_H

#include "protocol/json.h"
#include "protocol/jwk.h"

#define CLIENT_KEYS_MAX	16	/* of one client */

/*
 * The n-th key, from 0, that may verify that algorithm and whose kid is the one (NULL: whichever).
 * "use" must be absent or sig, "alg" absent or the algorithm.  NULL when there are fewer.  pkey_auto.
 */
MUST_CHECK EVP_PKEY	*client_keys_find(struct arena *, struct json_object *set, const char *alg,
			    const char *kid, size_t n);

/* A "keys" array of at most CLIENT_KEYS_MAX, all public, one of which can be used. */
MUST_CHECK bool		 client_keys_valid(struct arena *, struct json_object *set);

/* "-----BEGIN PUBLIC KEY-----"; NULL unless an algorithm can use it.  pkey_auto. */
MUST_CHECK EVP_PKEY	*client_keys_pem(const char *text);

#endif
