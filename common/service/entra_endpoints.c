/* SPDX-License-Identifier: MIT */
#include "service/entra_endpoints.h"

#include "protocol/json.h"
#include "service/entra_cache.h"

#define TENANT_TEMPLATE	"{tenantid}"	/* in the issuer of organizations and common */

static const char *
discovery_url(struct request *rq, const char *tenant, const char *version)
{
	return arena_printf(rq->arena, "%s/%s%s/.well-known/openid-configuration",
	    rq->config->entra.authority_host, tenant, version);
}

static bool
is_issuer_of(const struct request *rq, const char *tenant, const char *issuer)
{
	bool many = rq->config->entra.multi_tenant && strcmp(tenant, rq->config->entra.tenant_id) == 0;

	return issuer != NULL && strstr(issuer, many ? TENANT_TEMPLATE : tenant) != NULL;
}

static bool
parse(struct request *rq, const char *tenant, struct json_object *json, struct entra_endpoints *out)
{
	const char *issuer = json_string(json, "issuer");
	const char *authorization = json_string(json, "authorization_endpoint");
	const char *token = json_string(json, "token_endpoint");
	const char *keys = json_string(json, "jwks_uri");

	if (!is_issuer_of(rq, tenant, issuer) ||
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
accept_v2(struct request *rq, const struct entra_source *source, const char *body, size_t len)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, body, len);
	struct entra_endpoints endpoints;

	return json != NULL && parse(rq, source->tenant, json, &endpoints) ? body : NULL;
}

static const char *
accept_v1(struct request *rq, const struct entra_source *source, const char *body, size_t len)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, body, len);
	const char *issuer = json_string(json, "issuer");

	return is_issuer_of(rq, source->tenant, issuer) ? arena_string(rq->arena, issuer) : NULL;
}

static const char *
accept_authorization_endpoint(struct request *rq, const struct entra_source *source,
    const char *body, size_t len)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, body, len);
	struct entra_endpoints endpoints;

	return json != NULL && parse(rq, source->tenant, json, &endpoints) ?
	    endpoints.authorization_endpoint : NULL;
}

static enum oauth_error
unavailable(struct request *rq)
{
	return fail_because(&rq->failure, TEMPORARILY_UNAVAILABLE,
	    "Microsoft Entra ID does not answer just now", rq->failure.reason);
}

enum oauth_error
entra_endpoints(struct request *rq, const char *tenant, struct entra_endpoints *out)
{
	const char *of = tenant != NULL ? tenant : rq->config->entra.tenant_id, *document;
	AUTO(json) struct json_object *json = NULL;

	if (entra_cache_read(rq, &(struct entra_source){ .url = discovery_url(rq, of, "/v2.0"),
	    .tenant = of, .sealed = true, .accept = accept_v2 }, false, &document) != ENTRA_CACHED)
		return unavailable(rq);
	json = json_parse(rq->arena, document, strlen(document));
	return json != NULL && parse(rq, of, json, out) ? OAUTH_OK : unavailable(rq);
}

enum oauth_error
entra_issuer_v1(struct request *rq, const char *tenant, const char **issuer)
{
	return entra_cache_read(rq, &(struct entra_source){ .url = discovery_url(rq, tenant, ""),
	    .tenant = tenant, .sealed = true, .accept = accept_v1 }, false, issuer) == ENTRA_CACHED ?
	    OAUTH_OK : unavailable(rq);
}

enum oauth_error
entra_authorization_endpoint(struct request *rq, const char **url)
{
	const char *tenant = rq->config->entra.tenant_id;

	if (entra_cache_read(rq, &(struct entra_source){ .name = "authorization-endpoint",
	    .url = discovery_url(rq, tenant, "/v2.0"), .tenant = tenant, .accept = accept_authorization_endpoint }, false, url) !=
	    ENTRA_CACHED)
		return unavailable(rq);
	return entra_at_authority(rq, *url) ? OAUTH_OK : fail_because(&rq->failure, SERVER_ERROR,
	    "the server is not ready", "the stored authorization endpoint is not at the authority");
}
