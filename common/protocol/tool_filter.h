/* SPDX-License-Identifier: MIT */
/*
 * tool_filter.h - an answer to tools/list without the tools that a person may not use
 *
 * All else of the message stands as it stood in the source.
 */
#ifndef PROTOCOL_TOOL_FILTER_H
#define PROTOCOL_TOOL_FILTER_H

#include "protocol/json.h"
#include "protocol/tool_policy.h"

/*
 * A JSON-RPC message, or a batch of them, of n bytes and a NUL.  Tools that lack nothing but a scope stay:
 * they can be asked for.  False when the text cannot be judged, and so must not be passed on; a
 * message without a list of tools comes back as it is.
 */
MUST_CHECK bool	 tool_filter(struct arena *, const char *text, size_t n, const struct tool_rule *,
		    const struct rights *, struct bytes *out);

#endif
