/* SPDX-License-Identifier: MIT */
/*
 * authorize: the authorization endpoint, RFC 6749 section 3.1, for the code flow with PKCE.
 *
 * Checks client, redirect URI, PKCE (RFC 7636), resource (RFC 8707) and scope, opens a transaction
 * and hands the browser over to consent.  Where client_id is the URL of the client's metadata
 * document, that is fetched.  Until client and redirect URI are validated every failure is a page;
 * from then on it goes back to the client (section 4.1.2.1), unless that would make us an open
 * redirector (RFC 9700 section 4.11.2).
 */
#include "protocol/param.h"
#include "protocol/pkce.h"
#include "protocol/redirect_uri.h"
#include "protocol/resource_indicator.h"
#include "protocol/scope.h"
#include "protocol/uri.h"
#include "service/audit.h"
#include "service/authorization_request.h"
#include "service/authorization_response.h"
#include "service/client_resolve.h"
#include "service/endpoint.h"
#include "service/entra_endpoints.h"
#include "service/rate.h"
#include "service/store_failed.h"
#include "service/sweep.h"

#define STATE_MAX	4096	/* bytes of a client's state */

static enum oauth_error	authorize(struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name    = "authorize",
		.path    = "/authorize",
		.methods = "GET",
		.needs   = { &store_service, &http_service },
		.admit   = rate_take,
		.handle  = authorize,
		.refuse  = refuse_page,
	});
}

/* Who asks, and where the answer goes: read first, and never redirected to unless they match. */
struct asker {
	const char	*client_id;
	const char	*redirect_uri;
};

static const struct param asker_params[] = {
	PARAM(asker, client_id,    REQUIRED, CLIENT_ID_MAX,    is_vschar),
	PARAM(asker, redirect_uri, REQUIRED, REDIRECT_URI_MAX, is_uri),
};

struct returned {
	const char	*state;
};

static const struct param returned_params[] = {
	PARAM(returned, state, OPTIONAL, STATE_MAX, is_text),
};

struct asked {
	const char		*response_type;
	const char		*response_mode;
	const char		*code_challenge;
	const char		*code_challenge_method;
	const char		*scope;
	struct param_values	 resource;
};

static const struct param asked_params[] = {
	PARAM(asked, response_type,	    REQUIRED, 64,        is_vschar),
	PARAM(asked, response_mode,	    OPTIONAL, 64,        is_vschar),
	PARAM(asked, code_challenge,	    OPTIONAL, 128,       is_code_challenge),
	PARAM(asked, code_challenge_method, OPTIONAL, 64,        is_vschar),
	PARAM(asked, scope,		    OPTIONAL, SCOPE_MAX, is_scope),
	PARAM(asked, resource,		    REPEATED, URI_MAX,   is_uri),
};

/* RFC 8707 section 2: one of ours; without any, the first [server]. */
static enum oauth_error
find_resource(struct request *rq, const struct param_values *asked,
    const struct config_server **server)
{
	const struct config *config = rq->config;

	if (asked->count == 0) {
		*server = &config->server[0];
		return OAUTH_OK;
	}
	for (size_t i = 0; asked->count == 1 && i < config->servers; i++)
		if (resource_matches(rq->arena, config->server[i].resource, asked->value[0])) {
			*server = &config->server[i];
			return OAUTH_OK;
		}
	return fail(&rq->failure, INVALID_TARGET, asked->count > 1 ?
	    "one resource at a time" : "resource is not an MCP server of this issuer");
}

static enum oauth_error
judge(struct request *rq, const struct client *client, const struct asked *in,
    struct authorization_request *out)
{
	const struct config_server *server;

	if (strcmp(in->response_type, "code") != 0)
		return fail(&rq->failure, UNSUPPORTED_RESPONSE_TYPE, "response_type must be code");
	if (in->response_mode != NULL && strcmp(in->response_mode, "query") != 0)
		return fail(&rq->failure, INVALID_REQUEST, "response_mode must be query");
	if (in->code_challenge == NULL)
		return fail(&rq->failure, INVALID_REQUEST, "code_challenge is missing");
	if (in->code_challenge_method == NULL || strcmp(in->code_challenge_method, "S256") != 0)
		return fail(&rq->failure, INVALID_REQUEST, "code_challenge_method must be S256");
	out->code_challenge = in->code_challenge;
	TRY(find_resource(rq, &in->resource, &server));
	out->resource = server->resource;
	out->scope = scope_grant(rq->arena, in->scope, client_scope_known(rq, client, server->scope_known));
	if (out->scope == NULL)
		return fail(&rq->failure, INVALID_SCOPE, "scope asks for nothing that this server knows; "
		    "it knows " SCOPE_TOOLS);
	return OAUTH_OK;
}

/* All that may fail toward the client. */
static enum oauth_error
open_transaction(struct request *rq, const struct client *client,
    struct authorization_request *transaction, struct opaque_token *id)
{
	struct asked asked = { 0 };
	const char *entra;

	TRY(param_read(&asked, asked_params, COUNT(asked_params), rq->query, rq->arena, &rq->failure));
	TRY(judge(rq, client, &asked, transaction));
	TRY(entra_authorization_endpoint(rq, &entra));
	return authorization_request_open(rq, transaction, id) == STORED ? OAUTH_OK : store_failed(rq);
}

/*
 * Anyone may register any https address, so a link to us must not lead a person there unasked: an
 * error is sent only to this computer, or where somebody has signed in before.
 */
static bool
is_trusted(struct request *rq, const struct client *client, const char *redirect_uri)
{
	return client->used || redirect_uri_is_loopback(rq->arena, redirect_uri);
}

static enum oauth_error
authorize(struct request *rq, struct response *rs)
{
	AUTO(client) struct client client = { 0 };
	struct authorization_request transaction = { 0 };
	struct returned returned = { 0 };
	struct asker asker = { 0 };
	struct opaque_token id;
	enum oauth_error error;

	TRY(param_read(&asker, asker_params, COUNT(asker_params), rq->query, rq->arena, &rq->failure));
	TRY(client_resolve(rq, asker.client_id, &client));
	if (!client_allows(rq, &client, asker.redirect_uri))
		return fail(&rq->failure, INVALID_REQUEST,
		    "redirect_uri is not one that this client has registered");
	transaction.client_id = asker.client_id;
	transaction.redirect_uri = asker.redirect_uri;

	error = param_read(&returned, returned_params, COUNT(returned_params), rq->query, rq->arena,
	    &rq->failure);
	transaction.state = returned.state;
	if (error != OAUTH_OK || open_transaction(rq, &client, &transaction, &id) != OAUTH_OK) {
		if (!is_trusted(rq, &client, asker.redirect_uri))
			return rq->failure.error;
		authorization_response_error(rq, rs, asker.redirect_uri,
		    error == OAUTH_OK ? returned.state : NULL);
		return OAUTH_OK;
	}
	audit(rq, &(struct audit){ .event = AUDIT_SIGN_IN_BEGUN });
	(void)sweep(rq->store, rq->config, rq->now, SWEEP_ROWS, NULL);
	response_redirect(rq, rs, arena_printf(rq->arena, "%s/consent?transaction=%s",
	    rq->config->public_url, id.text));
	return OAUTH_OK;
}
