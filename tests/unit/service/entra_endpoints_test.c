/* SPDX-License-Identifier: MIT */
#include "service/entra_endpoints.h"

#include "service/entra_cache.h"

#include "answering.h"

#define PLACES	"\"authorization_endpoint\":\"%s/a\"," \
	    "\"token_endpoint\":\"%s/t\",\"jwks_uri\":\"%s/k\""

/* The same with whatever stands for a way to sign out. */
static void
serve_end_session(const char *end_session)
{
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"issuer\":\"" ENTRA_ISSUER "\"," PLACES
	    ",\"end_session_endpoint\":%s}", server.url, server.url, server.url, end_session));
}

/* A discovery document of these three places. */
static void
serve(const char *issuer, const char *authorization, const char *token, const char *keys)
{
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"issuer\":\"%s\"," PLACES "}",
	    issuer,
	    authorization, token, keys));
}

#define OUR_ISSUER	"https://login.example/" TENANT "/v2.0"

static void
honest_endpoints_are_read(UNUSED void **state)
{
	struct entra_endpoints got;

	serve(OUR_ISSUER, server.url, server.url, server.url);
	assert_int_equal(entra_endpoints(&fix.rq, NULL, &got), OAUTH_OK);
	assert_non_null(strstr(server.head, "GET /" TENANT
	    "/v2.0/.well-known/openid-configuration "));
	assert_string_equal(got.issuer, OUR_ISSUER);
	assert_string_equal(got.token_endpoint, arena_printf(&fix.arena, "%s/t", server.url));
	assert_string_equal(got.jwks_uri, arena_printf(&fix.arena, "%s/k", server.url));
	assert_string_equal(got.authorization_endpoint, arena_printf(&fix.arena, "%s/a",
	    server.url));
	assert_int_equal(entra_endpoints(&fix.rq, NULL, &got), OAUTH_OK);
	assert_int_equal(atomic_load(&server.requests), 1);
}

static void
refused(void)
{
	struct entra_endpoints got;
	const char *url;

	sql("DELETE FROM entra_cache");
	assert_int_equal(entra_endpoints(&fix.rq, NULL, &got), TEMPORARILY_UNAVAILABLE);
	sql("DELETE FROM entra_cache");
	assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), TEMPORARILY_UNAVAILABLE);
}

static void
every_endpoint_is_pinned_to_the_authority(UNUSED void **state)
{
	static const char *const evil[] = { "https://evil.example", "http://127.0.0.1:2",
	    "http://127.0.0.1", "https://127.0.0.1", "http://localhost", "javascript:", "" };

	for (size_t i = 0; i < COUNT(evil); i++) {
		serve(OUR_ISSUER, evil[i], server.url, server.url);
		refused();
		serve(OUR_ISSUER, server.url, evil[i], server.url);
		refused();
		serve(OUR_ISSUER, server.url, server.url, evil[i]);
		refused();
	}
}

static void
the_issuer_must_be_of_our_tenant(UNUSED void **state)
{
	serve("https://login.example/22222222-2222-4222-8222-222222222222/v2.0", server.url,
	    server.url,
	    server.url);
	refused();
	serve("https://login.example/common/v2.0", server.url, server.url, server.url);
	refused();
}

static void
what_is_no_discovery_document_is_refused(UNUSED void **state)
{
	static const char *const bodies[] = { "", "{}", "[]", "null", "<html>", "{\"issuer\":1}",
	    "{\"issuer\":\"" OUR_ISSUER "\"}" };

	for (size_t i = 0; i < COUNT(bodies); i++) {
		atomic_store(&server.body, bodies[i]);
		refused();
	}
	atomic_store(&server.status, 302);
	serve(OUR_ISSUER, server.url, server.url, server.url);
	refused();
}

static void
the_first_version_tells_its_issuer(UNUSED void **state)
{
	const char *issuer = NULL;

	atomic_store(&server.body, "{\"issuer\":\"https://sts.windows.net/" TENANT "/\"}");
	assert_int_equal(entra_issuer_v1(&fix.rq, TENANT, &issuer), OAUTH_OK);
	assert_string_equal(issuer, "https://sts.windows.net/" TENANT "/");
	assert_non_null(strstr(server.head, "GET /" TENANT "/.well-known/openid-configuration "));
	sql("DELETE FROM entra_cache");
	atomic_store(&server.body, "{\"issuer\":\"https://sts.windows.net/other/\"}");
	assert_int_equal(entra_issuer_v1(&fix.rq, TENANT, &issuer), TEMPORARILY_UNAVAILABLE);
}

static void
the_way_to_sign_out_is_kept_beside_the_way_in(UNUSED void **state)
{
	const char *in = NULL, *out = NULL;

	serve_end_session(arena_printf(&fix.arena, "\"%s/o\"", server.url));
	assert_int_equal(entra_authorization_endpoint(&fix.rq, &in), OAUTH_OK);
	assert_int_equal(entra_end_session_endpoint(&fix.rq, &out), OAUTH_OK);
	assert_string_equal(in, arena_printf(&fix.arena, "%s/a", server.url));
	assert_string_equal(out, arena_printf(&fix.arena, "%s/o", server.url));
	assert_int_equal(atomic_load(&server.requests), 1);
}

static void
a_cloud_without_a_way_to_sign_out_lets_people_in(UNUSED void **state)
{
	static const char *const absent[] = { "null", "1", "[]" };
	const char *url = NULL;

	for (size_t i = 0; i < COUNT(absent); i++) {
		sql("DELETE FROM entra_cache");
		serve_end_session(absent[i]);
		assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), OAUTH_OK);
		assert_int_equal(entra_end_session_endpoint(&fix.rq, &url), SERVER_ERROR);
	}
}

