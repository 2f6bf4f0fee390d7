/* SPDX-License-Identifier: MIT */
#include "service/managed_identity.h"

#include "protocol/jws.h"

#include "routes.h"

#define IDENTITY	"77777777-7777-4777-8777-777777777777"
#define TOKEN		"eyJhbGciOiJub25lIn0.e30.c2ln"
#define GIVES(more)	"{\"access_token\":\"" TOKEN "\"," more "}"
#define ON_MACHINE	"GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource=" \
			"api%3A%2F%2FAzureADTokenExchange"

static struct config_app app;
static struct identity_answer answer;

static int
identity_open(void **state)
{
	(void)server_open(state);
	routes_open();
	fix.sleeps = true;
	app = (struct config_app){ .credential = CREDENTIAL_MANAGED_IDENTITY };
	fix.config.entra.imds_url = routes.url;
	return 0;
}

static int
identity_close(void **state)
{
	routes_close();
	return server_close(state);
}

#define IDENTITY_CASE(test)	cmocka_unit_test_setup_teardown(test, identity_open, identity_close)

static enum identity_outcome
ask(bool patient)
{
	fix.rq.failure = (struct failure){ 0 };
	atomic_store(&routes.requests, 0);
	fix.slept_ms = 0;
	return managed_identity_ask(&fix.rq, &app, fix.config.entra.exchange_audience, patient, &answer);
}

static void
use_environment(const char *header, const char *imds)
{
	fix.config.entra.identity_endpoint = arena_printf(&fix.arena, "%s/msi/token", routes.url);
	fix.config.entra.identity_header = header;
	fix.config.entra.imds_endpoint = imds;
}

static void
a_virtual_machine_is_asked_at_its_metadata_service(UNUSED void **state)
{
	ROUTE({ .holds = ON_MACHINE " HTTP/1.1\r\n", .status = 200, .body = GIVES("\"expires_in\":\"100\"") });
	assert_int_equal(ask(true), IDENTITY_GIVEN);
	assert_string_equal(answer.token, TOKEN);
	assert_int_equal(answer.expires_at, START + 100);
	assert_non_null(strstr(routes.head, "\r\nMetadata: true\r\n"));
	assert_null(strcasestr(routes.head, "X-Forwarded-For"));
	assert_string_equal(managed_identity_source(&fix.config.entra), "virtual-machine");
	app.identity = IDENTITY;
	ROUTE({ .holds = ON_MACHINE "&client_id=" IDENTITY " HTTP/1.1\r\n", .status = 200,
	    .body = GIVES("\"expires_in\":7") });
	assert_int_equal(ask(true), IDENTITY_GIVEN);
}

static void
app_service_is_asked_with_its_header(UNUSED void **state)
{
	use_environment("the header", NULL);
	app.identity = IDENTITY;
	ROUTE({ .holds = "GET /msi/token?api-version=2019-08-01&resource=api%3A%2F%2FAzureADTokenExchange"
	    "&client_id=" IDENTITY " ", .status = 200, .body = GIVES("\"expires_on\":\"1800086400\"") });
	assert_int_equal(ask(true), IDENTITY_GIVEN);
	assert_int_equal(answer.expires_at, START + 86400);
	assert_non_null(strstr(routes.head, "\r\nX-IDENTITY-HEADER: the header\r\n"));
	assert_null(strstr(routes.head, "Metadata"));
	assert_string_equal(managed_identity_source(&fix.config.entra), "app-service");
	fix.config.entra.identity_header = "two\r\nX-Evil: lines";
	assert_int_equal(ask(true), IDENTITY_REFUSED);
	assert_int_equal(atomic_load(&routes.requests), 0);
}

