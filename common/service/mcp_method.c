/* SPDX-License-Identifier: MIT */
#include "service/mcp_method.h"

#include "base/clock.h"
#include "protocol/http.h"
#include "protocol/scope.h"
#include "service/event_stream.h"
#include "service/http_client.h"
#include "service/tool.h"

#define RESULT_MAX	RESPONSE_BODY_MAX
#define JSON		"application/json"
#define EVENTS		"text/event-stream"
#define LIST_TTL_MS	"300000"
#define CALL_TIMEOUTS	3	/* times Entra's timeout: what the calls of one post may take together */

#define SERVER_INFO	"{\"name\":\"sallyport\",\"title\":\"Sallyport\",\"version\":\"" SALLYPORT_VERSION "\"}"
#define META		"\"_meta\":{\"io.modelcontextprotocol/serverInfo\":" SERVER_INFO "}"

/* One message on its way to its answer. */
struct exchange {
	struct request			*rq;
	const struct access		*access;
	const struct mcp_message	*message;
	struct response			*rs;
	struct buf			*out;		/* the JSON-RPC answer */
	int64_t				 until_ms;	/* later no tool is called */
	int				 status;
	bool				 events;	/* out holds an event stream */
};

static bool
modern(const struct exchange *x)
{
	return x->message->era == MCP_MODERN;
}

static enum oauth_error
answer(struct exchange *x, struct buf *result)
{
	const char *text = buf_text(result);

	if (text == NULL)
		x->out->overflow = true;	/* the endpoint turns that into a 500 */
	else
		jsonrpc_result(x->out, x->message->rpc.id, text);
	return OAUTH_OK;
}

static enum oauth_error
refuse(struct exchange *x, int status, int code, const char *message)
{
	x->status = status;
	jsonrpc_error(x->out, x->message->rpc.id, code, message, NULL);
	return OAUTH_OK;
}

/* What every modern result begins with; cached results say how long and for whom. */
static void
begin_result(const struct exchange *x, struct buf *b, bool cacheable)
{
	buf_lit(b, "{");
	if (!modern(x))
		return;
	buf_lit(b, "\"resultType\":\"complete\"," META ",");
	if (cacheable)
		buf_lit(b, "\"ttlMs\":" LIST_TTL_MS ",\"cacheScope\":\"private\",");
}

static enum oauth_error
initialize(struct exchange *x)
{
	struct buf b = buf_new(x->rq->arena, RESULT_MAX);

	buf_lit(&b, "{\"protocolVersion\":");
	buf_json(&b, x->message->version);
	buf_lit(&b, ",\"capabilities\":{\"tools\":{}},\"serverInfo\":" SERVER_INFO "}");
	return answer(x, &b);
}

static enum oauth_error
ping(struct exchange *x)
{
	jsonrpc_result(x->out, x->message->rpc.id, "{}");
	return OAUTH_OK;
}

static enum oauth_error
discover(struct exchange *x)
{
	struct buf b = buf_new(x->rq->arena, RESULT_MAX);

	begin_result(x, &b, true);
	buf_lit(&b, "\"supportedVersions\":[");
	for (const char *const *v = mcp_versions; *v != NULL; v++) {
		buf_lit(&b, v == mcp_versions ? "" : ",");
		buf_json(&b, *v);
	}
	buf_lit(&b, "],\"capabilities\":{\"tools\":{}}}");
	return answer(x, &b);
}

static enum oauth_error
tools_list(struct exchange *x)
{
	struct buf b = buf_new(x->rq->arena, RESULT_MAX);

	/* All tools are on the first page, so no cursor was ever given out. */
	if (json_has(x->message->rpc.params, "cursor"))
		return refuse(x, 200, JSONRPC_INVALID_PARAMS, "Invalid cursor");
	begin_result(x, &b, true);
	buf_lit(&b, "\"tools\":[");
	for (const struct tool *const *t = tools_builtin; *t != NULL; t++) {
		buf_lit(&b, t == tools_builtin ? "" : ",");
		buf_lit(&b, (*t)->definition);
	}
	buf_lit(&b, "]}");
	return answer(x, &b);
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
	    modern(x) && event_stream_possible(x->rq), x->until_ms);
	enum oauth_error error;

	http_client_watch(x->rq->http, event_stream_wanted, &stream);
	error = tool->call(x->rq, x->access, arguments, result);
	http_client_watch(x->rq->http, NULL, NULL);
	if (error != OAUTH_OK && x->rs->opened) {
		*result = (struct tool_result){ .text = x->rq->failure.description, .is_error = true };
		return OAUTH_OK;
	}
	return error;
}

static enum oauth_error
tools_call(struct exchange *x)
{
	struct json_object *params = x->message->rpc.params;
	struct json_object *arguments = json_object_member(params, "arguments");
	const char *name = json_string(params, "name");
	const struct tool *tool;
	struct tool_result result = { 0 };
	struct buf b = buf_new(x->rq->arena, RESULT_MAX);

	if (name == NULL || (json_has(params, "arguments") && arguments == NULL))
		return refuse(x, 200, JSONRPC_INVALID_PARAMS,
		    "tools/call needs a name, and arguments that are an object");
	if ((tool = tool_find(name)) == NULL)
		return refuse(x, 200, JSONRPC_INVALID_PARAMS, "Unknown tool");
	/* A batch of slow calls must not keep a worker from everybody else. */
	if (clock_monotonic_ms() > x->until_ms)
		return refuse(x, 200, JSONRPC_INTERNAL_ERROR, "The calls before this one took too long");
	if (!scope_contains(x->access->scope, SCOPE_TOOLS))
		return fail(&x->rq->failure, INSUFFICIENT_SCOPE, "this tool needs the scope " SCOPE_TOOLS);
	TRY(call_tool(x, tool, arguments, &result));
	begin_result(x, &b, false);
	buf_lit(&b, "\"content\":[{\"type\":\"text\",\"text\":");
	buf_json(&b, result.text);
	buf_lit(&b, "}],");
	if (result.structured != NULL) {
		buf_lit(&b, "\"structuredContent\":");
		buf_lit(&b, result.structured);
		buf_lit(&b, ",");
	}
	buf_lit(&b, result.is_error ? "\"isError\":true}" : "\"isError\":false}");
	return answer(x, &b);
}

