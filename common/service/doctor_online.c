/* SPDX-License-Identifier: MIT */
#include "service/doctor_online.h"

#include "protocol/json.h"
#include "service/doctor_credential.h"
#include "service/entra_endpoints.h"

#define UPSTREAM_WAIT	3	/* seconds */

void
doctor_check_entra(struct doctor *d)
{
	struct request *rq = &d->rq;
	const char *url = arena_printf(rq->arena, "%s/%s/v2.0/.well-known/openid-configuration",
	    rq->config->entra.authority_host, rq->config->entra.tenant_id);
	struct http_call call = { .url = url };
	struct entra_endpoints endpoints;
	struct http_answer answer;

	if (http_client_call(rq->http, rq->arena, &call, &answer) != HTTP_ANSWERED) {
		doctor_says(d, PROBLEM, "Entra does not answer at %s: %s", url, http_client_error(rq->http));
		return;
	}
	if (answer.status != 200) {
		doctor_says(d, PROBLEM, "Entra answers %d at %s: are tenant_id and authority_host right?",
		    answer.status, url);
		return;
	}
	if (entra_endpoints(rq, NULL, &endpoints) != OAUTH_OK) {
		doctor_says(d, PROBLEM, "Entra's discovery document cannot be used: %s",
		    rq->failure.reason == NULL ? "no reason" : rq->failure.reason);
		return;
	}
	doctor_says(d, FINE, "Entra answers: %s", endpoints.issuer);
	doctor_ask_credential(d, &rq->config->entra.app);
	if (rq->config->entra.resource_client_id != NULL)
		doctor_ask_credential(d, &rq->config->entra.resource_app);
}

static bool
check_metadata(struct doctor *d)
{
	struct request *rq = &d->rq;
	const char *url = arena_printf(rq->arena, "%s/.well-known/%s", rq->config->public_url,
	    *rq->config->public_path == '\0' ? "oauth-authorization-server" : "openid-configuration");
	struct http_call call = { .url = url };
	struct http_answer answer;
	AUTO(json) struct json_object *json = NULL;
	const char *issuer;

	if (http_client_call(rq->http, rq->arena, &call, &answer) != HTTP_ANSWERED) {
		doctor_says(d, PROBLEM, "the public address does not answer at %s: %s. Does the web server "
		    "run, and include our file?", url, http_client_error(rq->http));
		return false;
	}
	json = json_parse(rq->arena, answer.body, answer.len);
	issuer = json_string(json, "issuer");
	if (answer.status != 200 || issuer == NULL) {
		doctor_says(d, PROBLEM, "%s answers %d, not with our metadata: include our file in the web "
		    "server's configuration for this host", url, answer.status);
		return false;
	}
	if (strcmp(issuer, rq->config->public_url) != 0) {
		doctor_says(d, PROBLEM, "%s names another issuer: the programs there run with another "
		    "public_url", url);
		return false;
	}
	doctor_says(d, FINE, "the public address answers with our metadata");
	return true;
}

/* A token that is none: with it the challenge names an error, without it none. */
static void
check_authorization(struct doctor *d, const struct config_server *server)
{
	struct request *rq = &d->rq;
	struct http_call call = {
		.url = server->resource, .form = "{}",
		.header = { "Authorization: Bearer none", "Content-Type: application/json" },
	};
	struct http_answer answer;

	if (http_client_call(rq->http, rq->arena, &call, &answer) != HTTP_ANSWERED)
		doctor_says(d, PROBLEM, "%s does not answer: %s", server->resource,
		    http_client_error(rq->http));
	else if (answer.status != 401 || answer.www_authenticate == NULL)
		doctor_says(d, PROBLEM, "%s answers %d instead of a challenge: does the web server route it "
		    "to mcp? Its list of [server] names must hold %s", server->resource, answer.status,
		    server->name);
	else if (strstr(answer.www_authenticate, "error=") == NULL)
		doctor_says(d, PROBLEM, "the Authorization header does not arrive at %s: Apache needs "
		    "CGIPassAuth On (our files have it; in .htaccess the SetEnvIf line)", server->resource);
	else
		doctor_says(d, FINE, "%s: Authorization arrives", server->resource);
}

void
doctor_check_public_url(struct doctor *d)
{
	const struct config *config = d->rq.config;

	if (!check_metadata(d))
		return;
	for (size_t i = 0; i < config->servers; i++)
		check_authorization(d, &config->server[i]);
}

/* Any answer will do: what it says depends on who asks.  An event stream never ends by itself. */
void
doctor_check_upstream(struct doctor *d, const struct config_server *server)
{
	struct http_answer answer;

	switch (http_client_call(d->rq.http, d->rq.arena, &(struct http_call){
	    .url = server->upstream_url, .header = { "Accept: text/event-stream" },
	    .timeout = UPSTREAM_WAIT }, &answer)) {
	case HTTP_UNREACHABLE:
	case HTTP_NO_CLIENT:
		doctor_says(d, PROBLEM, "[server %s]: the upstream cannot be reached: %s", server->name,
		    http_client_error(d->rq.http));
		break;
	default:
		doctor_says(d, FINE, "[server %s]: the upstream answers", server->name);
	}
}
