/* SPDX-License-Identifier: MIT */
#include "service/doctor_online.h"

#include "captured.h"
#include "routes.h"

#define METADATA	"GET /.well-known/oauth-authorization-server "
#define CHALLENGE	"WWW-Authenticate: Bearer realm=\"mcp\", error=\"invalid_token\"\r\n"

/* Entra is answering.h's server, our public address routes.h's. */
static int
online_open(void **state)
{
	(void)server_open(state);
	routes_open();
	write_file(path_of("secret"), "s3cret\n");
	fix.config.public_url = routes.url;
	for (size_t i = 0; i < fix.config.servers; i++)
		fix.config.server[i].resource = arena_printf(&fix.arena, "%s/%s", routes.url,
		    fix.config.server[i].name);
	return 0;
}

static int
online_close(void **state)
{
	routes_close();
	return server_close(state);
}

#define ONLINE(test)	cmocka_unit_test_setup_teardown(test, online_open, online_close)

/* Runs one half; how many problems it found. */
static int
run(void (*check)(struct doctor *))
{
	struct doctor d = { .rq = fix.rq };

	fix.rq.failure = d.rq.failure = (struct failure){ 0 };
	capture_begin();
	check(&d);
	(void)capture_end();
	assert_int_equal(lines_of("PROBLEM "), d.problems);
	return d.problems;
}

static void
entra_says(int status, const char *body)
{
	atomic_store(&server.status, status);
	atomic_store(&server.body, body);
}

static void
a_credential_that_entra_takes_is_fine(UNUSED void **state)
{
	serve_discovery();
	entra_says(200, "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"a\"}");
	assert_int_equal(run(doctor_check_entra), 0);
	printed("ok ", "Entra answers: " ENTRA_ISSUER);
	printed("ok ", "Entra accepts the credential");
	assert_non_null(strstr(server.head, "grant_type=client_credentials&scope=" OUR_APP
	    "%2F.default&client_id=" OUR_APP "&client_secret=s3cret"));
}

static void
with_two_applications_each_proves_itself(UNUSED void **state)
{
	static char other[] = "55555555-5555-4555-8555-555555555555";

	write_file(path_of("other"), "another\n");
	fix.config.entra.resource_client_id = other;
	fix.config.entra.resource_app = (struct config_app){
		.client_id = other, .credential = CREDENTIAL_SECRET, .path = { path_of("other") },
	};
	serve_discovery();
	entra_says(200, "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"a\"}");
	assert_int_equal(run(doctor_check_entra), 0);
	printed("ok ", "Entra accepts the credential of " OUR_APP);
	printed("ok ", "Entra accepts the credential of 55555555-");
	assert_non_null(strstr(server.head, "client_secret=another"));
}

