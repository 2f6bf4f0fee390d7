/* SPDX-License-Identifier: MIT */
/* Tokens of people of several tenants, each judged by its own tenant's documents. */
#include "service/entra_verify.h"

#include "entra_sign.h"
#include "entra_tenants.h"

#define V1_ISSUER(tenant)	"https://sts.windows.net/" tenant "/"

static int
open_tenants(void **state)
{
	int opened = entra_open(state);

	tenants_open(TENANT, OTHER_TENANT);
	ROUTE(DISCOVERY(TENANT, ISSUER_OF(TENANT)), DISCOVERY(OTHER_TENANT, ISSUER_OF(OTHER_TENANT)),
	    DISCOVERY(THIRD_TENANT, ISSUER_OF(THIRD_TENANT)),
	    { .holds = "GET /k ", .status = 200, .body = atomic_load(&server.keys) },
	    { .holds = "GET /" OTHER_TENANT "/.well-known/", .status = 200,
	    .body = "{\"issuer\":\"" V1_ISSUER(OTHER_TENANT) "\"}" });
	return opened;
}

static int
close_tenants(void **state)
{
	routes_close();
	return entra_close(state);
}

#define TENANTS(test)	cmocka_unit_test_setup_teardown(test, open_tenants, close_tenants)

/* The keys are served anew, with those members in the one there is. */
static void
keys_with(const char *members)
{
	serve_key(entra_key, "k1", members);
	routes.table[3].body = atomic_load(&server.keys);
	sql("DELETE FROM entra_cache");
}

/* A token of that tenant for us by that issuer, which serves as either kind. */
static const char *
token_of(const char *ver, const char *tenant, const char *issuer)
{
	return sign_token(entra_key, ENTRA_HEADER, arena_printf(&fix.arena, "{\"ver\":\"%s\",\"iss\":\"%s\","
	    "\"aud\":\"" OUR_APP "\",\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld,\"tid\":\"%s\","
	    "\"oid\":\"" PERSON "\",\"scp\":\"mcp.access\",\"nonce\":\"n\"}", ver, issuer,
	    (long long)fix.clock, (long long)fix.clock, (long long)fix.clock + 3600, tenant));
}

static struct entra_identity who;

static enum oauth_error
sign_in_with(const char *token)
{
	fix.rq.failure = (struct failure){ 0 };
	who = (struct entra_identity){ .tenant_id = NULL };
	return entra_verify_id_token(&fix.rq, token, "n", &who);
}

static enum oauth_error
judge(const char *token, const char *tenant)
{
	fix.rq.failure = (struct failure){ 0 };
	return entra_verify_access_token(&fix.rq, token, tenant, PERSON);
}

static void
people_of_the_tenants_that_are_listed_come_in(UNUSED void **state)
{
	assert_int_equal(sign_in_with(token_of("2.0", OTHER_TENANT, ISSUER_OF(OTHER_TENANT))), OAUTH_OK);
	assert_string_equal(who.tenant_id, OTHER_TENANT);
	assert_int_equal(sign_in_with(token_of("2.0", TENANT, ISSUER_OF(TENANT))), OAUTH_OK);
	assert_string_equal(who.tenant_id, TENANT);
}

static void
people_of_another_tenant_are_denied_before_anybody_is_asked(UNUSED void **state)
{
	static const char *const tenants[] = { THIRD_TENANT, "9188040d-6c67-4c5b-b112-36a304b66dad",
	    "organizations", "common", "any", "", "../x" };

	for (size_t i = 0; i < COUNT(tenants); i++) {
		assert_int_equal(sign_in_with(token_of("2.0", tenants[i], ISSUER_OF(THIRD_TENANT))),
		    ACCESS_DENIED);
		assert_string_equal(fix.rq.failure.reason,
		    "entra's token: tid is not among allowed_tenants");
		assert_null(who.tenant_id);
	}
	assert_int_equal(sign_in_with("opaque"), ACCESS_DENIED);
	assert_int_equal(atomic_load(&routes.requests), 0);
}

static void
any_lets_people_of_every_tenant_in(UNUSED void **state)
{
	fix.config.entra.allowed_tenants[0] = "any";
	fix.config.entra.allowed_tenants[1] = NULL;
	assert_int_equal(sign_in_with(token_of("2.0", THIRD_TENANT, ISSUER_OF(THIRD_TENANT))), OAUTH_OK);
	assert_string_equal(who.tenant_id, THIRD_TENANT);
	assert_int_equal(sign_in_with(token_of("2.0", "any", ISSUER_OF(THIRD_TENANT))), ACCESS_DENIED);
}

