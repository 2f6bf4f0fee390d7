/* SPDX-License-Identifier: MIT */
/* entra_tenants.h - an Entra of several tenants: a sign-in endpoint for all, documents for each */
#ifndef UNIT_SERVICE_ENTRA_TENANTS_H
#define UNIT_SERVICE_ENTRA_TENANTS_H

#include "routes.h"

#define OTHER_TENANT	"22222222-2222-4222-8222-222222222222"
#define THIRD_TENANT	"33333333-3333-4333-8333-333333333333"
#define ISSUER_OF(tenant)	"https://login.example/" tenant "/v2.0"

/* The authority is the second server from here on, and people of these tenants may come in. */
static inline void
tenants_open(const char *first, const char *second)
{
	routes_open();
	fix.config.entra.authority_host = routes.url;
	fix.config.entra.tenant_id = "organizations";
	fix.config.entra.multi_tenant = true;
	fix.config.entra.allowed_tenants[0] = first;
	fix.config.entra.allowed_tenants[1] = second;
}

/* The document that is served under one tenant, with that issuer. */
static inline const char *
discovery_of(const char *tenant, const char *issuer)
{
	return arena_printf(&fix.arena, "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/%s/a\","
	    "\"token_endpoint\":\"%s/%s/t\",\"jwks_uri\":\"%s/k\"}", issuer, routes.url, tenant,
	    routes.url, tenant, routes.url);
}

#define DISCOVERY(tenant, issuer)	{					\
	.holds = "GET /" tenant "/v2.0/.well-known/openid-configuration ",	\
	.status = 200, .body = discovery_of(tenant, issuer) }

#endif
