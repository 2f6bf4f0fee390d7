/* SPDX-License-Identifier: MIT */
#include "service/entra_endpoints.h"

#include "protocol/json.h"
#include "service/entra_cache.h"

static const char *
discovery_url(struct request *rq, const char *version)
{
	return arena_printf(rq->arena, "%s/%s%s/.well-known/openid-configuration",
	    rq->config->entra.authority_host, rq->config->entra.tenant_id, version);
}

static bool
parse(struct request *rq, struct json_object *json, struct entra_endpoints *out)
{
	const char *issuer = json_string(json, "issuer");
	const char *authorization = json_string(json, "authorization_endpoint");
	const char *token = json_string(json, "token_endpoint");
	const char *keys = json_string(json, "jwks_uri");

	if (issuer == NULL || strstr(issuer, rq->config->entra.tenant_id) == NULL ||
	    !entra_at_authority(rq, authorization) || !entra_at_authority(rq, token) ||
	    !entra_at_authority(rq, keys))
		return false;
	*out = (struct entra_endpoints){
		.issuer = arena_string(rq->arena, issuer),
		.authorization_endpoint = arena_string(rq->arena, authorization),
		.token_endpoint = arena_string(rq->arena, token),
		.jwks_uri = arena_string(rq->arena, keys),
	};
	return true;
}

static const char *
accept_v2(struct request *rq, const char *body, size_t len)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, body, len);
	struct entra_endpoints endpoints;

	return json != NULL && parse(rq, json, &endpoints) ? body : NULL;
}

static const char *
accept_v1(struct request *rq, const char *body, size_t len)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, body, len);
	const char *issuer = json_string(json, "issuer");

	return issuer != NULL && strstr(issuer, rq->config->entra.tenant_id) != NULL ?
	    arena_string(rq->arena, issuer) : NULL;
}

static const char *
accept_authorization_endpoint(struct request *rq, const char *body, size_t len)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, body, len);
	struct entra_endpoints endpoints;

	return json != NULL && parse(rq, json, &endpoints) ? endpoints.authorization_endpoint : NULL;
}

static enum oauth_error
unavailable(struct request *rq)
{
	return fail_because(&rq->failure, TEMPORARILY_UNAVAILABLE,
	    "Microsoft Entra ID does not answer just now", rq->failure.reason);
}

enum oauth_error
entra_endpoints(struct request *rq, struct entra_endpoints *out)
{
	AUTO(json) struct json_object *json = NULL;
	const char *document;

	if (entra_cache_read(rq, &(struct entra_source){ .name = "openid-configuration",
	    .url = discovery_url(rq, "/v2.0"), .sealed = true, .accept = accept_v2 }, false,
	    &document) != ENTRA_CACHED)
		return unavailable(rq);
	json = json_parse(rq->arena, document, strlen(document));
	return json != NULL && parse(rq, json, out) ? OAUTH_OK : unavailable(rq);
}

enum oauth_error
entra_issuer_v1(struct request *rq, const char **issuer)
{
	return entra_cache_read(rq, &(struct entra_source){ .name = "issuer-v1",
	    .url = discovery_url(rq, ""), .sealed = true, .accept = accept_v1 }, false, issuer) ==
	    ENTRA_CACHED ? OAUTH_OK : unavailable(rq);
}

enum oauth_error
entra_authorization_endpoint(struct request *rq, const char **url)
{
	if (entra_cache_read(rq, &(struct entra_source){ .name = "authorization-endpoint",
	    .url = discovery_url(rq, "/v2.0"), .accept = accept_authorization_endpoint }, false, url) !=
	    ENTRA_CACHED)
		return unavailable(rq);
	return entra_at_authority(rq, *url) ? OAUTH_OK : fail_because(&rq->failure, SERVER_ERROR,
	    "the server is not ready", "the stored authorization endpoint is not at the authority");
}
