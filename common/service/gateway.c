/* SPDX-License-Identifier: MIT */
#include "service/gateway.h"

#include "protocol/mcp_names.h"
#include "service/challenge.h"
#include "service/gateway_body.h"
#include "service/mailbox.h"
#include "service/policy.h"
#include "service/store_failed.h"
#include "service/upstream_endpoint.h"
#include "service/upstream_header.h"
#include "service/upstream_session.h"
#include "service/upstream_token.h"

#define JSON	"application/json"

/* One request on its way to the upstream. */
struct passage {
	struct request			*rq;
	struct response			*rs;
	const struct config_server	*server;
	const struct access		*access;
	const struct mcp_post		*in;		/* NULL for GET and DELETE */
	const struct relay_mailbox	*mailbox;	/* where answers go; NULL: they are the response */
	bool				 elsewhere;	/* they come over an upstream's own stream */
	struct person			 p;
	struct relay_plan		 plan;
	const char			*token;		/* for the upstream; NULL for none */
	bool				 answered;	/* nothing is left to be asked */
};

static bool
is_modern(const struct passage *g)
{
	return g->in != NULL && g->in->message[0].era == MCP_MODERN;
}

/* The id of the one request, NULL when there is none. */
static const char *
id_of(const struct passage *g)
{
	return g->in == NULL || g->in->batch || g->in->message[0].rpc.kind != JSONRPC_REQUEST ? NULL :
	    g->in->message[0].rpc.id;
}

static enum oauth_error
put_in_mailbox(struct passage *g, const char *message, size_t n)
{
	switch (mailbox_put(g->rq, g->mailbox->id, &g->p.key, g->mailbox->socket, message, n)) {
	case STORED:
		g->rs->status = 202;
		return OAUTH_OK;
	case ABSENT:
		return fail(&g->rq->failure, NOT_FOUND, "there is no such stream; connect again");
	default:
		return store_failed(g->rq);
	}
}

/* An error of JSON-RPC, where the client looks for it. */
static enum oauth_error
answer_error(struct passage *g, int status, int code, const char *message)
{
	struct buf b = buf_new(g->rq->arena, RESPONSE_HEADERS_MAX);

	g->answered = true;
	jsonrpc_error(&b, id_of(g), code, message, NULL);
	if (buf_text(&b) == NULL)
		return fail(&g->rq->failure, SERVER_ERROR, "the answer is too long");
	if (g->mailbox != NULL && id_of(g) != NULL)
		return put_in_mailbox(g, b.text, b.len);
	g->rs->status = g->elsewhere && status == 200 ? 400 : status;
	g->rs->content_type = JSON;
	buf_bytes(&g->rs->body, b.text, b.len);
	return OAUTH_OK;
}

/* --- what every request passes --------------------------------------------------------------------- */

static enum oauth_error
enter(struct passage *g)
{
	TRY(person_open(g->rq, g->access, upstream_token_wants_entra(g->server), &g->p));
	TRY(policy_server(g->rq, g->server, &g->p.rights));
	if (g->in == NULL)
		return OAUTH_OK;
	if (!mcp_names_are_exact(g->rq->arena, g->rq->body, g->rq->body_len, GATEWAY_TOKEN_ARGUMENT))
		return answer_error(g, 400, JSONRPC_INVALID_REQUEST, "Invalid Request: a member has a name of "
		    "the protocol's but for its case");
	switch (policy_post(g->rq, g->server, &g->p.rights, g->in)) {
	case PERMITTED:
		return OAUTH_OK;
	case SCOPE_MISSING:
		return g->rq->failure.error;
	default:
		policy_refused(g->rq, g->server, &g->access->session,
		    g->in->batch ? NULL : json_string(g->in->message[0].rpc.params, "name"));
		return g->in->batch ? answer_error(g, 400, JSONRPC_INVALID_REQUEST,
		    "Invalid Request: a tool in the batch is unknown") :
		    answer_error(g, 200, JSONRPC_INVALID_PARAMS, "Unknown tool");
	}
}

/* 404 makes a client begin a new session: its old one is another's, or of before a new sign-in. */
static enum oauth_error
pass_session_id(struct passage *g)
{
	struct request *rq = g->rq;
	const char *sealed = request_variable(rq, "HTTP_MCP_SESSION_ID"), *id;

	if (sealed == NULL)
		return OAUTH_OK;
	id = upstream_session_open(rq->arena, &g->p.key, &g->access->session.sid, g->server->name, sealed);
	return id != NULL && upstream_header_add(rq, &g->plan, "Mcp-Session-Id", id) ? OAUTH_OK :
	    answer_error(g, 404, JSONRPC_INVALID_REQUEST, "Session not found");
}

static enum oauth_error
begin(struct passage *g)
{
	struct request *rq = g->rq;
	const struct config_server *server = g->server;

	g->plan = (struct relay_plan){
		.server = server, .session = &g->access->session, .key = &g->p.key, .id = id_of(g),
		.method = rq->method, .url = server->upstream_url, .modern = is_modern(g),
		.rpc_method = id_of(g) == NULL ? NULL : g->in->message[0].rpc.method,
		.version = g->in == NULL ? NULL : g->in->message[0].version,
		.rights = server->rule == NULL ? NULL : &g->p.rights, .mailbox = g->mailbox,
		.forbidden = challenge_text(rq, server, INSUFFICIENT_SCOPE,
		    "the MCP server behind this gateway asks for more", g->p.rights.scope),
	};
	TRY(upstream_header_pass(rq, server, is_modern(g), &g->plan));
	g->plan.passed = g->plan.headers;
	TRY(upstream_header_user(rq, server, &g->p, &g->plan));
	return upstream_token(rq, server, &g->p, &g->plan, &g->token);
}

