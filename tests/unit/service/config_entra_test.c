/* SPDX-License-Identifier: MIT */
#include "service/config_entra.h"

#include "config_file.h"

#define IDS	"[entra]\ntenant_id = " TENANT "\nclient_id = " APP "\n"
#define OTHER	"55555555-5555-4555-8555-555555555555"

static const struct config_app *
app_of(const char *credential)
{
	char text[512];

	(void)snprintf(text, sizeof text, TOP IDS "credential = %s\n" SERVER, credential);
	return &must_read(text)->entra.app;
}

static void
each_kind_of_credential_is_read(UNUSED void **state)
{
	const struct config_app *app = app_of("certificate:/a.pem, /b.pem");

	assert_int_equal(app->credential, CREDENTIAL_CERTIFICATE);
	assert_string_equal(app->client_id, APP);
	assert_string_equal(app->path[0], "/a.pem");
	assert_string_equal(app->path[1], "/b.pem");
	assert_null(app->path[2]);
	assert_int_equal(app_of("secret-file:/s")->credential, CREDENTIAL_SECRET);
	app = app_of("federated-token-file:/t");
	assert_int_equal(app->credential, CREDENTIAL_FEDERATED_TOKEN);
	assert_string_equal(app->path[0], "/t");
	app = app_of("managed-identity");
	assert_int_equal(app->credential, CREDENTIAL_MANAGED_IDENTITY);
	assert_null(app->identity);
	assert_null(app->path[0]);
	assert_string_equal(app_of("managed-identity:" OTHER)->identity, OTHER);
}

static void
a_credential_that_is_none_is_refused(UNUSED void **state)
{
	static const char *const rows[] = { "certificate:/a,/b,/c", "certificate:/a,b", "secret-file:/a,/b",
	    "managed-identity:", "managed-identity:x", "managed_identity", "federated-token-file:",
	    "federated-token-file:/a,/b" };
	char text[512];

	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)snprintf(text, sizeof text, TOP IDS "credential = %s\n" SERVER, rows[i]);
		must_refuse(text, 0, "credential must be ");
		(void)snprintf(text, sizeof text, TOP ENTRA "resource_client_id = " OTHER
		    "\nresource_credential = %s\n" SERVER, rows[i]);
		must_refuse(text, 0, "resource_credential must be ");
	}
}

static void
the_apis_own_application_is_what_tokens_are_for(UNUSED void **state)
{
	const struct config_entra *e = &must_read(TOP ENTRA SERVER)->entra;

	assert_string_equal(e->resource_app.client_id, APP);
	assert_string_equal(e->scope, APP "/.default");
	e = &must_read(TOP ENTRA "resource_client_id = " OTHER "\n" SERVER)->entra;
	assert_string_equal(e->app.client_id, APP);
	assert_string_equal(e->resource_app.client_id, OTHER);
	assert_int_equal(e->resource_app.credential, CREDENTIAL_SECRET);
	assert_string_equal(e->scope, OTHER "/.default");
	assert_string_equal(e->audience[0], OTHER);
	assert_string_equal(e->audience[1], "api://" OTHER);
	e = &must_read(TOP ENTRA "resource_client_id = " OTHER "\nresource_credential = "
	    "certificate:/c\nscope = x\naudience = y\n" SERVER)->entra;
	assert_int_equal(e->app.credential, CREDENTIAL_SECRET);
	assert_int_equal(e->resource_app.credential, CREDENTIAL_CERTIFICATE);
	assert_string_equal(e->scope, "x");
	assert_string_equal(e->audience[0], "y");
	must_refuse(TOP ENTRA "resource_credential = certificate:/c\n" SERVER, 0,
	    "belongs to resource_client_id");
}

