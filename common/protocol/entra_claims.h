/* SPDX-License-Identifier: MIT */
/*
 * entra_claims.h - Entra's claims requests: what a policy demands of a person or a token
 *
 * A demand is a JSON object (OpenID Connect Core section 5.5), sent as the parameter `claims` until
 * a token is there that meets it.  Microsoft, "Claims challenges, claims requests and client
 * capabilities".
 */
#ifndef PROTOCOL_ENTRA_CLAIMS_H
#define PROTOCOL_ENTRA_CLAIMS_H

#include "base/arena.h"

#define ENTRA_CLAIMS_MAX	1024	/* bytes of a demand: it goes through an address */

/*
 * The demand, compact, when the text is a JSON object of bounded size that asks for something of the
 * access token; else NULL.  What it asks for besides is left out, and so are capabilities (xms_cc):
 * to declare those is ours.
 */
MUST_CHECK const char *entra_claims_read(struct arena *, const char *text);

/* The demand in a resource's WWW-Authenticate (NULL is fine): error="insufficient_claims",
 * claims="BASE64"; NULL when there is none. */
MUST_CHECK const char *entra_claims_challenge(struct arena *, const char *www_authenticate);

/* Both demands as one: what both ask for of a claim is the later's. */
NONNULL const char *entra_claims_union(struct arena *, const char *earlier, const char *later);

/* Whether all that `part` asks for is asked for by `whole` in the same words. */
MUST_CHECK bool	 entra_claims_within(struct arena *, const char *part, const char *whole);

/* The parameter `claims`: a demand or NULL, and the capability cp1 when declared; NULL for neither. */
MUST_CHECK const char *entra_claims_parameter(struct arena *, const char *demand, bool cp1);

/*
 * False when the demand wants an authentication context (acrs) that the access token lacks.  What
 * else is demanded cannot be seen in a token: Entra gives none that lacks it.
 */
MUST_CHECK bool	 entra_claims_met(struct arena *, const char *demand, const char *access_token);

#endif
