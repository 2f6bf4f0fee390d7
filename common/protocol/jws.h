/* SPDX-License-Identifier: MIT */
/*
 * jws.h - RFC 7515 compact serialisation with exactly the algorithms we use
 *
 * HS256 for our own session token, RS256 to verify Entra's, PS256 to sign our client assertion.
 * The algorithm is the caller's choice, never the token's: verification compares "alg" with it.
 */
#ifndef PROTOCOL_JWS_H
#define PROTOCOL_JWS_H

#include <openssl/evp.h>

#include "base/digest.h"
#include "protocol/json.h"

#define JWS_MAX		16384	/* bytes of a token that is looked at */

struct jws {
	const char	*signing_input;		/* header.payload, in the token */
	size_t		 signing_input_len;
	struct bytes	 header;		/* decoded JSON */
	struct bytes	 payload;		/* decoded JSON */
	struct bytes	 signature;
};

/* Splits and decodes.  False unless three non-empty base64url parts, at most JWS_MAX bytes in all;
 * no JSON is read yet.  `out` points into the token and the arena. */
MUST_CHECK bool	 jws_split(struct arena *, const char *token, struct jws *out);

/* {"alg":"HS256",...} and payload are JSON texts of ours. */
NONNULL char	*jws_sign_hs256(struct arena *, struct hmac *, const char *header,
		    const char *payload);
MUST_CHECK bool	 jws_verify_hs256(const struct jws *, struct hmac *);	/* constant time */

/* Header must already be known to say RS256.  Key must be RSA of at least 2048 bits. */
MUST_CHECK bool	 jws_verify_rs256(const struct jws *, EVP_PKEY *);

/* PS256: RSASSA-PSS, SHA-256, MGF1 with SHA-256, salt of 32 bytes (RFC 7518 section 3.5).
 * NULL if the key cannot sign so: no RSA, under 2048 bits, or no private part. */
MUST_CHECK char	*jws_sign_ps256(struct arena *, EVP_PKEY *, const char *header,
		    const char *payload);

#endif