static void
a_cloud_brings_its_addresses_and_each_can_be_set(UNUSED void **state)
{
	const struct config_entra *e = &must_read(TOP ENTRA SERVER)->entra;

	assert_string_equal(e->authority_host, "https://login.microsoftonline.com");
	assert_string_equal(e->graph_url, "https://graph.microsoft.com");
	e = &must_read(TOP ENTRA "cloud = usgov-dod\n" SERVER)->entra;
	assert_string_equal(e->authority_host, "https://login.microsoftonline.us");
	assert_string_equal(e->graph_url, "https://dod-graph.microsoft.us");
	assert_string_equal(e->exchange_audience, "api://AzureADTokenExchangeUSGov");
	e = &must_read(TOP ENTRA "cloud = china\ngraph_url = https://g.example\n" SERVER)->entra;
	assert_string_equal(e->graph_url, "https://g.example");
	assert_int_equal(setenv("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/", 1), 0);
	e = &must_read(TOP ENTRA SERVER)->entra;
	assert_string_equal(e->graph_url, "https://graph.microsoft.us");
	assert_string_equal(e->exchange_audience, "api://AzureADTokenExchangeUSGov");
}

static void
several_tenants_must_be_named(UNUSED void **state)
{
	const struct config *c = must_read(TOP ENTRA SERVER);

	assert_false(c->entra.multi_tenant);
	assert_true(config_tenant_allowed(c, TENANT));
	assert_false(config_tenant_allowed(c, OTHER));
	must_refuse(TOP ENTRA "allowed_tenants = " OTHER "\n" SERVER, 0, "needs tenant_id");
#define MANY	TOP "[entra]\ntenant_id = organizations\nclient_id = " APP "\ncredential = secret-file:/s\n"
	must_refuse(MANY SERVER, 0, "allowed_tenants");
	must_refuse(MANY "allowed_tenants = contoso.example\n" SERVER, 0, "GUIDs");
	c = must_read(MANY "allowed_tenants = " OTHER "\n" SERVER);
	assert_true(c->entra.multi_tenant);
	assert_true(config_tenant_allowed(c, OTHER));
	assert_false(config_tenant_allowed(c, TENANT));
	assert_false(config_tenant_allowed(c, "any"));
	assert_true(config_tenant_allowed(must_read(MANY "allowed_tenants = any\n" SERVER), TENANT));
	must_refuse(TOP "[entra]\ntenant_id = consumers\n" SERVER, 3, "organizations, or common");
}

static void
who_may_sign_in_is_told_by_roles_and_groups(UNUSED void **state)
{
	const struct config *c = must_read(TOP ENTRA "allow = role:A, group:g\nclient_capabilities = cp1\n"
	    SERVER);

	assert_string_equal(c->entra.allow[1], "group:g");
	c = must_read(TOP ENTRA "allow = role:A, group:ABCDEFAB-1111-4111-8111-ABCDEFABCDEF\n" SERVER
	    "allow = group:ABCDEFAB-1111-4111-8111-ABCDEFABCDEF, group:Team\n"
	    "tool.x = group:ABCDEFAB-1111-4111-8111-ABCDEFABCDEF\n");
	assert_string_equal(c->entra.allow[1], "group:abcdefab-1111-4111-8111-abcdefabcdef");
	assert_string_equal(c->server[0].allow[0], "group:abcdefab-1111-4111-8111-abcdefabcdef");
	assert_string_equal(c->server[0].allow[1], "group:Team");
	assert_string_equal(c->server[0].rule->words[0], "group:abcdefab-1111-4111-8111-abcdefabcdef");
	c = must_read(TOP ENTRA "allow = role:A\nclient_capabilities = cp1\n" SERVER);
	assert_true(c->entra.cp1);
	assert_false(must_read(TOP ENTRA SERVER)->entra.cp1);
	must_refuse(TOP ENTRA "allow = scope:x\n" SERVER, 0, "role:NAME or group:ID");
	must_refuse(TOP ENTRA "allow = everyone\n" SERVER, 0, "role:NAME or group:ID");
	must_refuse(TOP ENTRA "allow = role:\n" SERVER, 0, "role:NAME or group:ID");
}

