/* SPDX-License-Identifier: MIT */
/*
 * mcp_names.h - member names that two readers might read differently
 *
 * JSON's names are exact, but libraries of Go and .NET match them without regard to case, the last
 * one winning.  A gateway that judges "name" while "Name" goes on beside it would judge one call
 * and pass on another.
 */
#ifndef PROTOCOL_MCP_NAMES_H
#define PROTOCOL_MCP_NAMES_H

#include "protocol/json.h"

/*
 * False when a member of a message (or of one of a batch), of its params or of their arguments has
 * a name of the protocol's but for its case, or when the text cannot be read.  `argument` is a
 * further name, among the arguments; NULL for none.  A NUL follows the n bytes.
 */
MUST_CHECK bool	 mcp_names_are_exact(struct arena *, const char *text, size_t n, const char *argument);

#endif
