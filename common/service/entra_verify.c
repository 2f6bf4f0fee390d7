/* SPDX-License-Identifier: MIT */
#include "service/entra_verify.h"

#include "base/die.h"
#include "protocol/jwk.h"
#include "protocol/jws.h"
#include "service/endpoint.h"
#include "service/entra_cache.h"
#include "service/entra_endpoints.h"

struct verdict {
	uint8_t		 digest[SHA256_SIZE];
	int64_t		 until;
};

struct verdicts {
	struct verdict	 slot[VERDICTS];
};

static const char *
accept_keys(struct request *rq, const struct entra_source *source UNUSED, const char *body,
    size_t len)
{
	AUTO(json) struct json_object *set = json_parse(rq->arena, body, len);

	return len <= JWK_SET_MAX && jwk_set_valid(rq->arena, set) ? body : NULL;
}

static EVP_PKEY *
find_key(struct request *rq, const struct entra_endpoints *entra, const char *kid, bool renew,
    const char **issuer)
{
	AUTO(json) struct json_object *set = NULL;
	const char *document;

	if (entra_cache_read(rq, &(struct entra_source){ .url = entra->jwks_uri,
	    .fresh = ENTRA_KEYS_FRESH, .sealed = true, .accept = accept_keys }, renew, &document) != ENTRA_CACHED)
		return NULL;
	set = json_parse(rq->arena, document, strlen(document));
	return jwk_find(rq->arena, set, kid, issuer);
}

/* A key may name the issuer it signs for, exactly or as a template over tenants. */
static bool
key_signs_for(struct request *rq, const char *key_issuer, const char *tenant, const char *issuer)
{
	static const char hole[] = "{tenantid}";
	const char *at = key_issuer == NULL ? NULL : strstr(key_issuer, hole);

	if (key_issuer == NULL)
		return true;
	if (at != NULL)
		key_issuer = arena_printf(rq->arena, "%.*s%s%s", (int)(at - key_issuer), key_issuer,
		    tenant, at + sizeof hole - 1);
	return strcmp(key_issuer, issuer) == 0;
}

static enum oauth_error
refused(struct request *rq, enum oauth_error error, const char *why)
{
	return fail_because(&rq->failure, error, "Microsoft Entra ID's token is not acceptable",
	    arena_printf(rq->arena, "entra's token: %s", why));
}

/*
 * Split, alg, kid, signature; the claims are the caller's to release.  The token came from Entra
 * itself, so a key that is unknown is a key that we could not fetch yet.
 */
static enum oauth_error
open_token(struct request *rq, const char *token, enum oauth_error error, const char *tenant,
    const struct entra_endpoints *entra, struct json_object **claims)
{
	AUTO(json) struct json_object *header = NULL;
	AUTO(pkey) EVP_PKEY *key = NULL;
	const char *kid, *issuer = NULL, *why = "";
	struct jws jws;

	if (!jws_split(rq->arena, token, &jws) || (header = json_parse(rq->arena,
	    (const char *)jws.header.data, jws.header.len)) == NULL)
		return refused(rq, error, "not a JWS");
	if (!entra_token_header(rq->arena, header, &kid, &why))
		return refused(rq, error, why);
	if ((key = find_key(rq, entra, kid, false, &issuer)) == NULL &&
	    (key = find_key(rq, entra, kid, true, &issuer)) == NULL)
		return refused(rq, TEMPORARILY_UNAVAILABLE, "signed with an unknown key");
	if (!jws_verify_rs256(&jws, key))
		return refused(rq, error, "bad signature");
	*claims = json_parse(rq->arena, (const char *)jws.payload.data, jws.payload.len);
	if (*claims == NULL)
		return refused(rq, error, "claims are not JSON");
	/* The key set is the v2 one: its issuers say nothing of version 1.0 tokens. */
	why = json_string(*claims, "ver");
	if ((why == NULL || strcmp(why, "1.0") != 0) && !key_signs_for(rq, issuer, tenant,
	    entra->issuer))
		return refused(rq, error, "signed with another issuer's key");
	return OAUTH_OK;
}