static void
the_metadata_service_may_be_link_local_and_no_further(UNUSED void **state)
{
	(void)must_read(TOP ENTRA "imds_url = http://169.254.169.254\n" SERVER);
	(void)must_read(TOP ENTRA "imds_url = http://127.0.0.1:4711\n" SERVER);
	must_refuse(TOP ENTRA "imds_url = http://169.254.evil.example\n" SERVER, 6, "https URL");
	must_refuse(TOP ENTRA "imds_url = http://10.0.0.1\n" SERVER, 6, "https URL");
	must_refuse(TOP ENTRA "graph_url = http://169.254.169.254\n" SERVER, 6, "https URL");
}

/* The platform's variables of a managed identity, and what is done about a slash at their ends. */
static void
the_environment_says_where_the_identity_is(UNUSED void **state)
{
	const struct config_entra *e;

	assert_int_equal(setenv("IDENTITY_ENDPOINT", "http://169.254.129.3:8081/MSI/token/", 1), 0);
	assert_int_equal(setenv("IDENTITY_HEADER", "h", 1), 0);
	assert_int_equal(setenv("IMDS_ENDPOINT", "http://localhost:40342", 1), 0);
	e = &must_read(TOP IDS "credential = managed-identity\n" SERVER)->entra;
	assert_string_equal(e->identity_endpoint, "http://169.254.129.3:8081/MSI/token");
	assert_string_equal(e->identity_header, "h");
	assert_string_equal(e->imds_endpoint, "http://localhost:40342");
	assert_string_equal(e->arc_key_dir, "/var/opt/azcmagent/tokens");
	assert_non_null(must_read(TOP ENTRA "resource_client_id = " OTHER "\nresource_credential = "
	    "managed-identity\n" SERVER)->entra.identity_endpoint);
	assert_int_equal(setenv("IDENTITY_ENDPOINT", "http://metadata.evil.example/", 1), 0);
	must_refuse(TOP IDS "credential = managed-identity\n" SERVER, 0, "identity_endpoint must be");
	assert_null(must_read(TOP ENTRA SERVER)->entra.identity_endpoint);	/* another credential */
	must_refuse(TOP ENTRA "arc_key_dir = tokens\n" SERVER, 6, "absolute path");
}

static void
the_environment_can_name_a_token_file(UNUSED void **state)
{
	const char *text = TOP "[entra]\ntenant_id = " TENANT "\n" SERVER;
	const struct config_entra *e;

	assert_int_equal(setenv("AZURE_CLIENT_ID", OTHER, 1), 0);
	must_refuse(text, 0, "client_id must be given");
	assert_int_equal(setenv("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token", 1), 0);
	e = &must_read(text)->entra;
	assert_string_equal(e->client_id, OTHER);
	assert_int_equal(e->app.credential, CREDENTIAL_FEDERATED_TOKEN);
	assert_string_equal(e->app.path[0], "/var/run/token");
	assert_int_equal(setenv("AZURE_CLIENT_CERTIFICATE_PATH", "/c.pem", 1), 0);
	assert_int_equal(must_read(text)->entra.app.credential, CREDENTIAL_CERTIFICATE);
	e = &must_read(TOP ENTRA SERVER)->entra;
	assert_string_equal(e->client_id, APP);
	assert_int_equal(e->app.credential, CREDENTIAL_SECRET);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_kind_of_credential_is_read),
		CASE(a_credential_that_is_none_is_refused),
		CASE(the_apis_own_application_is_what_tokens_are_for),
		CASE(a_cloud_brings_its_addresses_and_each_can_be_set),
		CASE(several_tenants_must_be_named),
		CASE(who_may_sign_in_is_told_by_roles_and_groups),
		CASE(the_environment_says_where_the_identity_is),
		CASE(the_environment_can_name_a_token_file),
		CASE(the_metadata_service_may_be_link_local_and_no_further),
	};

	return RUN(tests, NULL, NULL);
}
