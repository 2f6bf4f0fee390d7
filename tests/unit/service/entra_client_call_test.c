/* SPDX-License-Identifier: MIT */
/* Whom a call asks, as whom, with which claims, and by whose clock. */
#include "service/entra_client.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "protocol/form.h"
#include "protocol/json.h"
#include "protocol/jws.h"

#include "routes.h"

#define OTHER_TENANT	"22222222-2222-4222-8222-222222222222"
#define GRANTED		"{\"token_type\":\"Bearer\",\"expires_in\":60,\"access_token\":\"at\"}"
#define BAD_CREDENTIAL	"{\"error\":\"invalid_client\"}"
#define IN_TWO_HOURS	"Date: Fri, 15 Jan 2027 10:00:00 GMT\r\n"	/* START is at 08:00 */

static struct entra_reply reply;

/* Entra is the second server: it has a table. */
static int
open_entra(void **state)
{
	(void)server_open(state);
	routes_open();
	fix.config.entra.authority_host = routes.url;
	write_file(path_of("secret"), "s3cret\n");
	return 0;
}

static int
close_entra(void **state)
{
	routes_close();
	return server_close(state);
}

#define ENTRA(test)	cmocka_unit_test_setup_teardown(test, open_entra, close_entra)

static const char *
discovery_of(const char *tenant)
{
	return arena_printf(&fix.arena, "{\"issuer\":\"https://login.example/%s/v2.0\","
	    "\"authorization_endpoint\":\"%s/%s/a\",\"token_endpoint\":\"%s/%s/t\","
	    "\"jwks_uri\":\"%s/%s/k\"}", tenant, routes.url, tenant, routes.url, tenant, routes.url, tenant);
}

#define DISCOVERY(tenant)	\
	{ .holds = "GET /" tenant "/v2.0/", .status = 200, .body = discovery_of(tenant) }

static enum entra_outcome
ask(const struct entra_call *call)
{
	struct buf form = entra_form(&fix.rq, "refresh_token");

	entra_form_add(&form, "refresh_token", "rt");
	fix.rq.failure = (struct failure){ 0 };
	return entra_token_call(&fix.rq, call, &form, &reply);
}

/* The one value of that name in the form that was sent last, NULL when it is not there. */
static const char *
sent(const char *name)
{
	const char *cursor = strstr(routes.head, "\r\n\r\n"), *n, *v, *value = NULL;

	assert_non_null(cursor);
	cursor += 4;
	while (form_next(&fix.arena, &cursor, &n, &v) == FORM_PAIR)
		if (strcmp(n, name) == 0) {
			assert_null(value);
			value = v;
		}
	return value;
}

static void
a_call_goes_to_the_tenant_that_it_names(UNUSED void **state)
{
	ROUTE(DISCOVERY(TENANT), DISCOVERY(OTHER_TENANT),
	    { .holds = "POST /", .status = 200, .body = GRANTED });
	assert_int_equal(ask(&(struct entra_call){ .tenant = OTHER_TENANT }), ENTRA_GRANTED);
	assert_non_null(strstr(routes.head, "POST /" OTHER_TENANT "/t HTTP/1.1\r\n"));
	assert_int_equal(ask(&(struct entra_call){ .tenant = NULL }), ENTRA_GRANTED);
	assert_non_null(strstr(routes.head, "POST /" TENANT "/t HTTP/1.1\r\n"));
}

static void
the_application_that_asks_proves_itself(UNUSED void **state)
{
	const struct config_app api = {
		.client_id = OTHER_TENANT, .credential = CREDENTIAL_SECRET, .path = { path_of("api") },
	};

	write_file(path_of("api"), "of the api\n");
	ROUTE(DISCOVERY(TENANT), { .holds = "POST /", .status = 200, .body = GRANTED });
	assert_int_equal(ask(&(struct entra_call){ .app = &api }), ENTRA_GRANTED);
	assert_string_equal(sent("client_id"), OTHER_TENANT);
	assert_string_equal(sent("client_secret"), "of the api");
	assert_int_equal(ask(&(struct entra_call){ .app = NULL }), ENTRA_GRANTED);
	assert_string_equal(sent("client_id"), OUR_APP);
	assert_string_equal(sent("client_secret"), "s3cret");
}

static void
the_form_has_the_demand_and_the_capability_that_was_declared(UNUSED void **state)
{
	const char *demand = "{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}}";

	ROUTE(DISCOVERY(TENANT), { .holds = "POST /", .status = 200, .body = GRANTED });
	fix.config.entra.cp1 = false;
	assert_int_equal(ask(&(struct entra_call){ .claims = NULL }), ENTRA_GRANTED);
	assert_null(sent("claims"));
	assert_int_equal(ask(&(struct entra_call){ .claims = demand }), ENTRA_GRANTED);
	assert_string_equal(sent("claims"), demand);
	fix.config.entra.cp1 = true;
	assert_int_equal(ask(&(struct entra_call){ .claims = NULL }), ENTRA_GRANTED);
	assert_string_equal(sent("claims"), "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}");
	assert_int_equal(ask(&(struct entra_call){ .claims = demand, .once = true }), ENTRA_GRANTED);
	assert_string_equal(sent("claims"),
	    "{\"access_token\":{\"acrs\":{\"value\":\"c1\"},\"xms_cc\":{\"values\":[\"cp1\"]}}}");
}

