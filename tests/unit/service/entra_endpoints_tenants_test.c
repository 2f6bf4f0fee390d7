/* SPDX-License-Identifier: MIT */
/* The documents of many tenants, each under its own name. */
#include "service/entra_endpoints.h"

#include "entra_tenants.h"

#define TEMPLATE	"https://login.example/{tenantid}/v2.0"

static int
open_tenants(void **state)
{
	(void)server_open(state);
	tenants_open(TENANT, OTHER_TENANT);
	return 0;
}

static int
close_tenants(void **state)
{
	routes_close();
	return server_close(state);
}

#define TENANTS(test)	cmocka_unit_test_setup_teardown(test, open_tenants, close_tenants)

static struct entra_endpoints got;

static void
the_issuer_of_organizations_is_a_template(UNUSED void **state)
{
	ROUTE(DISCOVERY("organizations", TEMPLATE));
	assert_int_equal(entra_endpoints(&fix.rq, NULL, &got), OAUTH_OK);
	assert_string_equal(got.issuer, TEMPLATE);
	assert_string_equal(got.authorization_endpoint, arena_printf(&fix.arena, "%s/organizations/a",
	    routes.url));
}

static void
an_issuer_that_is_none_is_refused_for_organizations(UNUSED void **state)
{
	static const char *const issuers[] = { ISSUER_OF(TENANT), ISSUER_OF("organizations"), "",
	    "https://login.example/{tenant}/v2.0" };
	const char *url;

	for (size_t i = 0; i < COUNT(issuers); i++) {
		ROUTE(DISCOVERY("organizations", issuers[i]));
		sql("DELETE FROM entra_cache");
		assert_int_equal(entra_endpoints(&fix.rq, NULL, &got), TEMPORARILY_UNAVAILABLE);
		sql("DELETE FROM entra_cache");
		assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), TEMPORARILY_UNAVAILABLE);
	}
}

static void
a_tenants_own_document_names_that_tenant(UNUSED void **state)
{
	static const char *const issuers[] = { TEMPLATE, ISSUER_OF(TENANT), ISSUER_OF("organizations") };

	for (size_t i = 0; i < COUNT(issuers); i++) {
		ROUTE(DISCOVERY(OTHER_TENANT, issuers[i]));
		sql("DELETE FROM entra_cache");
		assert_int_equal(entra_endpoints(&fix.rq, OTHER_TENANT, &got), TEMPORARILY_UNAVAILABLE);
	}
	sql("DELETE FROM entra_cache");
	ROUTE(DISCOVERY(OTHER_TENANT, ISSUER_OF(OTHER_TENANT)));
	assert_int_equal(entra_endpoints(&fix.rq, OTHER_TENANT, &got), OAUTH_OK);
	assert_string_equal(got.issuer, ISSUER_OF(OTHER_TENANT));
}

/* Where one tenant alone is served no template may stand for it. */
static void
a_template_is_refused_where_one_tenant_signs_in(UNUSED void **state)
{
	fix.config.entra.tenant_id = TENANT;
	fix.config.entra.multi_tenant = false;
	ROUTE(DISCOVERY(TENANT, TEMPLATE));
	assert_int_equal(entra_endpoints(&fix.rq, NULL, &got), TEMPORARILY_UNAVAILABLE);
}

static void
each_tenants_document_is_kept_by_itself(UNUSED void **state)
{
	ROUTE(DISCOVERY(TENANT, ISSUER_OF(TENANT)), DISCOVERY(OTHER_TENANT, ISSUER_OF(OTHER_TENANT)),
	    DISCOVERY("organizations", TEMPLATE));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(entra_endpoints(&fix.rq, TENANT, &got), OAUTH_OK);
		assert_string_equal(got.issuer, ISSUER_OF(TENANT));
		assert_int_equal(entra_endpoints(&fix.rq, OTHER_TENANT, &got), OAUTH_OK);
		assert_string_equal(got.issuer, ISSUER_OF(OTHER_TENANT));
		assert_int_equal(entra_endpoints(&fix.rq, NULL, &got), OAUTH_OK);
		assert_string_equal(got.issuer, TEMPLATE);
	}
	assert_int_equal(atomic_load(&routes.requests), 3);
	assert_int_equal(sql_number("SELECT count(*) FROM entra_cache"), 3);
}

static void
one_tenants_document_under_anothers_name_is_not_taken(UNUSED void **state)
{
	ROUTE(DISCOVERY(TENANT, ISSUER_OF(TENANT)));
	assert_int_equal(entra_endpoints(&fix.rq, TENANT, &got), OAUTH_OK);
	sql("UPDATE entra_cache SET name = replace(name, '" TENANT "', '" OTHER_TENANT "')");
	assert_int_equal(entra_endpoints(&fix.rq, OTHER_TENANT, &got), TEMPORARILY_UNAVAILABLE);
}

static void
each_tenant_has_its_issuer_of_version_1(UNUSED void **state)
{
	const char *issuer = NULL;

	ROUTE({ .holds = "GET /" TENANT "/.well-known/", .status = 200,
	    .body = "{\"issuer\":\"https://sts.windows.net/" TENANT "/\"}" },
	    { .holds = "GET /" OTHER_TENANT "/.well-known/", .status = 200,
	    .body = "{\"issuer\":\"https://sts.windows.net/" OTHER_TENANT "/\"}" },
	    { .holds = "GET /" THIRD_TENANT "/.well-known/", .status = 200,
	    .body = "{\"issuer\":\"https://sts.windows.net/" OTHER_TENANT "/\"}" });
	assert_int_equal(entra_issuer_v1(&fix.rq, TENANT, &issuer), OAUTH_OK);
	assert_string_equal(issuer, "https://sts.windows.net/" TENANT "/");
	assert_int_equal(entra_issuer_v1(&fix.rq, OTHER_TENANT, &issuer), OAUTH_OK);
	assert_string_equal(issuer, "https://sts.windows.net/" OTHER_TENANT "/");
	assert_int_equal(entra_issuer_v1(&fix.rq, THIRD_TENANT, &issuer), TEMPORARILY_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TENANTS(the_issuer_of_organizations_is_a_template),
		TENANTS(an_issuer_that_is_none_is_refused_for_organizations),
		TENANTS(a_tenants_own_document_names_that_tenant),
		TENANTS(a_template_is_refused_where_one_tenant_signs_in),
		TENANTS(each_tenants_document_is_kept_by_itself),
		TENANTS(one_tenants_document_under_anothers_name_is_not_taken),
		TENANTS(each_tenant_has_its_issuer_of_version_1),
	};

	return RUN(tests, NULL, NULL);
}
