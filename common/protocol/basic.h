/* SPDX-License-Identifier: MIT */
/* basic.h - client_secret_basic: RFC 6749 section 2.3.1 over RFC 7617 */
#ifndef PROTOCOL_BASIC_H
#define PROTOCOL_BASIC_H

#include "base/arena.h"

enum basic { BASIC_ABSENT, BASIC_MALFORMED, BASIC_PRESENT };

/*
 * Id and secret, each form-decoded.  An absent or empty header is BASIC_ABSENT; another scheme, bad
 * base64, no colon, a bad escape or a control character is BASIC_MALFORMED.
 */
MUST_CHECK enum basic basic_read(struct arena *, const char *authorization, const char **client_id,
		    const char **client_secret);

#endif
