/* SPDX-License-Identifier: MIT */
/* pkce.h - RFC 7636 with S256, both as server and toward Entra */
#ifndef PROTOCOL_PKCE_H
#define PROTOCOL_PKCE_H

#include "base/arena.h"

MUST_CHECK bool	 is_code_verifier(const char *);	/* 43*128unreserved, section 4.1 */
MUST_CHECK bool	 is_code_challenge(const char *);	/* 43 characters of base64url */

NONNULL char	*pkce_challenge(struct arena *, const char *verifier);	/* section 4.2, S256 */
MUST_CHECK bool	 pkce_verify(struct arena *, const char *verifier, const char *challenge);

#endif
