/* SPDX-License-Identifier: MIT */
/* challenge.h - the WWW-Authenticate of an MCP endpoint: RFC 6750 section 3, RFC 9728 section 5.1 */
#ifndef SERVICE_CHALLENGE_H
#define SERVICE_CHALLENGE_H

#include "service/request.h"

/* The header's value.  Without an error no token was presented; scope NULL is what all need. */
NONNULL const char *challenge_text(struct request *, const struct config_server *,
		    enum oauth_error, const char *description, const char *scope);

#endif
