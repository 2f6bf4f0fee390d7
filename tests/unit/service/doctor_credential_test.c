/* SPDX-License-Identifier: MIT */
#include "service/doctor_credential.h"

#include "base/base64url.h"

#include "captured.h"
#include "pem.h"
#include "routes.h"

#define DAY		INT64_C(86400)
#define IDENTITY	"77777777-7777-4777-8777-777777777777"

static EVP_PKEY *key, *other_key;
static struct config_app app;

static int
make_keys(UNUSED void **state)
{
	key = EVP_RSA_gen(2048);
	other_key = EVP_RSA_gen(2048);
	return 0;
}

static int
free_keys(UNUSED void **state)
{
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	return 0;
}

static int
doctor_open(void **state)
{
	(void)server_open(state);
	routes_open();
	serve_discovery();
	(void)umask(027);
	fix.config.entra.imds_url = routes.url;
	return 0;
}

static int
doctor_close(void **state)
{
	routes_close();
	return server_close(state);
}

#define DOCTOR(test)	cmocka_unit_test_setup_teardown(test, doctor_open, doctor_close)

static void
use(enum config_credential kind, const char *first, const char *second)
{
	app = (struct config_app){ .client_id = OUR_APP, .credential = kind, .path = { first, second } };
}

/* What this machine alone tells; how many problems. */
static int
check(bool good)
{
	struct doctor d = { .rq = fix.rq };

	capture_begin();
	assert_int_equal(doctor_check_credential(&d, &app), good);
	(void)capture_end();
	return d.problems;
}

static int
ask(void)
{
	struct doctor d = { .rq = fix.rq };

	capture_begin();
	doctor_ask_credential(&d, &app);
	(void)capture_end();
	return d.problems;
}

