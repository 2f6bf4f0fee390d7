/* SPDX-License-Identifier: MIT */
/*
 * mcp: the MCP endpoint of each [server], over Streamable HTTP, in both eras on one URL.
 *
 * The checks run in the order that the specification and its clients rely on: Host and Origin,
 * preflight, bearer token (before anything is said about the protocol), method, media type, JSON,
 * era and version, headers against body, then the method itself.  RFC 6750 says what a refused
 * token is answered with, RFC 9728 section 5.1 where its holder finds the way to another.
 */
#include "protocol/bearer.h"
#include "protocol/http.h"
#include "protocol/scope.h"
#include "service/endpoint.h"
#include "service/mcp_method.h"

static enum oauth_error	mcp(struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name     = "mcp",
		.standard = "/mcp",
		.needs    = { &store_service, &keyring_service, &http_service, &verdict_service },
		.handle   = mcp,
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

static const struct config_server *
find_server(const struct request *rq)
{
	return rq->route == NULL || *rq->route == '\0' ? NULL :
	    config_server(rq->config, rq->route + 1, strlen(rq->route + 1));
}

/* `failed` says whether a token was presented: without one the challenge names no error. */
static void
challenge(struct request *rq, struct response *rs, const struct config_server *server, bool failed)
{
	struct buf value = buf_new(rq->arena, RESPONSE_HEADERS_MAX);
	const char *code = oauth_errors[rq->failure.error].code;

	bearer_challenge(&value, &(struct challenge){
		.realm = server->name,
		.error = failed ? code : NULL,
		.error_description = failed ? rq->failure.description : NULL,
		.scope = SCOPE_TOOLS,
		.resource_metadata = arena_printf(rq->arena,
		    "%s/.well-known/oauth-protected-resource/%s", rq->config->public_url, server->name),
	});
	response_header(rs, "WWW-Authenticate", buf_text(&value) == NULL ? "Bearer" : buf_text(&value));
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

static enum oauth_error
post(struct request *rq, struct response *rs, const struct config_server *server,
    const struct access *access)
{
	struct mcp_headers headers = {
		.protocol_version = request_variable(rq, "HTTP_MCP_PROTOCOL_VERSION"),
		.method = request_variable(rq, "HTTP_MCP_METHOD"),
		.name = request_variable(rq, "HTTP_MCP_NAME"),
	};
	struct mcp_refusal refusal;
	struct mcp_post in = { 0 };
	enum oauth_error error;

	if (!mcp_read(rq->arena, rq->body, rq->body_len, &headers, &in, &refusal)) {
		rs->status = refusal.status;
		rs->content_type = "application/json";
		mcp_refusal_body(&rs->body, &refusal);
		rq->failure.reason = refusal.message;
		return OAUTH_OK;
	}
	error = mcp_answer(rq, access, &in, rs);
	json_auto(&in.value);
	if (error == INVALID_TOKEN || error == INSUFFICIENT_SCOPE)
		challenge(rq, rs, server, true);
	return error;
}

static enum oauth_error
mcp(struct request *rq, struct response *rs)
{
	const struct config_server *server = find_server(rq);
	struct access access;

	if (server == NULL)
		return fail(&rq->failure, NOT_FOUND, "there is no MCP server at this address");
	TRY(check_host(rq));
	TRY(check_origin(rq, rs));
	if (strcmp(rq->method, "OPTIONS") == 0)
		return preflight(rs);
	TRY(authenticate(rq, rs, server, &access));
	if (strcmp(rq->method, "POST") != 0) {
		response_header(rs, "Allow", "POST, OPTIONS");
		return fail(&rq->failure, METHOD_NOT_ALLOWED, "this endpoint is spoken to by POST");
	}
	if (!http_media_type_is(request_variable(rq, "CONTENT_TYPE"), "application/json"))
		return fail(&rq->failure, UNSUPPORTED_MEDIA_TYPE, "the body must be application/json");
	return post(rq, rs, server, &access);
}
