/* SPDX-License-Identifier: MIT */
/*
 * mcp: the MCP endpoint of each [server], over Streamable HTTP, in both eras on one URL: tools of
 * our own, or another MCP server behind it.
 *
 * The checks run in the order that the specification and its clients rely on: Host and Origin,
 * preflight, bearer token (before anything is said about the protocol), method, media type, JSON,
 * era and version, headers against body, then the method itself.  RFC 6750 says what a refused
 * token is answered with, RFC 9728 section 5.1 where its holder finds the way to another.
 */
#include "protocol/bearer.h"
#include "protocol/http.h"
#include "service/audit.h"
#include "service/challenge.h"
#include "service/endpoint.h"
#include "service/gateway.h"
#include "service/mcp_method.h"
#include "service/session_rate.h"
#include "service/sse_transport.h"

static enum oauth_error	mcp(struct request *, struct response *);
static void		refuse(const struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name     = "mcp",
		.standard = "/mcp",
		.needs    = { &store_service, &keyring_service, &http_service, &verdict_service,
		    &streams_service, &session_rates_service },
		.handle   = mcp,
		.refuse   = refuse,
	});
}

/* DNS rebinding: a browser's Host and Origin must be known; an absent one is no browser's. */
static enum oauth_error
check_host(struct request *rq)
{
	const struct config *config = rq->config;
	const char *host = request_variable(rq, "HTTP_HOST");
	const char *port = config->public_https ? ":443" : ":80";

	if (host == NULL || http_host_equal(host, config->public_host) ||
	    http_host_equal(host, arena_printf(rq->arena, "%s%s", config->public_host, port)))
		return OAUTH_OK;
	for (const char *const *h = config->allowed_hosts; *h != NULL; h++)
		if (http_host_equal(host, *h))
			return OAUTH_OK;
	return fail(&rq->failure, FORBIDDEN, "this Host is not served; see allowed_hosts");
}

static enum oauth_error
check_origin(struct request *rq, struct response *rs)
{
	const char *origin = request_variable(rq, "HTTP_ORIGIN");

	if (origin == NULL)
		return OAUTH_OK;
	if (strcmp(origin, rq->config->public_origin) != 0 &&
	    !config_list_has(rq->config->allowed_origins, origin))
		return fail(&rq->failure, FORBIDDEN, "this Origin may not call; see allowed_origins");
	response_header(rs, "Access-Control-Allow-Origin", origin);
	response_header(rs, "Access-Control-Expose-Headers",
	    "WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version, Retry-After");
	response_header(rs, "Vary", "Origin");
	return OAUTH_OK;
}

static enum oauth_error
preflight(struct response *rs)
{
	rs->status = 204;
	response_header(rs, "Access-Control-Allow-Methods", "POST, GET, DELETE, OPTIONS");
	response_header(rs, "Access-Control-Allow-Headers", "authorization, content-type, accept, "
	    "mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id, *");
	response_header(rs, "Access-Control-Max-Age", "86400");
	return OAUTH_OK;
}

/* The three addresses of a server; the last two are those of the transport of 2024-11-05. */
enum mcp_endpoint { ENDPOINT_MCP, ENDPOINT_SSE, ENDPOINT_MESSAGE };

static const struct config_server *
find_server(const struct request *rq, enum mcp_endpoint *endpoint)
{
	static const char *const rest[] = {
		[ENDPOINT_MCP] = "", [ENDPOINT_SSE] = "/sse", [ENDPOINT_MESSAGE] = "/message",
	};
	const char *name = rq->route == NULL || *rq->route == '\0' ? "" : rq->route + 1;
	size_t endpoints = strcmp(rq->config->sse_transport, "on") == 0 ? COUNT(rest) : 1;
	size_t n = strcspn(name, "/");

	for (size_t i = 0; i < endpoints; i++)
		if (strcmp(name + n, rest[i]) == 0) {
			*endpoint = (enum mcp_endpoint)i;
			return config_server(rq->config, name, n);
		}
	return NULL;
}

static void
challenge(struct request *rq, struct response *rs, const struct config_server *server, bool presented)
{
	const struct failure *f = &rq->failure;

	response_header(rs, "WWW-Authenticate", challenge_text(rq, server,
	    presented ? f->error : OAUTH_OK, presented ? f->description : NULL, f->scope));
}

static enum oauth_error
authenticate(struct request *rq, struct response *rs, const struct config_server *server,
    struct access *access)
{
	enum oauth_error error;
	const char *token;

	switch (bearer_read(request_variable(rq, "HTTP_AUTHORIZATION"), &token)) {
	case BEARER_PRESENT:
		error = access_token_verify(rq, token, server->resource, access);
		if (error == INVALID_TOKEN)
			challenge(rq, rs, server, true);
		return error;
	case BEARER_MALFORMED:
		error = fail(&rq->failure, INVALID_REQUEST, "the Authorization header is malformed");
		challenge(rq, rs, server, true);
		return error;
	default:
		error = fail(&rq->failure, INVALID_TOKEN, "sign in first");
		challenge(rq, rs, server, false);
		return error;
	}
}

/* What a handler found wanting in the token: its challenge is the endpoint's to add. */
static enum oauth_error
challenged(struct request *rq, struct response *rs, const struct config_server *server,
    const struct access *access, enum oauth_error error)
{
	if (error == INVALID_TOKEN || error == INSUFFICIENT_SCOPE)
		challenge(rq, rs, server, true);
	if (error == INSUFFICIENT_SCOPE)
		session_step_up(rq, &access->session.sid);
	if (error == INSUFFICIENT_SCOPE || error == FORBIDDEN)
		audit(rq, &(struct audit){
			.event = error == FORBIDDEN ? AUDIT_ACCESS_REFUSED : AUDIT_STEP_UP_DEMANDED,
			.session = &access->session, .server = server->name, .reason = error == FORBIDDEN ?
			    rq->failure.reason : arena_printf(rq->arena, "scope %s", rq->failure.scope == NULL ?
			    server->scope_needed : rq->failure.scope),
		});
	return error;
}

