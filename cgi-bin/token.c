/* SPDX-License-Identifier: MIT */
/*
 * token: the token endpoint, RFC 6749 section 3.2.  It never speaks to Entra.
 *
 *	authorization_code	section 4.1.3, with PKCE (RFC 7636 section 4.6)
 *	refresh_token		section 6, rotated at each use (RFC 9700 section 4.14.2)
 *
 * Success is section 5.1, failure section 5.2.  Most clients are public (section 2.1); those that the
 * administrator gave a secret or a key, and those whose metadata document names keys, authenticate.
 */
#include "protocol/param.h"
#include "protocol/pkce.h"
#include "protocol/redirect_uri.h"
#include "protocol/scope.h"
#include "protocol/uri.h"
#include "service/audit.h"
#include "service/authorization_code.h"
#include "service/client_authenticate.h"
#include "service/endpoint.h"
#include "service/rate.h"
#include "service/refresh_token.h"
#include "service/sweep.h"

static enum oauth_error	token(struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name    = "token",
		.path    = "/token",
		.methods = "POST, OPTIONS",
		.media   = "application/x-www-form-urlencoded",
		.cors    = true,
		.needs   = { &store_service, &keyring_service },
		.admit   = rate_take,
		.handle  = token,
	});
}

struct token_request {
	struct client_credentials credentials;
	const char		*grant_type;
	const char		*code;
	const char		*redirect_uri;
	const char		*code_verifier;
	const char		*refresh_token;
	const char		*scope;
	struct param_values	 resource;
};

static const struct param token_params[] = {
	PARAM(token_request, grant_type,    REQUIRED, 64,		is_vschar),
	PARAM(token_request, code,	    OPTIONAL, 128,		is_vschar),
	PARAM(token_request, redirect_uri,  OPTIONAL, REDIRECT_URI_MAX,	is_uri),
	PARAM(token_request, code_verifier, OPTIONAL, 128,		is_code_verifier),
	PARAM(token_request, refresh_token, OPTIONAL, 128,		is_vschar),
	PARAM(token_request, scope,	    OPTIONAL, SCOPE_MAX,	is_scope),
	PARAM(token_request, resource,	    REPEATED, URI_MAX,		is_uri),	/* RFC 8707 */
	CLIENT_PARAMS(token_request),
};

static enum oauth_error	authorization_code(struct request *, const struct token_request *,
			    struct grant *);
static enum oauth_error	refresh_token(struct request *, const struct token_request *,
			    struct grant *);

static const struct grant_type {
	const char	 *name;
	enum oauth_error (*exchange)(struct request *, const struct token_request *, struct grant *);
	enum audit_event  event;
} grant_types[] = {
	{ "authorization_code",	authorization_code, AUDIT_TOKEN_ISSUED },
	{ "refresh_token",	refresh_token,	    AUDIT_TOKEN_REFRESHED },
};

static const struct grant_type *
grant_type_find(const char *name)
{
	for (size_t i = 0; i < COUNT(grant_types); i++)
		if (strcmp(grant_types[i].name, name) == 0)
			return &grant_types[i];
	return NULL;
}

static enum oauth_error
token(struct request *rq, struct response *rs)
{
	AUTO(client) struct client client = { 0 };
	const struct grant_type *type;
	struct token_request in = { 0 };
	struct grant grant = { 0 };

	TRY(param_read(&in, token_params, COUNT(token_params), rq->body, rq->arena, &rq->failure));
	if ((type = grant_type_find(in.grant_type)) == NULL)
		return fail(&rq->failure, UNSUPPORTED_GRANT_TYPE,
		    "grant_type must be authorization_code or refresh_token");
	TRY(client_authenticate(rq, rs, &in.credentials, &client));
	in.credentials.client_id = client.client_id;
	if (in.resource.count > 1)
		return fail(&rq->failure, INVALID_TARGET, "one resource at a time");
	TRY(type->exchange(rq, &in, &grant));
	audit_sid(rq, type->event, &grant.sid, NULL);
	(void)sweep(rq->store, rq->config, rq->now, SWEEP_ROWS, NULL);

	rs->content_type = "application/json";
	response_header(rs, "Pragma", "no-cache");
	buf_lit(&rs->body, "{\"access_token\":");
	buf_json(&rs->body, grant.access_token);
	buf_lit(&rs->body, ",\"token_type\":\"Bearer\",\"expires_in\":");
	buf_number(&rs->body, grant.expires_in);
	buf_lit(&rs->body, ",\"refresh_token\":");
	buf_json(&rs->body, grant.refresh_token);
	buf_lit(&rs->body, ",\"scope\":");
	buf_json(&rs->body, grant.scope);
	buf_lit(&rs->body, "}");
	return OAUTH_OK;
}

static enum oauth_error
missing(struct request *rq, const char *name)
{
	return fail(&rq->failure, INVALID_REQUEST, arena_printf(rq->arena, "%s is missing", name));
}

static enum oauth_error
authorization_code(struct request *rq, const struct token_request *in, struct grant *out)
{
	if (in->code == NULL)
		return missing(rq, "code");
	if (in->code_verifier == NULL)
		return missing(rq, "code_verifier");
	return authorization_code_redeem(rq, &(struct code_request){
		.code = in->code, .client_id = in->credentials.client_id, .redirect_uri = in->redirect_uri,
		.code_verifier = in->code_verifier, .resource = in->resource.value[0],
	}, out);
}

static enum oauth_error
refresh_token(struct request *rq, const struct token_request *in, struct grant *out)
{
	if (in->refresh_token == NULL)
		return missing(rq, "refresh_token");
	return refresh_token_redeem(rq, &(struct refresh_request){
		.refresh_token = in->refresh_token, .client_id = in->credentials.client_id, .scope = in->scope,
		.resource = in->resource.value[0],
	}, out);
}
