/* SPDX-License-Identifier: MIT */
#include "protocol/mcp.h"

#define SUBSCRIPTION	"\"io.modelcontextprotocol/subscriptionId\":"

void
mcp_listen_to_nothing(struct buf *b, const char *id, const char *server_info)
{
	struct arena *a = b->arena;

	buf_lit(b, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":"
	    "\"notifications/subscriptions/acknowledged\",\"params\":{\"_meta\":{" SUBSCRIPTION);
	buf_lit(b, id);
	buf_lit(b, "},\"notifications\":{}}}\n\nevent: message\ndata: ");
	jsonrpc_result(b, id, arena_printf(a, "{\"resultType\":\"complete\",\"_meta\":{%s%s%s"
	    SUBSCRIPTION "%s}}", server_info == NULL ? "" : "\"io.modelcontextprotocol/serverInfo\":",
	    server_info == NULL ? "" : server_info, server_info == NULL ? "" : ",", id));
	buf_lit(b, "\n\n");
}
