/* SPDX-License-Identifier: MIT */
/* authorization_response.h - RFC 6749 sections 4.1.2 and 4.1.2.1, with iss (RFC 9207) in each */
#ifndef SERVICE_AUTHORIZATION_RESPONSE_H
#define SERVICE_AUTHORIZATION_RESPONSE_H

#include "service/request.h"

/* Sends the browser back with a code.  The redirect URI must have been validated. */
void		 authorization_response_code(const struct request *, struct response *,
		    const char *redirect_uri, const char *state, const char *code);

/* Sends the browser back with the request's failure. */
void		 authorization_response_error(const struct request *, struct response *,
		    const char *redirect_uri, const char *state);

#endif