static void
a_refusal_of_something_else_speaks_for_the_credential(UNUSED void **state)
{
	serve_discovery();
	entra_says(400, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(run(doctor_check_entra), 0);
	printed("ok ", "Entra accepts the credential");
}

static void
a_credential_that_entra_does_not_take_is_a_problem(UNUSED void **state)
{
	static const struct { int status; const char *body, *says; } refusals[] = {
		{ 401, "{\"error\":\"invalid_client\",\"error_codes\":[7000215]}",
		    "(entra token: invalid_client AADSTS7000215)" },
		{ 400, "{\"error\":\"unauthorized_client\"}", "unauthorized_client" },
	};

	serve_discovery();
	for (size_t i = 0; i < COUNT(refusals); i++) {
		entra_says(refusals[i].status, refusals[i].body);
		assert_int_equal(run(doctor_check_entra), 1);
		printed("PROBLEM Entra does not accept the credential", refusals[i].says);
		printed("PROBLEM ", "added to the application " OUR_APP);
	}
}

static void
a_token_endpoint_that_is_down_says_nothing_of_the_credential(UNUSED void **state)
{
	static const struct { int status; const char *body, *says; } answers[] = {
		{ 503, "", "status 503" }, { 200, "{}", "no token response" },
	};

	serve_discovery();
	for (size_t i = 0; i < COUNT(answers); i++) {
		entra_says(answers[i].status, answers[i].body);
		assert_int_equal(run(doctor_check_entra), 1);
		printed("PROBLEM Entra's token endpoint does not answer properly", answers[i].says);
	}
}

static void
an_entra_that_does_not_answer_is_a_problem(UNUSED void **state)
{
	go_down();
	assert_int_equal(run(doctor_check_entra), 1);
	printed("PROBLEM ", "Entra does not answer at http://127.0.0.1:1/" TENANT
	    "/v2.0/.well-known/openid-configuration: ");
}

static void
another_status_at_entra_asks_about_the_tenant(UNUSED void **state)
{
	static const int statuses[] = { 302, 400, 404, 500 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		entra_says(statuses[i], "{}");
		assert_int_equal(run(doctor_check_entra), 1);
		printed("PROBLEM ", arena_printf(&fix.arena, "Entra answers %d at ", statuses[i]));
		printed("PROBLEM ", "are tenant_id and authority_host right?");
	}
}

static void
a_discovery_document_that_leads_elsewhere_is_a_problem(UNUSED void **state)
{
	atomic_store(&server.discovery, "{\"issuer\":\"" ENTRA_ISSUER "\","
	    "\"authorization_endpoint\":\"https://evil.example/a\","
	    "\"token_endpoint\":\"https://evil.example/t\","
	    "\"jwks_uri\":\"https://evil.example/k\"}");
	assert_int_equal(run(doctor_check_entra), 1);
	printed("PROBLEM ", "Entra's discovery document cannot be used: ");
	assert_null(strstr(captured.text, "evil.example"));
	assert_int_equal(atomic_load(&server.requests), 0);
}

static const char *
metadata_of(const char *issuer)
{
	return arena_printf(&fix.arena, "{\"issuer\":\"%s\"}", issuer);
}

/* Our metadata is in its place; both servers answer that. */
static int
run_with_mcp(int status, const char *headers)
{
	ROUTE({ .holds = METADATA, .status = 200, .body = metadata_of(routes.url) },
	    { .holds = "POST /", .status = status, .headers = headers, .body = "{}" });
	return run(doctor_check_public_url);
}

static void
in_good_order_each_server_gets_its_authorization(UNUSED void **state)
{
	assert_int_equal(run_with_mcp(401, CHALLENGE), 0);
	printed("ok ", "the public address answers with our metadata");
	printed("ok ", arena_printf(&fix.arena, "%s/mcp: Authorization arrives", routes.url));
	printed("ok ", arena_printf(&fix.arena, "%s/other: Authorization arrives", routes.url));
	assert_non_null(strstr(routes.head, "POST /other HTTP/1.1\r\n"));
	assert_non_null(strstr(routes.head, "\r\nAuthorization: Bearer none\r\n"));
	assert_int_equal(atomic_load(&routes.requests), 3);
}

static void
rfc6750_s3_1_a_challenge_without_error_shows_that_authorization_is_lost(UNUSED void **state)
{
	assert_int_equal(run_with_mcp(401, "WWW-Authenticate: Bearer realm=\"mcp\"\r\n"), 2);
	printed("PROBLEM ", arena_printf(&fix.arena,
	    "the Authorization header does not arrive at %s/mcp: Apache needs CGIPassAuth On",
	    routes.url));
}

static void
a_server_that_does_not_challenge_is_not_routed(UNUSED void **state)
{
	static const int statuses[] = { 200, 302, 403, 404, 405, 500 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		assert_int_equal(run_with_mcp(statuses[i], CHALLENGE), 2);
		printed("PROBLEM ", arena_printf(&fix.arena, "/other answers %d instead of a "
		    "challenge", statuses[i]));
		printed("PROBLEM ", "must hold other");
	}
	assert_int_equal(run_with_mcp(401, NULL), 2);
	printed("PROBLEM ", "/mcp answers 401 instead of a challenge");
}

static void
metadata_that_is_not_ours_is_a_problem_and_ends_it(UNUSED void **state)
{
	static const struct { int status; const char *body; } answers[] = {
		{ 404, "" }, { 200, "<html>It works!</html>" }, { 200, "{}" }, { 200, "[]" },
		{ 200, "{\"issuer\":1}" }, { 500, "{\"issuer\":\"x\"}" }, { 302, "" },
	};

	for (size_t i = 0; i < COUNT(answers); i++) {
		ROUTE({ .holds = METADATA, .status = answers[i].status, .body = answers[i].body });
		assert_int_equal(run(doctor_check_public_url), 1);
		printed("PROBLEM ", arena_printf(&fix.arena, "answers %d, not with our metadata",
		    answers[i].status));
	}
	assert_int_equal(atomic_load(&routes.requests), COUNT(answers));
}

static void
another_issuer_at_the_public_address_is_a_problem(UNUSED void **state)
{
	ROUTE({ .holds = METADATA, .status = 200, .body = metadata_of("https://other.example") });
	assert_int_equal(run(doctor_check_public_url), 1);
	printed("PROBLEM ", "names another issuer");
	assert_null(strstr(captured.text, "other.example"));
}

static void
below_a_path_openid_configuration_is_asked_for(UNUSED void **state)
{
	fix.config.public_path = "/p";
	ROUTE({ .holds = "GET /.well-known/openid-configuration ", .status = 200,
	    .body = metadata_of(routes.url) },
	    { .holds = "POST /", .status = 401, .headers = CHALLENGE, .body = "{}" });
	assert_int_equal(run(doctor_check_public_url), 0);
}

static void
a_public_address_where_nobody_listens_asks_about_the_web_server(UNUSED void **state)
{
	fix.config.public_url = "http://127.0.0.1:1";
	assert_int_equal(run(doctor_check_public_url), 1);
	printed("PROBLEM ", "Does the web server run, and include our file?");
	assert_int_equal(atomic_load(&routes.requests), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ONLINE(a_credential_that_entra_takes_is_fine),
		ONLINE(with_two_applications_each_proves_itself),
		ONLINE(a_refusal_of_something_else_speaks_for_the_credential),
		ONLINE(a_credential_that_entra_does_not_take_is_a_problem),
		ONLINE(a_token_endpoint_that_is_down_says_nothing_of_the_credential),
		ONLINE(an_entra_that_does_not_answer_is_a_problem),
		ONLINE(another_status_at_entra_asks_about_the_tenant),
		ONLINE(a_discovery_document_that_leads_elsewhere_is_a_problem),
		ONLINE(in_good_order_each_server_gets_its_authorization),
		ONLINE(rfc6750_s3_1_a_challenge_without_error_shows_that_authorization_is_lost),
		ONLINE(a_server_that_does_not_challenge_is_not_routed),
		ONLINE(metadata_that_is_not_ours_is_a_problem_and_ends_it),
		ONLINE(another_issuer_at_the_public_address_is_a_problem),
		ONLINE(below_a_path_openid_configuration_is_asked_for),
		ONLINE(a_public_address_where_nobody_listens_asks_about_the_web_server),
	};

	return RUN(tests, NULL, NULL);
}
