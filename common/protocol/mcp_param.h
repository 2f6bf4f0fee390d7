/* SPDX-License-Identifier: MIT */
/*
 * mcp_param.h - Mcp-Param-* of a tool call: 2026-07-28 streamable HTTP, "Custom Headers"
 *
 * A tool's input schema may name headers (x-mcp-header) that mirror arguments.  A client of before
 * knows nothing of them, so a bridge writes them.
 */
#ifndef PROTOCOL_MCP_PARAM_H
#define PROTOCOL_MCP_PARAM_H

#include "protocol/json.h"

#define MCP_PARAMS_MAX	8	/* headers of one call */

/*
 * The headers, "Mcp-Param-NAME: value", that an answer to tools/list asks of this call.  Returns
 * how many; -1 when the tool is not in the list.  The texts are NUL-terminated.
 */
MUST_CHECK int	 mcp_param_headers(struct arena *, const char *list, const char *call,
		    const char *header[static MCP_PARAMS_MAX]);

/* The cursor of the list's next page, NULL at its end. */
MUST_CHECK const char *mcp_param_next(struct arena *, const char *list);

#endif
