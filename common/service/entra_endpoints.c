/* SPDX-License-Identifier: MIT */
#include "service/entra_endpoints.h"

#include "protocol/guid.h"
#include "protocol/json.h"
#include "protocol/uri.h"
#include "service/entra_cache.h"

#define TENANT_TEMPLATE	"{tenantid}"	/* in the issuer of organizations and common */
#define AUTHORIZATION	"authorization_endpoint"
#define END_SESSION	"end_session_endpoint"
#define BROWSER_ENDPOINTS_MAX	((size_t)3 * URI_MAX)	/* bytes of what is kept of both */

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
	const char *authorization = json_string(json, AUTHORIZATION);
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

/* A cloud may do without a way to sign out; one that leads elsewhere is none of Entra's. */
static const char *
accept_browser_endpoints(struct request *rq, const struct entra_source *source, const char *body,
    size_t len)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, body, len);
	const char *end_session = json_string(json, END_SESSION);
	struct buf b = buf_new(rq->arena, BROWSER_ENDPOINTS_MAX);
	struct entra_endpoints endpoints;

	if (json == NULL || !parse(rq, source->tenant, json, &endpoints) ||
	    (end_session != NULL && !entra_at_authority(rq, end_session)))
		return NULL;
	buf_member(&b, AUTHORIZATION, endpoints.authorization_endpoint);
	buf_member(&b, END_SESSION, end_session);
	buf_lit(&b, "}");
	return buf_text(&b);
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

static enum oauth_error
browser_endpoint(struct request *rq, const char *name, const char **url)
{
	AUTO(json) struct json_object *json = NULL;
	const char *tenant = rq->config->entra.tenant_id, *url_of = discovery_url(rq, tenant, "/v2.0");
	const char *document, *found;

	if (entra_cache_read(rq, &(struct entra_source){ .url = url_of, .tenant = tenant,
	    .name = arena_printf(rq->arena, "browser-endpoints %s", url_of),
	    .accept = accept_browser_endpoints }, false, &document) != ENTRA_CACHED)
		return unavailable(rq);
	json = json_parse(rq->arena, document, strlen(document));
	if ((found = json_string(json, name)) == NULL || !entra_at_authority(rq, found))
		return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
		    arena_printf(rq->arena, "the stored %s is absent or not at the authority", name));
	*url = arena_string(rq->arena, found);
	return OAUTH_OK;
}

enum oauth_error
entra_authorization_endpoint(struct request *rq, const char **url)
{
	return browser_endpoint(rq, AUTHORIZATION, url);
}

enum oauth_error
entra_end_session_endpoint(struct request *rq, const char **url)
{
	return browser_endpoint(rq, END_SESSION, url);
}

const char *
entra_authority_origin(struct request *rq)
{
	struct uri u;

	/* The configuration holds nothing that is no URL. */
	return uri_parse(rq->arena, rq->config->entra.authority_host, &u) ?
	    uri_origin(rq->arena, &u) : "";
}

bool
entra_is_issuer(struct request *rq, const char *issuer)
{
	const char *authority = rq->config->entra.authority_host, *tenant;
	size_t n = strlen(authority), len;

	if (strncmp(issuer, authority, n) != 0 || issuer[n] != '/')
		return false;
	tenant = issuer + n + 1;
	len = strcspn(tenant, "/");
	return config_tenant_allowed(rq->config, arena_copy(rq->arena, tenant, len)) &&
	    guid_is_canonical(arena_copy(rq->arena, tenant, len)) && strcmp(tenant + len, "/v2.0") == 0;
}
