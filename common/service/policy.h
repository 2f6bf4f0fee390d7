/* SPDX-License-Identifier: MIT */
/* policy.h - the rules of a [server] put to a request; see tool_policy.h */
#ifndef SERVICE_POLICY_H
#define SERVICE_POLICY_H

#include "protocol/mcp.h"
#include "service/request.h"

struct session;

/* `allow`: FORBIDDEN, or INSUFFICIENT_SCOPE with the scopes that are needed. */
MUST_CHECK enum oauth_error policy_server(struct request *, const struct config_server *,
		    const struct rights *);

/* One tool by its name.  SCOPE_MISSING with the failure recorded. */
MUST_CHECK enum permission policy_tool(struct request *, const struct config_server *,
		    const struct rights *, const char *tool);

/* All tool calls of a post: DENIED if one is, else SCOPE_MISSING if one is, with the failure. */
MUST_CHECK enum permission policy_post(struct request *, const struct config_server *,
		    const struct rights *, const struct mcp_post *);

/* For the audit: a tool that the session may not use was called; NULL: one of a batch. */
void		 policy_refused(struct request *, const struct config_server *, const struct session *,
		    const char *tool);

#endif