static void
a_way_to_sign_out_that_leads_elsewhere_is_refused(UNUSED void **state)
{
	static const char *const evil[] = { "\"https://evil.example/o\"", "\"\"", "\"/o\"",
	    "\"javascript:alert(1)\"" };
	const char *url = NULL;

	for (size_t i = 0; i < COUNT(evil); i++) {
		sql("DELETE FROM entra_cache");
		serve_end_session(evil[i]);
		assert_int_equal(entra_end_session_endpoint(&fix.rq, &url), TEMPORARILY_UNAVAILABLE);
	}
}

/* What consent and logout are: programs that hold no HTTP client. */
static void
a_program_without_a_client_asks_nobody(UNUSED void **state)
{
	struct http_client *http = fix.rq.http;
	const char *url = NULL;

	serve_end_session(arena_printf(&fix.arena, "\"%s/o\"", server.url));
	fix.rq.http = NULL;
	assert_int_equal(entra_end_session_endpoint(&fix.rq, &url), TEMPORARILY_UNAVAILABLE);
	assert_non_null(strstr(fix.rq.failure.reason, "not fetched yet"));
	fix.rq.http = http;
	assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), OAUTH_OK);
	fix.rq.http = NULL;
	at(INT64_C(10) * ENTRA_FRESH);
	assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), OAUTH_OK);
	assert_int_equal(entra_end_session_endpoint(&fix.rq, &url), OAUTH_OK);
	assert_int_equal(sql_number("SELECT tried_at FROM entra_cache"), START);
	fix.rq.http = http;
	assert_int_equal(atomic_load(&server.requests), 1);
}

static void
an_issuer_is_one_of_the_authority_s_tenants_and_allowed(UNUSED void **state)
{
	static const char *const foreign[] = { "", "https://evil.example/" TENANT "/v2.0",
	    "https://login.example", "https://login.example/", "https://login.example/v2.0",
	    "https://login.example/common/v2.0", "https://login.example/" TENANT,
	    "https://login.example/" TENANT "/", "https://login.example/" TENANT "/v2.0/",
	    "https://login.example/" TENANT "0/v2.0", "https://login.example//" TENANT "/v2.0",
	    "https://login.example.evil.example/" TENANT "/v2.0",
	    "https://sts.windows.net/" TENANT "/", "http://login.example/" TENANT "/v2.0",
	    "https://login.example/" OUR_APP "/v2.0" /* nobody of theirs may come in */ };

	fix.config.entra.authority_host = "https://login.example";
	assert_true(entra_is_issuer(&fix.rq, "https://login.example/" TENANT "/v2.0"));
	for (size_t i = 0; i < COUNT(foreign); i++)
		if (entra_is_issuer(&fix.rq, foreign[i]))
			fail_msg("%s is taken for an issuer", foreign[i]);
	assert_string_equal(entra_authority_origin(&fix.rq), "https://login.example");
	fix.config.entra.authority_host = "http://127.0.0.1:8999";
	assert_string_equal(entra_authority_origin(&fix.rq), "http://127.0.0.1:8999");
}

static void
consent_reads_the_authorization_endpoint_without_key_or_client(UNUSED void **state)
{
	const char *url = NULL, *expected = arena_printf(&fix.arena, "%s/a", server.url);

	serve(OUR_ISSUER, server.url, server.url, server.url);
	assert_int_equal(unlink(path_of("keys/cache/key")), 0);
	assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), OAUTH_OK);
	assert_string_equal(url, expected);
	atomic_store(&server.status, 500);
	assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), OAUTH_OK);
	assert_string_equal(url, expected);
}

static void
a_planted_authorization_endpoint_leads_nowhere_else(UNUSED void **state)
{
	static const char *const planted[] = { "\"https://evil.example/a\"", "\"javascript:alert(1)\"",
	    "\"http://127.0.0.1:1/a\"", "\"//evil.example\"", "1", "null" };
	const char *url = NULL;

	serve(OUR_ISSUER, server.url, server.url, server.url);
	assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), OAUTH_OK);
	for (size_t i = 0; i < COUNT(planted); i++) {
		sql(arena_printf(&fix.arena, "UPDATE entra_cache SET document = "
		    "'{\"authorization_endpoint\":%s,\"end_session_endpoint\":%s}'", planted[i],
		    planted[i]));
		assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), SERVER_ERROR);
		assert_int_equal(entra_end_session_endpoint(&fix.rq, &url), SERVER_ERROR);
	}
	sql("UPDATE entra_cache SET document = 'https://evil.example/a'");
	assert_int_equal(entra_authorization_endpoint(&fix.rq, &url), SERVER_ERROR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(honest_endpoints_are_read),
		SERVED(every_endpoint_is_pinned_to_the_authority),
		SERVED(the_issuer_must_be_of_our_tenant),
		SERVED(what_is_no_discovery_document_is_refused),
		SERVED(the_first_version_tells_its_issuer),
		SERVED(the_way_to_sign_out_is_kept_beside_the_way_in),
		SERVED(a_cloud_without_a_way_to_sign_out_lets_people_in),
		SERVED(a_way_to_sign_out_that_leads_elsewhere_is_refused),
		SERVED(a_program_without_a_client_asks_nobody),
		SERVED(an_issuer_is_one_of_the_authority_s_tenants_and_allowed),
		SERVED(consent_reads_the_authorization_endpoint_without_key_or_client),
		SERVED(a_planted_authorization_endpoint_leads_nowhere_else),
	};

	return RUN(tests, NULL, NULL);
}
