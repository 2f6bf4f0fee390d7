/* SPDX-License-Identifier: MIT */
#include "protocol/mcp_version.h"

#include "protocol/mcp.h"
#include "protocol/mcp_header.h"

#define DATA_MAX	4096	/* bytes of an error's data */

const char *const mcp_versions[] = {
	MCP_MODERN_VERSION, MCP_LEGACY_LATEST, "2025-06-18", "2025-03-26", "2024-11-05", NULL
};

const char *
mcp_version_legacy(const char *header)
{
	for (const char *const *v = mcp_versions + 1; *v != NULL; v++)
		if (mcp_header_says(header, *v))
			return *v;
	return NULL;
}

/* 2025-11-25 basic/lifecycle "Version Negotiation"; 2026-07-28 has no initialize. */
const char *
mcp_negotiate(const char *requested)
{
	for (const char *const *v = mcp_versions + 1; requested != NULL && *v != NULL; v++)
		if (strcmp(requested, *v) == 0)
			return *v;
	return MCP_LEGACY_LATEST;
}

const char *
mcp_version_unsupported(struct arena *a, const char *requested, bool modern_alone)
{
	struct buf b = buf_new(a, DATA_MAX);

	buf_lit(&b, "{\"supported\":[");
	for (const char *const *v = mcp_versions; *v != NULL && !(modern_alone && v > mcp_versions); v++) {
		buf_lit(&b, v == mcp_versions ? "" : ",");
		buf_json(&b, *v);
	}
	buf_lit(&b, "],\"requested\":");
	buf_json(&b, requested);
	buf_lit(&b, "}");
	return buf_text(&b);
}
