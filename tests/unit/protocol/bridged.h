/* SPDX-License-Identifier: MIT */
/* bridged.h - what the tests of the bridge share */
#ifndef UNIT_PROTOCOL_BRIDGED_H
#define UNIT_PROTOCOL_BRIDGED_H

#include "protocol/mcp.h"
#include "protocol/mcp_bridge.h"

#include "arena_group.h"

#define KEY		"io.modelcontextprotocol/"
#define RESULT(text)	"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":" text "}"
#define ERROR(text)	"{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":" text "}"

static const struct mcp_upstream named UNUSED = {
	.version = "2025-06-18",
	.capabilities = "{\"tools\":{\"listChanged\":true},\"logging\":{}}",
	.server_info = "{\"name\":\"up\",\"version\":\"1\"}",
	.instructions = "\"Be kind.\"",
};
static const struct mcp_upstream nameless UNUSED = { .version = "2025-06-18" };

/* The text is JSON, and comes back. */
static inline const char *
json(const char *text)
{
	assert_non_null(text);
	if (json_scan(&a, text, strlen(text), NULL) != JSON_FINE)
		fail_msg("no JSON: %s", text);
	return text;
}

static inline void
holds(const char *text, const char *part)
{
	if (strstr(json(text), part) == NULL)
		fail_msg("no %s in: %s", part, text);
}

static inline void
lacks(const char *text, const char *part)
{
	if (strstr(json(text), part) != NULL)
		fail_msg("%s in: %s", part, text);
}

#endif
