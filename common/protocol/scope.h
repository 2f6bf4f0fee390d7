/* SPDX-License-Identifier: MIT */
/* scope.h - RFC 6749 section 3.3: blank-separated, case-sensitive, no order */
#ifndef PROTOCOL_SCOPE_H
#define PROTOCOL_SCOPE_H

#include "base/arena.h"

#define SCOPE_MAX	1024		/* bytes of a scope parameter */
#define SCOPE_TOOLS	"mcp:tools"	/* what every session has: it may use its MCP server */
#define SCOPE_OFFLINE	"offline_access"	/* accepted: a session can always be refreshed */

MUST_CHECK bool	 is_scope(const char *);	/* scope-token *( SP scope-token ) */
MUST_CHECK bool	 scope_contains(const char *scope, const char *token);

/* Every token of `part` is in `whole`. */
MUST_CHECK bool	 scope_within(const char *part, const char *whole);

/*
 * What a request gets: what all sessions have, and of what was asked for all that is known: what a
 * server's rules name (`more`) and SCOPE_OFFLINE.  Section 3.3 lets a server ignore the rest; NULL
 * when nothing that was asked for is known.
 */
MUST_CHECK const char *scope_grant(struct arena *, const char *asked, const char *more);

#endif
