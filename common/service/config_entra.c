/* SPDX-License-Identifier: MIT */
#include "service/config_entra.h"

#include "protocol/entra_cloud.h"
#include "protocol/guid.h"

#define ALLOWED_ANY	"any"	/* in place of a tenant's id */

static const struct kind {
	const char		*name;
	enum config_credential	 credential;
	size_t			 files;		/* that it names, at most */
} kinds[] = {
	{ "certificate",	  CREDENTIAL_CERTIFICATE,	2 },
	{ "secret-file",	  CREDENTIAL_SECRET,		1 },
	{ "federated-token-file", CREDENTIAL_FEDERATED_TOKEN,	1 },
	{ "managed-identity",	  CREDENTIAL_MANAGED_IDENTITY,	0 },
};

static const struct kind *
find_kind(const char *credential, size_t n)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (strlen(kinds[i].name) == n && memcmp(kinds[i].name, credential, n) == 0)
			return &kinds[i];
	return NULL;
}

static bool
read_files(struct config_reader *r, const struct config_key *key, const struct kind *kind,
    const char *argument, struct config_app *app)
{
	size_t n = 0;

	if (!config_set_list(r, key, app->path, argument))
		return false;
	while (app->path[n] != NULL && *app->path[n] == '/')
		n++;
	if (n == 0 || n > kind->files || app->path[n] != NULL)
		return config_wrong(r, arena_printf(r->arena, "%s must be %s: and an absolute path%s",
		    key->name, kind->name, kind->files == 1 ? "" : ", or two while one replaces the other"));
	return true;
}

static bool
read_credential(struct config_reader *r, const char *name, const char *text, struct config_app *app)
{
	const struct config_key key = { .name = name, .syntax = CONFIG_LIST };
	size_t n = strcspn(text, ":");
	const struct kind *kind = find_kind(text, n);
	const char *argument = text[n] == ':' ? text + n + 1 : "";

	if (kind == NULL)
		return config_wrong(r, arena_printf(r->arena, "%s must be certificate:PATH, "
		    "managed-identity[:CLIENT_ID], federated-token-file:PATH or secret-file:PATH", name));
	app->credential = kind->credential;
	if (kind->files > 0)
		return read_files(r, &key, kind, argument, app);
	if (text[n] == ':' && !guid_is(argument))
		return config_wrong(r, arena_printf(r->arena, "%s must be managed-identity, or "
		    "managed-identity: and the client id of the identity, a GUID", name));
	app->identity = text[n] == ':' ? argument : NULL;
	return true;
}

static bool
derive_apps(struct config_reader *r)
{
	struct config_entra *e = &r->config->entra;

	config_lower(e->client_id);
	e->app.client_id = e->client_id;
	if (!read_credential(r, "credential", e->credential, &e->app))
		return false;
	if (e->resource_client_id == NULL && e->resource_credential != NULL)
		return config_wrong(r, "resource_credential belongs to resource_client_id, which is not given");
	if (e->resource_client_id == NULL) {
		e->resource_app = e->app;
		return true;
	}
	config_lower(e->resource_client_id);
	e->resource_app.client_id = e->resource_client_id;
	return read_credential(r, "resource_credential", e->resource_credential != NULL ?
	    e->resource_credential : e->credential, &e->resource_app);
}

static bool
derive_tenants(struct config_reader *r)
{
	struct config_entra *e = &r->config->entra;

	config_lower(e->tenant_id);
	e->multi_tenant = !guid_is(e->tenant_id);
	if (e->multi_tenant && e->allowed_tenants[0] == NULL)
		return config_wrong(r, arena_printf(r->arena, "tenant_id = %s lets in people of every "
		    "organisation: name those that may in allowed_tenants, or say any there", e->tenant_id));
	if (!e->multi_tenant && e->allowed_tenants[0] != NULL)
		return config_wrong(r, "allowed_tenants needs tenant_id = organizations or common");
	for (const char *const *t = e->allowed_tenants; *t != NULL; t++) {
		config_lower(*t);
		if (!guid_is(*t) && strcmp(*t, ALLOWED_ANY) != 0)
			return config_wrong(r, "allowed_tenants lists GUIDs, or any");
	}
	return true;
}

static bool
derive_cloud(struct config_reader *r)
{
	struct config_entra *e = &r->config->entra;
	const struct entra_cloud *cloud = entra_cloud(e->cloud);

	if (cloud == NULL)
		return config_wrong(r, "cloud must be one of: " ENTRA_CLOUDS);
	if (e->authority_host == NULL)
		e->authority_host = cloud->authority_host;
	else if (strcmp(e->cloud, "global") == 0)
		cloud = entra_cloud_of(e->authority_host);	/* AZURE_AUTHORITY_HOST says it alone */
	if (e->graph_url == NULL)
		e->graph_url = cloud->graph_url;
	e->exchange_audience = cloud->exchange_audience;
	return true;
}

static bool
derive_rights(struct config_reader *r)
{
	struct config_entra *e = &r->config->entra;

	for (const char *const *w = e->allow; *w != NULL; w++)
		if (!config_policy_word(*w) || (strncmp(*w, "role:", 5) != 0 && strncmp(*w, "group:", 6) != 0))
			return config_wrong(r, "[entra] allow: a word is role:NAME or group:ID");
	e->cp1 = config_list_has(e->client_capabilities, "cp1");
	return true;
}

bool
config_entra_derive(struct config_reader *r)
{
	struct config_entra *e = &r->config->entra;

	if (!derive_apps(r) || !derive_tenants(r) || !derive_cloud(r) || !derive_rights(r))
		return false;
	if (e->scope == NULL)
		e->scope = arena_printf(r->arena, "%s/.default", e->resource_app.client_id);
	if (e->audience[0] == NULL) {
		e->audience[0] = e->resource_app.client_id;
		e->audience[1] = arena_printf(r->arena, "api://%s", e->resource_app.client_id);
	}
	return true;
}

bool
config_tenant_allowed(const struct config *c, const char *tenant_id)
{
	const struct config_entra *e = &c->entra;

	return e->multi_tenant ? config_list_has(e->allowed_tenants, tenant_id) ||
	    config_list_has(e->allowed_tenants, ALLOWED_ANY) : strcmp(e->tenant_id, tenant_id) == 0;
}