/* A model can read what went wrong at Entra in an answer, not in a status. */
static enum oauth_error
explain(struct passage *g, enum oauth_error error)
{
	if (error == OAUTH_OK || id_of(g) == NULL || (error != FORBIDDEN && error != TEMPORARILY_UNAVAILABLE))
		return error;
	return answer_error(g, 200, JSONRPC_INTERNAL_ERROR, arena_printf(g->rq->arena,
	    "%s (reference %s)", g->rq->failure.description, g->rq->id));
}

static enum oauth_error
put_token(struct passage *g)
{
	bool into = strcmp(g->server->upstream_token_in, "arguments") == 0;

	g->plan.secret = g->token;
	if (g->in != NULL) {
		g->plan.body = g->rq->body;
		g->plan.len = g->rq->body_len;
	}
	if (into && g->in != NULL && !gateway_body_token(g->rq, g->in, g->token, &g->plan.body, &g->plan.len))
		return fail(&g->rq->failure, INVALID_REQUEST, "the arguments of a tool call are no object");
	if (!into && g->token != NULL && !upstream_header_add(g->rq, &g->plan, "Authorization",
	    arena_printf(g->rq->arena, "Bearer %s", g->token)))
		return fail_because(&g->rq->failure, SERVER_ERROR, "the server is not ready",
		    "the upstream's token is too long for a header");
	return OAUTH_OK;
}

/* Enters and begins; `answered` when that was all. */
static enum oauth_error
prepare(struct passage *g)
{
	enum oauth_error error;

	TRY(enter(g));
	if (g->answered)
		return OAUTH_OK;
	error = begin(g);
	if (error != OAUTH_OK)
		return explain(g, error);
	return put_token(g);
}

/* --- the requests ---------------------------------------------------------------------------------- */

enum oauth_error
gateway_post(struct request *rq, struct response *rs, const struct config_server *server,
    const struct access *access, const struct mcp_post *in)
{
	struct passage g = { .rq = rq, .rs = rs, .server = server, .access = access, .in = in };
	const char *accept = request_variable(rq, "HTTP_ACCEPT");

	TRY(prepare(&g));
	if (!g.answered && !is_modern(&g))
		TRY(pass_session_id(&g));
	g.plan.opens = is_modern(&g) && g.plan.id != NULL && accept != NULL &&
	    strstr(accept, SSE_MEDIA_TYPE) != NULL;
	return g.answered ? OAUTH_OK : relay_begin(rq, rs, &g.plan);
}

enum oauth_error
gateway_other(struct request *rq, struct response *rs, const struct config_server *server,
    const struct access *access)
{
	struct passage g = { .rq = rq, .rs = rs, .server = server, .access = access };

	TRY(prepare(&g));
	TRY(pass_session_id(&g));
	return g.answered ? OAUTH_OK : relay_begin(rq, rs, &g.plan);
}

enum oauth_error
gateway_events(struct request *rq, struct response *rs, const struct config_server *server,
    const struct access *access)
{
	struct passage g = { .rq = rq, .rs = rs, .server = server, .access = access };

	TRY(prepare(&g));
	g.plan.endpoint = true;
	return server->upstream_sse ? relay_begin(rq, rs, &g.plan) :
	    mailbox_begin(rq, rs, server, &access->session, &g.p.key, &g.plan);
}

enum oauth_error
gateway_message(struct request *rq, struct response *rs, const struct config_server *server,
    const struct access *access, const struct mcp_post *in, const char *sid)
{
	struct passage g = {
		.rq = rq, .rs = rs, .server = server, .access = access, .in = in, .elsewhere = true,
	};
	const char *path;

	TRY(prepare(&g));
	if (g.answered)
		return OAUTH_OK;
	path = upstream_session_open(rq->arena, &g.p.key, &access->session.sid,
	    arena_printf(rq->arena, "%s endpoint", server->name), sid);
	if (path == NULL)
		return fail(&rq->failure, NOT_FOUND, "there is no such stream; connect again");
	g.plan.url = upstream_endpoint_url(rq->arena, server, path);
	g.plan.posts = true;
	return relay_begin(rq, rs, &g.plan);
}

static bool
says_initialized(const struct mcp_post *in)
{
	const char *method = in->message[0].rpc.method;

	return method != NULL && strcmp(method, "notifications/initialized") == 0;
}

enum oauth_error
gateway_mailbox(struct request *rq, struct response *rs, const struct config_server *server,
    const struct access *access, const struct mcp_post *in, const struct relay_mailbox *mailbox)
{
	struct passage g = {
		.rq = rq, .rs = rs, .server = server, .access = access, .in = in, .mailbox = mailbox,
	};

	TRY(prepare(&g));
	if (g.answered)
		return OAUTH_OK;
	g.plan.initialized = says_initialized(in);
	if (mailbox->upstream != NULL && !upstream_header_add(rq, &g.plan, "Mcp-Session-Id",
	    mailbox->upstream))
		return fail(&rq->failure, INVALID_REQUEST, "too many headers");
	return relay_begin(rq, rs, &g.plan);
}
