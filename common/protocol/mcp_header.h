/* SPDX-License-Identifier: MIT */
/*
 * mcp_header.h - header values of 2026-07-28 against what the body says
 *
 * "Standard Request Headers" and "Value Encoding" of its streamable HTTP transport: blanks around
 * a value do not count, every other byte does.  An absent header (NULL) says nothing at all.
 */
#ifndef PROTOCOL_MCP_HEADER_H
#define PROTOCOL_MCP_HEADER_H

#include "base/arena.h"

/* True when the value says exactly that. */
MUST_CHECK bool	 mcp_header_says(const char *value, const char *expected);

/*
 * The same for a value that may be written =?base64?...?=, as Mcp-Name may.  One whose Base64 is
 * not canonical or not UTF-8 says nothing.
 */
MUST_CHECK bool	 mcp_header_decodes_to(struct arena *, const char *value, const char *expected);

/* A value as a header carries it: as it is, or =?base64?...?= where a header could not. */
NONNULL const char *mcp_header_encode(struct arena *, const char *value);

/* The member of params that Mcp-Name mirrors for this method; NULL when it mirrors none. */
MUST_CHECK const char *mcp_header_name_source(const char *method);

#endif