/* The tenant whose keys and issuer an ID token is judged by: its own, if its people may come in. */
static enum oauth_error
tenant_of(struct request *rq, const char *token, const char **tenant)
{
	if (!rq->config->entra.multi_tenant) {
		*tenant = rq->config->entra.tenant_id;
		return OAUTH_OK;
	}
	*tenant = entra_token_tenant(rq->arena, token);
	return *tenant != NULL && config_tenant_allowed(rq->config, *tenant) ? OAUTH_OK :
	    refused(rq, ACCESS_DENIED, "tid is not among allowed_tenants");
}

enum oauth_error
entra_verify_id_token(struct request *rq, const char *token, const char *nonce,
    struct entra_identity *out)
{
	AUTO(json) struct json_object *claims = NULL;
	struct entra_endpoints entra;
	const char *tenant, *why = "";

	TRY(tenant_of(rq, token, &tenant));
	TRY(entra_endpoints(rq, tenant, &entra));
	TRY(open_token(rq, token, INVALID_GRANT, tenant, &entra, &claims));
	return entra_id_token_check(rq->arena, claims, &(struct entra_expectation){
		.tenant_id = tenant, .issuer_v2 = entra.issuer,
		.client_id = rq->config->entra.client_id, .nonce = nonce, .now = rq->now,
	}, out, &why) ? OAUTH_OK : refused(rq, INVALID_GRANT, why);
}

static enum oauth_error
verify_access_token(struct request *rq, const char *token, const char *tenant, int64_t when,
    struct entra_identity *out)
{
	AUTO(json) struct json_object *claims = NULL;
	struct entra_endpoints entra;
	const char *ver, *issuer_v1 = NULL, *why = "";

	if (!config_tenant_allowed(rq->config, tenant))
		return refused(rq, INVALID_TOKEN, "tid is no tenant of ours any more");
	TRY(entra_endpoints(rq, tenant, &entra));
	TRY(open_token(rq, token, INVALID_TOKEN, tenant, &entra, &claims));
	ver = json_string(claims, "ver");
	if (ver != NULL && strcmp(ver, "1.0") == 0)
		TRY(entra_issuer_v1(rq, tenant, &issuer_v1));
	return entra_access_token_check(rq->arena, claims, &(struct entra_expectation){
		.tenant_id = tenant, .issuer_v2 = entra.issuer,
		.issuer_v1 = issuer_v1, .audience = rq->config->entra.audience,
		.client_id = rq->config->entra.client_id, .now = when,
	}, out, &why) ? OAUTH_OK : refused(rq, INVALID_TOKEN, why);
}

enum oauth_error
entra_verify_access_token(struct request *rq, const char *token, const char *tenant_id,
    const char *object_id)
{
	return entra_verify_access_token_at(rq, token, tenant_id, object_id, rq->now);
}

enum oauth_error
entra_verify_access_token_at(struct request *rq, const char *token, const char *tenant_id,
    const char *object_id, int64_t when)
{
	const char *all = arena_printf(rq->arena, "%s %s %s", token, tenant_id, object_id);
	struct entra_identity identity;
	uint8_t digest[SHA256_SIZE];
	struct verdict *slot;

	sha256(all, strlen(all), digest);
	slot = &rq->verdicts->slot[(digest[0] | (unsigned)digest[1] << 8) % VERDICTS];
	if (slot->until > rq->now && slot->until <= rq->now + VERDICT_LIFE &&
	    memcmp(slot->digest, digest, sizeof digest) == 0)
		return OAUTH_OK;
	TRY(verify_access_token(rq, token, tenant_id, when, &identity));
	if (strcmp(identity.tenant_id, tenant_id) != 0 || strcmp(identity.object_id, object_id) != 0)
		return refused(rq, INVALID_TOKEN, "of another person");
	memcpy(slot->digest, digest, sizeof digest);
	slot->until = identity.expires_at < rq->now + VERDICT_LIFE ? identity.expires_at :
	    rq->now + VERDICT_LIFE;
	return OAUTH_OK;
}

static void *
open_verdicts(const struct config *config UNUSED, const char **why UNUSED)
{
	struct verdicts *v = calloc(1, sizeof *v);

	if (v == NULL)
		die("no memory for verdicts");
	return v;
}

const struct service verdict_service = {
	.name = "verdicts", .slot = offsetof(struct request, verdicts),
	.open = open_verdicts, .close = free,
};