static struct mcp_headers
read_headers(const struct request *rq, const struct config_server *server)
{
	return (struct mcp_headers){
		.protocol_version = request_variable(rq, "HTTP_MCP_PROTOCOL_VERSION"),
		.method = request_variable(rq, "HTTP_MCP_METHOD"),
		.name = request_variable(rq, "HTTP_MCP_NAME"),
		/* An upstream's own server/discover may name no other. */
		.modern_alone = server != NULL && server->upstream != NULL,
	};
}

static enum oauth_error
post(struct request *rq, struct response *rs, const struct config_server *server, enum mcp_endpoint endpoint,
    const struct access *access)
{
	struct mcp_headers headers = read_headers(rq, server);
	struct mcp_refusal refusal;
	struct mcp_post in = { 0 };
	enum oauth_error error;

	if (!http_media_type_is(request_variable(rq, "CONTENT_TYPE"), "application/json"))
		return fail(&rq->failure, UNSUPPORTED_MEDIA_TYPE, "the body must be application/json");
	if (!mcp_read(rq->arena, rq->body, rq->body_len, &headers, &in, &refusal)) {
		rs->status = refusal.status;
		rs->content_type = "application/json";
		mcp_refusal_body(&rs->body, &refusal);
		rq->failure.reason = refusal.message;
		return OAUTH_OK;
	}
	in.elsewhere = endpoint == ENDPOINT_MESSAGE;
	if (in.elsewhere)
		error = sse_transport_post(rq, rs, server, access, &in);
	else if (server->upstream != NULL)
		error = gateway_post(rq, rs, server, access, &in);
	else
		error = mcp_answer(rq, server, access, &in, rs);
	json_auto(&in.value);
	return error;
}

static enum oauth_error
get(struct request *rq, struct response *rs, const struct config_server *server, enum mcp_endpoint endpoint,
    const struct access *access)
{
	return endpoint == ENDPOINT_SSE || server->upstream_sse ?
	    sse_transport_open(rq, rs, server, access) : gateway_other(rq, rs, server, access);
}

static enum oauth_error
end_session(struct request *rq, struct response *rs, const struct config_server *server,
    enum mcp_endpoint endpoint UNUSED, const struct access *access)
{
	return gateway_other(rq, rs, server, access);
}

typedef enum oauth_error (*answering)(struct request *, struct response *,
    const struct config_server *, enum mcp_endpoint, const struct access *);

/*
 * Tools of our own have nothing to say unasked.  An upstream of the older transport is found by a
 * client of either: POST is refused, and GET brings its stream.
 */
static answering
find_method(const struct request *rq, const struct config_server *server, enum mcp_endpoint endpoint,
    const char **allow)
{
	bool streamable = server->upstream != NULL && !server->upstream_sse;
	bool gets = endpoint == ENDPOINT_SSE || (endpoint == ENDPOINT_MCP && server->upstream != NULL);
	bool posts = endpoint == ENDPOINT_MESSAGE || (endpoint == ENDPOINT_MCP && !server->upstream_sse);
	bool deletes = endpoint == ENDPOINT_MCP && streamable;

	*allow = deletes ? "POST, GET, DELETE, OPTIONS" : gets ? "GET, OPTIONS" : "POST, OPTIONS";
	if (gets && strcmp(rq->method, "GET") == 0)
		return get;
	if (posts && strcmp(rq->method, "POST") == 0)
		return post;
	return deletes && strcmp(rq->method, "DELETE") == 0 ? end_session : NULL;
}

/* Who calls too often learns so in JSON-RPC, by the request's id, where that can be read. */
static void
refuse(const struct request *rq, struct response *rs)
{
	struct mcp_headers headers = read_headers(rq, NULL);
	struct mcp_refusal refusal;
	struct mcp_post in = { 0 };

	if (rq->failure.error != TOO_MANY_REQUESTS || strcmp(rq->method, "POST") != 0 ||
	    !mcp_read(rq->arena, rq->body, rq->body_len, &headers, &in, &refusal) || in.batch ||
	    in.message[0].rpc.kind != JSONRPC_REQUEST) {
		refuse_json(rq, rs);
	} else {
		rs->content_type = "application/json";
		jsonrpc_error(&rs->body, in.message[0].rpc.id, JSONRPC_SERVER_BUSY, rq->failure.description,
		    arena_printf(rq->arena, "{\"retryAfter\":%lld}", (long long)rq->failure.retry_after));
	}
	json_auto(&in.value);
}

static enum oauth_error
mcp(struct request *rq, struct response *rs)
{
	enum mcp_endpoint endpoint = ENDPOINT_MCP;
	const struct config_server *server = find_server(rq, &endpoint);
	struct access access;
	const char *allow;
	answering method;

	if (server == NULL)
		return fail(&rq->failure, NOT_FOUND, "there is no MCP server at this address");
	TRY(check_host(rq));
	TRY(check_origin(rq, rs));
	if (strcmp(rq->method, "OPTIONS") == 0)
		return preflight(rs);
	TRY(authenticate(rq, rs, server, &access));
	TRY(session_rate_take(rq, &access.session.sid));
	if ((method = find_method(rq, server, endpoint, &allow)) == NULL) {
		response_header(rs, "Allow", allow);
		return fail(&rq->failure, METHOD_NOT_ALLOWED, "this address is not spoken to by this method");
	}
	return challenged(rq, rs, server, &access, method(rq, rs, server, endpoint, &access));
}
