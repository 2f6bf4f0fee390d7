/* SPDX-License-Identifier: MIT */
/*
 * mcp_method.h - the MCP methods of a server whose tools are Sallyport's own
 *
 * One table of methods by era.  Nothing is kept between requests: no session id is ever minted.
 */
#ifndef SERVICE_MCP_METHOD_H
#define SERVICE_MCP_METHOD_H

#include "protocol/mcp.h"
#include "service/access_token.h"

/*
 * Answers every message of a post into rs: 200 with JSON or events, 202 for what needs no answer,
 * 404 for an unknown modern method.  INVALID_TOKEN and INSUFFICIENT_SCOPE are the caller's to turn
 * into a challenge; NOT_ACCEPTABLE when the Accept header allows no form that we have.
 */
MUST_CHECK enum oauth_error mcp_answer(struct request *, const struct config_server *,
		    const struct access *, const struct mcp_post *, struct response *);

#endif