static void
a_certificate_tells_how_long_it_is_valid(UNUSED void **state)
{
	static const struct { int64_t days; const char *word; int problems; } rows[] = {
		{ 40, "ok ", 0 }, { 30, "ok ", 0 }, { 29, "note ", 0 }, { 7, "note ", 0 },
		{ 6, "PROBLEM ", 1 }, { 0, "PROBLEM ", 1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		use(CREDENTIAL_CERTIFICATE, write_timed("a.pem", key, -DAY, rows[i].days * DAY + 60), NULL);
		assert_int_equal(check(true), rows[i].problems);
		printed(rows[i].word, arena_printf(&fix.arena, "is used; days left: %lld",
		    (long long)rows[i].days));
		printed("ok ", "credential file: ");
	}
	use(CREDENTIAL_CERTIFICATE, write_timed("a.pem", key, -DAY, 0), NULL);
	assert_int_equal(check(false), 1);
	printed("PROBLEM ", "the certificate expired at 2027-01-15 08:00:00 UTC");
}

static void
of_two_certificates_it_is_told_which_serves(UNUSED void **state)
{
	const char *old = write_timed("old.pem", key, -10 * DAY, 50 * DAY);
	const char *new = write_timed("new.pem", other_key, DAY, 90 * DAY);

	use(CREDENTIAL_CERTIFICATE, old, new);
	assert_int_equal(check(true), 0);
	printed("ok ", arena_printf(&fix.arena, "certificate %s is used", old));
	printed("ok ", arena_printf(&fix.arena, "certificate %s waits: the certificate is not valid before "
	    "2027-01-16", new));
	at(2 * DAY);
	assert_int_equal(check(true), 0);
	printed("ok ", arena_printf(&fix.arena, "certificate %s is used", new));
	printed("note ", arena_printf(&fix.arena, "certificate %s is not used any more: its file may be "
	    "removed", old));
	use(CREDENTIAL_CERTIFICATE, path_of("none.pem"), new);
	assert_int_equal(check(true), 0);
	printed("note ", "none.pem cannot be read: No such file or directory: mend or remove it");
}

static void
a_key_that_others_can_read_or_that_is_weak_is_a_problem(UNUSED void **state)
{
	AUTO(pkey) EVP_PKEY *weak = EVP_RSA_gen(1024);

	use(CREDENTIAL_CERTIFICATE, write_timed("a.pem", key, 0, 90 * DAY), NULL);
	assert_int_equal(chmod(path_of("a.pem"), 0644), 0);
	assert_int_equal(check(true), 1);
	printed("PROBLEM ", "is open to everyone on this machine");
	use(CREDENTIAL_CERTIFICATE, write_timed("b.pem", weak, 0, 90 * DAY), NULL);
	assert_int_equal(check(false), 1);
	printed("PROBLEM ", "no RSA key of at least 2048 bits");
}

static const char *
token_of(const char *payload)
{
	return arena_printf(&fix.arena, "e30.%s.c2ln", base64url_encode(&fix.arena, payload,
	    strlen(payload)));
}

static void
a_federated_token_tells_what_entra_compares(UNUSED void **state)
{
	const char *token = token_of("{\"iss\":\"https://issuer.example\",\"sub\":\"s\\u0007x\","
	    "\"aud\":\"api://AzureADTokenExchange\",\"exp\":1800000600}");

	write_file(path_of("token"), token);
	use(CREDENTIAL_FEDERATED_TOKEN, path_of("token"), NULL);
	assert_int_equal(check(true), 0);
	printed("ok ", "issuer is https://issuer.example, its subject s?x, its audience "
	    "api://AzureADTokenExchange");
	printed("ok ", "minutes left: 10");
	assert_null(strstr(captured.text, token));
	at(600);
	assert_int_equal(check(true), 1);
	printed("PROBLEM ", "the token is over");
	write_file(path_of("token"), "half");
	assert_int_equal(check(false), 1);
	printed("PROBLEM ", "holds no token");
}

static void
a_managed_identity_is_asked_for(UNUSED void **state)
{
	use(CREDENTIAL_MANAGED_IDENTITY, NULL, NULL);
	assert_int_equal(check(true), 0);
	printed("ok ", "the managed identity of this machine, from the virtual machine's metadata service");
	ROUTE({ .holds = "GET", .status = 200, .body = arena_printf(&fix.arena,
	    "{\"access_token\":\"%s\",\"expires_in\":86400}",
	    token_of("{\"iss\":\"i\",\"sub\":\"p\",\"aud\":\"a\",\"exp\":1800086400}")) });
	atomic_store(&server.body, "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"a\"}");
	assert_int_equal(ask(), 0);
	printed("ok ", "gives a token for api://AzureADTokenExchange");
	printed("ok ", "subject p");
	printed("ok ", "Entra accepts the credential of " OUR_APP);
}

static void
a_source_that_gives_nothing_says_what_to_do(UNUSED void **state)
{
	static const struct { int status; const char *identity, *says; } rows[] = {
		{ 400, IDENTITY, "no identity with this client id is assigned to this machine" },
		{ 400, NULL, "name one, managed-identity:CLIENT_ID" },
		{ 403, NULL, "IDENTITY_HEADER must be the platform's own" },
		{ 503, NULL, "try again in a minute" },
	};

	use(CREDENTIAL_MANAGED_IDENTITY, NULL, NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ROUTE({ .holds = "GET", .status = rows[i].status, .body = "" });
		app.identity = rows[i].identity;
		assert_int_equal(ask(), 1);
		printed("PROBLEM ", rows[i].says);
	}
	fix.config.entra.imds_url = "http://127.0.0.1:1";
	assert_int_equal(ask(), 1);
	printed("PROBLEM ", "is this machine in Azure");
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
entras_verdict_says_what_to_compare(UNUSED void **state)
{
	static const struct { int status; const char *body, *says; } rows[] = {
		{ 401, "{\"error\":\"invalid_client\",\"error_codes\":[700213]}", "subject" },
		{ 400, "{\"error\":\"invalid_request\",\"error_codes\":[70021]}", "issuer, subject and audience" },
		{ 401, "{\"error\":\"invalid_client\",\"error_codes\":[700024]}", "clock" },
	};

	use(CREDENTIAL_CERTIFICATE, write_timed("a.pem", key, 0, 90 * DAY), NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		atomic_store(&server.status, rows[i].status);
		atomic_store(&server.body, rows[i].body);
		assert_int_equal(ask(), 1);
		printed("PROBLEM Entra does not accept the credential", rows[i].says);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DOCTOR(a_certificate_tells_how_long_it_is_valid),
		DOCTOR(of_two_certificates_it_is_told_which_serves),
		DOCTOR(a_key_that_others_can_read_or_that_is_weak_is_a_problem),
		DOCTOR(a_federated_token_tells_what_entra_compares),
		DOCTOR(a_managed_identity_is_asked_for),
		DOCTOR(a_source_that_gives_nothing_says_what_to_do),
		DOCTOR(entras_verdict_says_what_to_compare),
	};

	return RUN(tests, make_keys, free_keys);
}
