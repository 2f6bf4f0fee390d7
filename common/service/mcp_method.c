/* SPDX-License-Identifier: MIT */
#include "service/mcp_method.h"

#include "base/clock.h"
#include "protocol/http.h"
#include "service/mcp_exchange.h"
#include "service/person.h"
#include "service/policy.h"

#define JSON		"application/json"
#define EVENTS		"text/event-stream"
#define LIST_TTL_MS	"300000"
#define META		"\"_meta\":{\"io.modelcontextprotocol/serverInfo\":" SERVER_INFO "}"
#define CALL_TIMEOUTS	3	/* times Entra's timeout: what the calls of one post may take together */

bool
mcp_is_modern(const struct exchange *x)
{
	return x->message->era == MCP_MODERN;
}

enum oauth_error
mcp_result(struct exchange *x, struct buf *result)
{
	const char *text = buf_text(result);

	if (text == NULL)
		x->out->overflow = true;	/* the endpoint turns that into a 500 */
	else
		jsonrpc_result(x->out, x->message->rpc.id, text);
	return OAUTH_OK;
}

enum oauth_error
mcp_error(struct exchange *x, int status, int code, const char *message)
{
	x->status = status;
	jsonrpc_error(x->out, x->message->rpc.id, code, message, NULL);
	return OAUTH_OK;
}

void
mcp_begin_result(const struct exchange *x, struct buf *b, bool cacheable)
{
	buf_lit(b, "{");
	if (!mcp_is_modern(x))
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
	return mcp_result(x, &b);
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

	mcp_begin_result(x, &b, true);
	buf_lit(&b, "\"supportedVersions\":[");
	for (const char *const *v = mcp_versions; *v != NULL; v++) {
		buf_lit(&b, v == mcp_versions ? "" : ",");
		buf_json(&b, *v);
	}
	buf_lit(&b, "],\"capabilities\":{\"tools\":{}}}");
	return mcp_result(x, &b);
}

/* There are none, and a client of 2026-07-28 that asks for one is told so, with its URI (SEP-2164). */
static enum oauth_error
resources_read(struct exchange *x)
{
	const char *uri = json_string(x->message->rpc.params, "uri");
	struct buf data = buf_new(x->rq->arena, RESULT_MAX);

	buf_member(&data, "uri", uri == NULL ? "" : uri);
	buf_lit(&data, "}");
	jsonrpc_error(x->out, x->message->rpc.id, JSONRPC_INVALID_PARAMS, "Resource not found",
	    buf_text(&data));
	return OAUTH_OK;
}

/* Nothing of ours ever changes, so nothing is honoured: acknowledge, and end gracefully. */
static enum oauth_error
subscriptions_listen(struct exchange *x)
{
	if (json_object_member(x->message->rpc.params, "notifications") == NULL)
		return mcp_error(x, 200, JSONRPC_INVALID_PARAMS, "notifications must be an object");
	x->events = true;
	mcp_listen_to_nothing(x->out, x->message->rpc.id, SERVER_INFO);
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
	{ "tools/list",		  true,	 true,	JSON,	mcp_tools_list },
	{ "tools/call",		  true,	 true,	JSON,	mcp_tools_call },
	{ "resources/read",	  false, true,	JSON,	resources_read },
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

	if (!mcp_is_modern(x) || !json_has(meta, "io.modelcontextprotocol/logLevel"))
		return true;
	for (size_t i = 0; level != NULL && i < COUNT(levels); i++)
		if (strcmp(levels[i], level) == 0)
			return true;
	return false;
}

static enum oauth_error
handle(struct exchange *x, const struct method *m)
{
	if (!x->elsewhere && !http_accepts(request_variable(x->rq, "HTTP_ACCEPT"), m->form))
		return fail(&x->rq->failure, NOT_ACCEPTABLE,
		    arena_printf(x->rq->arena, "Accept must allow %s", m->form));
	return log_level_is_fine(x) ? m->handle(x) :
	    mcp_error(x, 200, JSONRPC_INVALID_PARAMS, "Invalid logLevel");
}

static enum oauth_error
dispatch(struct exchange *x)
{
	for (size_t i = 0; i < COUNT(methods); i++)
		if (strcmp(methods[i].name, x->message->rpc.method) == 0 &&
		    (mcp_is_modern(x) ? methods[i].modern : methods[i].legacy))
			return handle(x, &methods[i]);
	return mcp_error(x, mcp_is_modern(x) ? 404 : 200, JSONRPC_METHOD_NOT_FOUND, "Method not found");
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

/* Only a rule that names roles or groups costs a look at Entra's token. */
static enum oauth_error
read_rights(struct request *rq, const struct config_server *server, const struct access *access,
    struct rights *out)
{
	struct person person;

	*out = (struct rights){ .scope = access->scope, .roles = "", .groups = "" };
	if (server->asks_entra) {
		TRY(person_open(rq, access, true, &person));
		*out = person.rights;
	}
	return policy_server(rq, server, out);
}

enum oauth_error
mcp_answer(struct request *rq, const struct config_server *server, const struct access *access,
    const struct mcp_post *post, struct response *rs)
{
	struct buf out = buf_new(rq->arena, RESULT_MAX);
	struct exchange x = {
		.rq = rq, .server = server, .access = access, .rs = rs, .elsewhere = post->elsewhere,
		.out = &out, .status = 200,
		.until_ms = clock_monotonic_ms() + CALL_TIMEOUTS * rq->config->entra.timeout * 1000,
	};
	size_t answered = 0;

	TRY(read_rights(rq, server, access, &x.rights));
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