static void
arc_is_shown_the_key_that_its_challenge_names(UNUSED void **state)
{
	const char *realm = arena_printf(&fix.arena, "WWW-Authenticate: Basic realm=%s/k.key\r\n", fix.dir);

	use_environment(NULL, routes.url);
	fix.config.entra.arc_key_dir = fix.dir;
	write_file(path_of("k.key"), "a2V5");
	ROUTE({ .holds = "\r\nAuthorization: Basic a2V5\r\n", .status = 200, .body = GIVES("\"expires_in\":9") },
	    { .holds = "GET /msi/token?api-version=2020-06-01&", .status = 401, .headers = realm, .body = "" });
	assert_int_equal(ask(true), IDENTITY_GIVEN);
	assert_int_equal(atomic_load(&routes.requests), 2);
	assert_non_null(strstr(routes.head, "\r\nMetadata: true\r\n"));
	assert_string_equal(managed_identity_source(&fix.config.entra), "arc");
	fix.config.entra.arc_key_dir = "/var/opt/azcmagent/tokens";
	assert_int_equal(ask(true), IDENTITY_REFUSED);
	assert_int_equal(atomic_load(&routes.requests), 1);
	assert_non_null(strstr(fix.rq.failure.reason, "names no key file"));
}

/* A status, and what it is said to mean. */
static void
what_passes_is_tried_again_and_the_rest_is_final(UNUSED void **state)
{
	static const struct { int status; enum identity_outcome outcome; int tries; } rows[] = {
		{ 404, IDENTITY_UNAVAILABLE, 5 }, { 410, IDENTITY_UNAVAILABLE, 5 },
		{ 429, IDENTITY_UNAVAILABLE, 5 }, { 500, IDENTITY_UNAVAILABLE, 5 },
		{ 503, IDENTITY_UNAVAILABLE, 5 }, { 400, IDENTITY_REFUSED, 1 },
		{ 401, IDENTITY_REFUSED, 1 }, { 403, IDENTITY_REFUSED, 1 }, { 302, IDENTITY_REFUSED, 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROUTE({ .holds = "GET", .status = rows[i].status, .body =
		    "{\"error\":\"not_found\",\"error_description\":\"evil words\"}" });
		assert_int_equal(ask(true), rows[i].outcome);
		assert_int_equal(atomic_load(&routes.requests), rows[i].tries);
		assert_int_equal(fix.slept_ms, rows[i].tries == 5 ? 30000 : 0);
		assert_int_equal(answer.status, rows[i].status);
		assert_string_equal(fix.rq.failure.reason, arena_printf(&fix.arena, "managed identity, the "
		    "virtual machine's metadata service: status %d not_found", rows[i].status));
		assert_int_equal(ask(false), rows[i].outcome);
		assert_int_equal(atomic_load(&routes.requests), 1);
		assert_int_equal(fix.slept_ms, 0);
	}
}

static void
an_outage_that_ends_is_survived(UNUSED void **state)
{
	ROUTE({ .holds = "GET", .status = 410, .body = "", .times = 2 },
	    { .holds = "GET", .status = 200, .body = GIVES("\"expires_in\":9") });
	assert_int_equal(ask(true), IDENTITY_GIVEN);
	assert_int_equal(fix.slept_ms, 6000);
	assert_int_equal(answer.expires_at, START + 6 + 9);
}

static void
nobody_there_is_tried_again(UNUSED void **state)
{
	fix.config.entra.imds_url = "http://127.0.0.1:1";
	assert_int_equal(ask(true), IDENTITY_UNAVAILABLE);
	assert_int_equal(fix.slept_ms, 30000);
	assert_int_equal(answer.status, 0);
}

static bool
nobody(void *unused UNUSED)
{
	return false;
}

static void
for_nobody_it_is_not_tried_again(UNUSED void **state)
{
	ROUTE({ .holds = "GET", .status = 503, .body = "" });
	http_client_watch(fix.rq.http, nobody, NULL);
	assert_int_equal(ask(true), IDENTITY_UNAVAILABLE);
	assert_int_equal(fix.slept_ms, 0);
	http_client_watch(fix.rq.http, NULL, NULL);
}

static void
rfc9110_s10_2_3_retry_after_is_heeded_within_our_patience(UNUSED void **state)
{
	ROUTE({ .holds = "GET", .status = 429, .headers = "Retry-After: 12\r\n", .body = "" });
	assert_int_equal(ask(true), IDENTITY_UNAVAILABLE);
	assert_int_equal(atomic_load(&routes.requests), 3);	/* at 0, 12 and 24 */
	assert_int_equal(answer.retry_after, 12);
	ROUTE({ .holds = "GET", .status = 429, .headers = "Retry-After: 31\r\n", .body = "" });
	assert_int_equal(ask(true), IDENTITY_UNAVAILABLE);
	assert_int_equal(atomic_load(&routes.requests), 1);
	assert_int_equal(fix.slept_ms, 0);
}

static void
an_answer_that_is_no_token_is_none(UNUSED void **state)
{
	char *huge = arena_alloc(&fix.arena, JWS_MAX + 2);
	const char *const bodies[] = {
		"", "garbage", "[]", "{}", "{\"access_token\":1,\"expires_in\":1}", GIVES("\"x\":1"),
		"{\"access_token\":\"\",\"expires_in\":1}", "{\"access_token\":\"a b\",\"expires_in\":1}",
		"{\"access_token\":\"a\\nb\",\"expires_in\":1}",
		GIVES("\"expires_in\":0"), GIVES("\"expires_in\":\"-1\""), GIVES("\"expires_on\":-1"),
		GIVES("\"expires_on\":\"1799999999\""), GIVES("\"expires_on\":\"11/05/2021 15:18:31 +00:00\""),
		GIVES("\"expires_on\":\"99999999999999999999\""),
		arena_printf(&fix.arena, "{\"access_token\":\"%s\",\"expires_in\":1}",
		    (const char *)memset(huge, 'a', JWS_MAX + 1)),
	};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		ROUTE({ .holds = "GET", .status = 200, .body = bodies[i] });
		if (ask(false) != IDENTITY_UNAVAILABLE)
			fail_msg("%s", bodies[i]);
		assert_null(answer.token);
	}
}

