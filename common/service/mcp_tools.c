/* SPDX-License-Identifier: MIT */
/* mcp_tools.c - tools/list and tools/call of the tools that are Sallyport's own */
#include "base/clock.h"
#include "protocol/scope.h"
#include "service/event_stream.h"
#include "service/http_client.h"
#include "service/mcp_exchange.h"
#include "service/policy.h"
#include "service/tool.h"

enum oauth_error
mcp_tools_list(struct exchange *x)
{
	struct buf b = buf_new(x->rq->arena, RESULT_MAX);
	bool first = true;

	/* All tools are on the first page, so no cursor was ever given out. */
	if (json_has(x->message->rpc.params, "cursor"))
		return mcp_error(x, 200, JSONRPC_INVALID_PARAMS, "Invalid cursor");
	mcp_begin_result(x, &b, true);
	buf_lit(&b, "\"tools\":[");
	for (const struct tool *const *t = tools_builtin; *t != NULL; t++) {
		if (policy_tool(x->rq, x->server, &x->rights, (*t)->name) == DENIED)
			continue;
		buf_lit(&b, first ? "" : ",");
		buf_lit(&b, (*t)->definition);
		first = false;
	}
	x->rq->failure = (struct failure){ 0 };
	buf_lit(&b, "]}");
	return mcp_result(x, &b);
}

/*
 * 2026-07-28: the closing of a stream cancels its request, so a long call is opened as one.  Once
 * it is open an error has no status any more and goes into it.
 */
static enum oauth_error
call_tool(struct exchange *x, const struct tool *tool, struct json_object *arguments,
    struct tool_result *result)
{
	struct event_stream stream = event_stream_begin(x->rq, x->rs,
	    mcp_is_modern(x) && event_stream_possible(x->rq), x->until_ms);
	enum oauth_error error;

	http_client_watch(x->rq->http, event_stream_wanted, &stream);
	error = tool->call(x->rq, x->access, arguments, result);
	http_client_watch(x->rq->http, NULL, NULL);
	if (error != OAUTH_OK && x->rs->opened) {
		return tool_failed(x->rq, error == INVALID_TOKEN, error == INVALID_TOKEN ?
		    "The user must sign in again. Call once more: the client is asked to then." :
		    "This could not be done.", result);
	}
	return error;
}

enum oauth_error
mcp_tools_call(struct exchange *x)
{
	struct json_object *params = x->message->rpc.params;
	struct json_object *arguments = json_object_member(params, "arguments");
	const char *name = json_string(params, "name");
	const struct tool *tool;
	struct tool_result result = { 0 };
	struct buf b = buf_new(x->rq->arena, RESULT_MAX);
	enum permission permission;

	if (name == NULL || (json_has(params, "arguments") && arguments == NULL))
		return mcp_error(x, 200, JSONRPC_INVALID_PARAMS,
		    "tools/call needs a name, and arguments that are an object");
	permission = policy_tool(x->rq, x->server, &x->rights, name);
	tool = tool_find(name);
	if (tool != NULL && permission == DENIED)
		policy_refused(x->rq, x->server, &x->access->session, name);
	if (tool == NULL || permission == DENIED)
		return mcp_error(x, 200, JSONRPC_INVALID_PARAMS, "Unknown tool");
	/* A batch of slow calls must not keep a worker from everybody else. */
	if (clock_monotonic_ms() > x->until_ms)
		return mcp_error(x, 200, JSONRPC_INTERNAL_ERROR, "The calls before this one took too long");
	if (permission == SCOPE_MISSING)
		return x->rq->failure.error;
	if (!scope_contains(x->access->scope, SCOPE_TOOLS))
		return fail(&x->rq->failure, INSUFFICIENT_SCOPE, "this tool needs the scope " SCOPE_TOOLS);
	TRY(call_tool(x, tool, arguments, &result));
	mcp_begin_result(x, &b, false);
	buf_lit(&b, "\"content\":[{\"type\":\"text\",\"text\":");
	buf_json(&b, result.text);
	buf_lit(&b, "}],");
	if (result.structured != NULL) {
		buf_lit(&b, "\"structuredContent\":");
		buf_lit(&b, result.structured);
		buf_lit(&b, ",");
	}
	buf_lit(&b, result.is_error ? "\"isError\":true}" : "\"isError\":false}");
	return mcp_result(x, &b);
}
