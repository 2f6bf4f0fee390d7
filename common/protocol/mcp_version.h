/* SPDX-License-Identifier: MIT */
/* mcp_version.h - the revisions of MCP that are spoken here, for mcp.c alone; see mcp.h */
#ifndef PROTOCOL_MCP_VERSION_H
#define PROTOCOL_MCP_VERSION_H

#include "base/arena.h"

/* The legacy revision that MCP-Protocol-Version names, one of mcp_versions; else NULL. */
MUST_CHECK const char *mcp_version_legacy(const char *header);

/*
 * {"supported":[...],"requested":...}: 2026-07-28 streamable HTTP, "Protocol Version Header".
 * NULL when `requested` is absurdly long.
 */
MUST_CHECK const char *mcp_version_unsupported(struct arena *, const char *requested,
			    bool modern_alone);

#endif