static void
a_life_is_a_number_or_text_and_no_longer_than_sane(UNUSED void **state)
{
	static const struct { const char *body; int64_t life; } rows[] = {
		{ GIVES("\"expires_in\":3600,\"expires_on\":\"1\""), 3600 },
		{ GIVES("\"expires_on\":1800000007"), 7 },
		{ GIVES("\"expires_in\":\"\",\"expires_on\":\"1800000008\""), 8 },
		{ GIVES("\"expires_in\":9999999999"), IDENTITY_LIFE_MAX },
		{ GIVES("\"expires_on\":\"4000000000000000000\""), IDENTITY_LIFE_MAX },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROUTE({ .holds = "GET", .status = 200, .body = rows[i].body });
		assert_int_equal(ask(false), IDENTITY_GIVEN);
		assert_int_equal(answer.expires_at, START + rows[i].life);
	}
}

static void
no_proxy_is_ever_asked(UNUSED void **state)
{
	ROUTE({ .holds = ON_MACHINE, .status = 200, .body = GIVES("\"expires_in\":9") });
	assert_int_equal(setenv("http_proxy", server.url, 1), 0);
	assert_int_equal(setenv("all_proxy", server.url, 1), 0);
	assert_int_equal(ask(false), IDENTITY_GIVEN);
	assert_int_equal(atomic_load(&server.requests), 0);
	assert_int_equal(unsetenv("http_proxy") | unsetenv("all_proxy"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IDENTITY_CASE(a_virtual_machine_is_asked_at_its_metadata_service),
		IDENTITY_CASE(app_service_is_asked_with_its_header),
		IDENTITY_CASE(arc_is_shown_the_key_that_its_challenge_names),
		IDENTITY_CASE(what_passes_is_tried_again_and_the_rest_is_final),
		IDENTITY_CASE(an_outage_that_ends_is_survived),
		IDENTITY_CASE(nobody_there_is_tried_again),
		IDENTITY_CASE(for_nobody_it_is_not_tried_again),
		IDENTITY_CASE(rfc9110_s10_2_3_retry_after_is_heeded_within_our_patience),
		IDENTITY_CASE(an_answer_that_is_no_token_is_none),
		IDENTITY_CASE(a_life_is_a_number_or_text_and_no_longer_than_sane),
		IDENTITY_CASE(no_proxy_is_ever_asked),
	};

	return RUN(tests, NULL, NULL);
}