static void
a_demand_comes_with_a_refusal_when_it_can_be_read(UNUSED void **state)
{
	static const struct { const char *claims, *read; } rows[] = {
		{ "\"{\\\"access_token\\\": {\\\"acrs\\\":{}}}\"", "{\"access_token\":{\"acrs\":{}}}" },
		{ "\"not JSON\"", NULL }, { "\"[]\"", NULL }, { "\"\"", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROUTE(DISCOVERY(TENANT), { .holds = "POST /", .status = 400, .body = arena_printf(&fix.arena,
		    "{\"error\":\"invalid_grant\",\"claims\":%s}", rows[i].claims) });
		assert_int_equal(ask(&(struct entra_call){ .once = true }), ENTRA_INTERACTION);
		if (rows[i].read == NULL)
			assert_null(reply.claims);
		else
			assert_string_equal(reply.claims, rows[i].read);
	}
}

/* --- clocks that differ ---------------------------------------------------------------------------- */

/* A certificate as credential, whose assertion has a date. */
static void
use_certificate(void)
{
	const char *path = path_of("app.pem");
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *x = X509_new();
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x), START - 86400));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x), START + 86400));
	assert_int_equal(X509_set_pubkey(x, key), 1);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(PEM_write_X509(f, x), 1);
	assert_int_equal(fclose(f), 0);
	X509_free(x);
	EVP_PKEY_free(key);
	fix.config.entra.app = (struct config_app){
		.client_id = OUR_APP, .credential = CREDENTIAL_CERTIFICATE, .path = { path },
	};
}

/* When the assertion that was sent last was made, by its own word. */
static int64_t
dated(void)
{
	AUTO(json) struct json_object *claims = NULL;
	struct jws jws;
	int64_t iat = -1;

	assert_true(jws_split(&fix.arena, sent("client_assertion"), &jws));
	claims = json_parse(&fix.arena, (const char *)jws.payload.data, jws.payload.len);
	assert_true(json_int(claims, "iat", &iat));
	return iat;
}

static void
an_assertion_that_entra_finds_out_of_date_is_made_by_entras_clock(UNUSED void **state)
{
	use_certificate();
	ROUTE(DISCOVERY(TENANT),
	    { .holds = "POST /", .status = 401, .headers = IN_TWO_HOURS, .body = BAD_CREDENTIAL, .times = 1 },
	    { .holds = "POST /", .status = 200, .headers = IN_TWO_HOURS, .body = GRANTED });
	assert_int_equal(ask(&(struct entra_call){ .claims = NULL }), ENTRA_GRANTED);
	assert_int_equal(atomic_load(&routes.requests), 3);
	assert_int_equal(dated(), START + 7200);
	assert_int_equal(reply.expires_at, START + 60);
}

/* How often Entra is asked when its refusal comes with that header. */
static int
asked_when(const char *date, const char *error)
{
	int before;

	ROUTE(DISCOVERY(TENANT), { .holds = "POST /", .status = 401, .headers = date,
	    .body = arena_printf(&fix.arena, "{\"error\":\"%s\"}", error) });
	sql("DELETE FROM setback");
	sql("DELETE FROM entra_cache");
	before = atomic_load(&routes.requests);
	assert_int_not_equal(ask(&(struct entra_call){ .claims = NULL }), ENTRA_GRANTED);
	return atomic_load(&routes.requests) - before - 1;
}

static void
entra_is_asked_once_more_and_only_when_the_clocks_are_more_than_a_minute_apart(UNUSED void **state)
{
	/* A secret has no date: Entra's clock is nothing to it. */
	assert_int_equal(asked_when(IN_TWO_HOURS, "invalid_client"), 1);
	use_certificate();
	assert_int_equal(asked_when(IN_TWO_HOURS, "invalid_client"), 2);
	assert_int_equal(asked_when("Date: Fri, 15 Jan 2027 08:01:01 GMT\r\n", "invalid_client"), 2);
	assert_int_equal(asked_when("Date: Fri, 15 Jan 2027 08:01:00 GMT\r\n", "invalid_client"), 1);
	assert_int_equal(asked_when("Date: Fri, 15 Jan 2027 08:00:00 GMT\r\n", "invalid_client"), 1);
	assert_int_equal(asked_when("Date: Fri, 15 Jan 2027 07:59:00 GMT\r\n", "invalid_client"), 1);
	assert_int_equal(asked_when("Date: Fri, 15 Jan 2027 07:58:59 GMT\r\n", "invalid_client"), 2);
	assert_int_equal(asked_when("Date: some day\r\n", "invalid_client"), 1);
	assert_int_equal(asked_when(NULL, "invalid_client"), 1);
	assert_int_equal(asked_when(IN_TWO_HOURS, "invalid_grant"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENTRA(a_call_goes_to_the_tenant_that_it_names),
		ENTRA(the_application_that_asks_proves_itself),
		ENTRA(the_form_has_the_demand_and_the_capability_that_was_declared),
		ENTRA(a_demand_comes_with_a_refusal_when_it_can_be_read),
		ENTRA(an_assertion_that_entra_finds_out_of_date_is_made_by_entras_clock),
		ENTRA(entra_is_asked_once_more_and_only_when_the_clocks_are_more_than_a_minute_apart),
	};

	return RUN(tests, NULL, NULL);
}
