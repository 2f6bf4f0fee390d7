/* SPDX-License-Identifier: MIT */
/*
 * jws_verify.h - the signatures of clients: RS256, PS256 and ES256 (RFC 7518 section 3.1)
 *
 * No other algorithm exists here; a key serves only those that are made for its kind.
 */
#ifndef PROTOCOL_JWS_VERIFY_H
#define PROTOCOL_JWS_VERIFY_H

#include "protocol/jws.h"

#define JWS_CLIENT_ALGORITHMS	"RS256 PS256 ES256"

/* RSA of 2048 to 8192 bits for RS256 and PS256, P-256 for ES256; false for another algorithm. */
MUST_CHECK bool	 jws_key_fits(const EVP_PKEY *, const char *alg);

MUST_CHECK bool	 jws_verify(const struct jws *, const char *alg, EVP_PKEY *);

#endif
