/* SPDX-License-Identifier: MIT */
/* gateway_body.h - what is put into a body on its way to an upstream */
#ifndef SERVICE_GATEWAY_BODY_H
#define SERVICE_GATEWAY_BODY_H

#include "protocol/mcp.h"
#include "service/request.h"

#define GATEWAY_TOKEN_ARGUMENT	"bearerToken"

/*
 * upstream_token_in = arguments: the token among the arguments of each tools/call, in the place of
 * whatever the client sent under that name; all else stands as it came.  False when arguments are
 * there and no object.
 */
MUST_CHECK bool	 gateway_body_token(struct request *, const struct mcp_post *, const char *token,
		    const char **body, size_t *len);

#endif