/* Whoever runs the third tenant can put any tid nowhere but into tokens of their own issuer. */
static void
a_tokens_issuer_is_that_of_the_tenant_it_names(UNUSED void **state)
{
	static const char *const issuers[] = { ISSUER_OF(THIRD_TENANT), ISSUER_OF(TENANT),
	    ISSUER_OF("{tenantid}"), ISSUER_OF("organizations") };

	for (size_t i = 0; i < COUNT(issuers); i++) {
		assert_int_equal(sign_in_with(token_of("2.0", OTHER_TENANT, issuers[i])), INVALID_GRANT);
		assert_int_equal(judge(token_of("2.0", OTHER_TENANT, issuers[i]), OTHER_TENANT),
		    INVALID_TOKEN);
	}
}

static void
an_access_token_is_of_the_sessions_own_tenant(UNUSED void **state)
{
	const char *theirs = token_of("2.0", OTHER_TENANT, ISSUER_OF(OTHER_TENANT));

	assert_int_equal(judge(theirs, OTHER_TENANT), OAUTH_OK);
	assert_int_equal(judge(theirs, TENANT), INVALID_TOKEN);
	assert_int_equal(judge(token_of("1.0", OTHER_TENANT, V1_ISSUER(OTHER_TENANT)), OTHER_TENANT),
	    OAUTH_OK);
	assert_int_equal(judge(token_of("1.0", OTHER_TENANT, V1_ISSUER(TENANT)), OTHER_TENANT),
	    INVALID_TOKEN);
}

static void
a_tenant_that_is_taken_from_the_list_has_no_tokens_any_more(UNUSED void **state)
{
	const char *token = token_of("2.0", OTHER_TENANT, ISSUER_OF(OTHER_TENANT));

	fix.config.entra.allowed_tenants[1] = NULL;
	assert_int_equal(judge(token, OTHER_TENANT), INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.reason, "entra's token: tid is no tenant of ours any more");
	assert_int_equal(sign_in_with(token), ACCESS_DENIED);
	assert_int_equal(atomic_load(&routes.requests), 0);
}

static void
where_one_tenant_signs_in_no_other_counts(UNUSED void **state)
{
	fix.config.entra.tenant_id = TENANT;
	fix.config.entra.multi_tenant = false;
	fix.config.entra.allowed_tenants[0] = NULL;
	assert_int_equal(sign_in_with(token_of("2.0", TENANT, ISSUER_OF(TENANT))), OAUTH_OK);
	assert_int_equal(sign_in_with(token_of("2.0", OTHER_TENANT, ISSUER_OF(OTHER_TENANT))),
	    INVALID_GRANT);
	assert_int_equal(judge(token_of("2.0", OTHER_TENANT, ISSUER_OF(OTHER_TENANT)), OTHER_TENANT),
	    INVALID_TOKEN);
}

static void
a_key_for_all_tenants_signs_for_the_tokens_own(UNUSED void **state)
{
	const char *token = token_of("2.0", OTHER_TENANT, ISSUER_OF(OTHER_TENANT));

	keys_with(",\"issuer\":\"https://login.example/{tenantid}/v2.0\"");
	assert_int_equal(sign_in_with(token), OAUTH_OK);
	assert_int_equal(judge(token, OTHER_TENANT), OAUTH_OK);
	keys_with(",\"issuer\":\"https://other.example/{tenantid}/v2.0\"");
	assert_int_equal(sign_in_with(token), INVALID_GRANT);
	assert_string_equal(fix.rq.failure.reason, "entra's token: signed with another issuer's key");
}

static void
a_key_for_one_tenant_signs_for_no_other(UNUSED void **state)
{
	keys_with(",\"issuer\":\"" ISSUER_OF(TENANT) "\"");
	assert_int_equal(sign_in_with(token_of("2.0", TENANT, ISSUER_OF(TENANT))), OAUTH_OK);
	assert_int_equal(sign_in_with(token_of("2.0", OTHER_TENANT, ISSUER_OF(OTHER_TENANT))),
	    INVALID_GRANT);
	assert_string_equal(fix.rq.failure.reason, "entra's token: signed with another issuer's key");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TENANTS(people_of_the_tenants_that_are_listed_come_in),
		TENANTS(people_of_another_tenant_are_denied_before_anybody_is_asked),
		TENANTS(any_lets_people_of_every_tenant_in),
		TENANTS(a_tokens_issuer_is_that_of_the_tenant_it_names),
		TENANTS(an_access_token_is_of_the_sessions_own_tenant),
		TENANTS(a_tenant_that_is_taken_from_the_list_has_no_tokens_any_more),
		TENANTS(where_one_tenant_signs_in_no_other_counts),
		TENANTS(a_key_for_all_tenants_signs_for_the_tokens_own),
		TENANTS(a_key_for_one_tenant_signs_for_no_other),
	};

	return RUN(tests, make_keys, free_keys);
}
