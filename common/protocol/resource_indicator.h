/* SPDX-License-Identifier: MIT */
/* resource_indicator.h - RFC 8707: which MCP endpoint a token is for */
#ifndef PROTOCOL_RESOURCE_INDICATOR_H
#define PROTOCOL_RESOURCE_INDICATOR_H

#include "base/arena.h"

/*
 * Whether `asked` names the resource `ours`: scheme and host compare without case, a default port
 * and one slash at the end do not matter; query and fragment (section 2) are refused.
 */
MUST_CHECK bool	 resource_matches(struct arena *, const char *ours, const char *asked);

#endif