/* Nothing of ours ever changes, so nothing is honoured: acknowledge, and end gracefully. */
static enum oauth_error
subscriptions_listen(struct exchange *x)
{
	const char *id = x->message->rpc.id;

	if (json_object_member(x->message->rpc.params, "notifications") == NULL)
		return refuse(x, 200, JSONRPC_INVALID_PARAMS, "notifications must be an object");
	x->events = true;
	buf_lit(x->out, "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":"
	    "\"notifications/subscriptions/acknowledged\",\"params\":{\"_meta\":{"
	    "\"io.modelcontextprotocol/subscriptionId\":");
	buf_lit(x->out, id);
	buf_lit(x->out, "},\"notifications\":{}}}\n\nevent: message\ndata: ");
	jsonrpc_result(x->out, id, arena_printf(x->rq->arena, "{\"resultType\":\"complete\","
	    "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":" SERVER_INFO ","
	    "\"io.modelcontextprotocol/subscriptionId\":%s}}", id));
	buf_lit(x->out, "\n\n");
	return OAUTH_OK;
}

static const struct method {
	const char	 *name;
	bool		  legacy, modern;
	const char	 *form;		/* of its answer: a client must accept it */
	enum oauth_error (*handle)(struct exchange *);
} methods[] = {
	{ "initialize",		  true,	 false, JSON,	initialize },
	{ "ping",		  true,	 false, JSON,	ping },
	{ "server/discover",	  false, true,	JSON,	discover },
	{ "tools/list",		  true,	 true,	JSON,	tools_list },
	{ "tools/call",		  true,	 true,	JSON,	tools_call },
	{ "subscriptions/listen", false, true,	EVENTS,	subscriptions_listen },
};

/* 2026-07-28, logging: a level that is none is an invalid parameter. */
static bool
log_level_is_fine(const struct exchange *x)
{
	static const char *const levels[] = {
		"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
	};
	struct json_object *meta = json_object_member(x->message->rpc.params, "_meta");
	const char *level = json_string(meta, "io.modelcontextprotocol/logLevel");

	if (!modern(x) || !json_has(meta, "io.modelcontextprotocol/logLevel"))
		return true;
	for (size_t i = 0; level != NULL && i < COUNT(levels); i++)
		if (strcmp(levels[i], level) == 0)
			return true;
	return false;
}

static enum oauth_error
handle(struct exchange *x, const struct method *m)
{
	if (!http_accepts(request_variable(x->rq, "HTTP_ACCEPT"), m->form))
		return fail(&x->rq->failure, NOT_ACCEPTABLE,
		    arena_printf(x->rq->arena, "Accept must allow %s", m->form));
	return log_level_is_fine(x) ? m->handle(x) :
	    refuse(x, 200, JSONRPC_INVALID_PARAMS, "Invalid logLevel");
}

static enum oauth_error
dispatch(struct exchange *x)
{
	for (size_t i = 0; i < COUNT(methods); i++)
		if (strcmp(methods[i].name, x->message->rpc.method) == 0 &&
		    (modern(x) ? methods[i].modern : methods[i].legacy))
			return handle(x, &methods[i]);
	return refuse(x, modern(x) ? 404 : 200, JSONRPC_METHOD_NOT_FOUND, "Method not found");
}

/* Requests are answered; notifications and responses are accepted and dropped. */
static enum oauth_error
answer_requests(struct exchange *x, const struct mcp_post *post, size_t *answered)
{
	for (size_t i = 0; i < post->count; i++) {
		x->message = &post->message[i];
		if (x->message->rpc.kind != JSONRPC_REQUEST)
			continue;
		buf_lit(x->out, *answered > 0 ? "," : "");
		(*answered)++;
		TRY(dispatch(x));
	}
	return OAUTH_OK;
}

enum oauth_error
mcp_answer(struct request *rq, const struct access *access, const struct mcp_post *post,
    struct response *rs)
{
	struct buf out = buf_new(rq->arena, RESULT_MAX);
	struct exchange x = {
		.rq = rq, .access = access, .rs = rs, .out = &out, .status = 200,
		.until_ms = clock_monotonic_ms() + CALL_TIMEOUTS * rq->config->entra.timeout * 1000,
	};
	size_t answered = 0;

	TRY(answer_requests(&x, post, &answered));
	if (answered == 0) {
		rs->status = 202;
		return OAUTH_OK;
	}
	if (rs->opened) {
		buf_lit(&rs->body, "event: message\ndata: ");
		buf_lit(&rs->body, buf_text(&out) == NULL ? "" : buf_text(&out));
		buf_lit(&rs->body, "\n\n");
		return OAUTH_OK;
	}
	rs->status = x.status;
	rs->content_type = x.events ? EVENTS : JSON;
	if (x.events)
		response_header(rs, "X-Accel-Buffering", "no");
	if (post->batch)
		buf_lit(&rs->body, "[");
	if (buf_text(&out) == NULL)
		rs->body.overflow = true;
	else
		buf_bytes(&rs->body, out.text, out.len);
	if (post->batch)
		buf_lit(&rs->body, "]");
	return OAUTH_OK;
}
