/* SPDX-License-Identifier: MIT */
#include "service/entra_credential.h"

#include "protocol/form.h"

#include "pem.h"
#include "routes.h"

#define ENDPOINT	"https://login.example/" TENANT "/oauth2/v2.0/token"
#define JWT		"eyJhbGciOiJub25lIn0.e30.c2lnbmF0dXJl"

static void
use(enum config_credential kind, const char *path)
{
	fix.config.entra.app = (struct config_app){
		.client_id = OUR_APP, .credential = kind, .path = { path },
	};
}

static void
use_secret(const char *text)
{
	write_file(path_of("secret"), text);
	use(CREDENTIAL_SECRET, path_of("secret"));
}

static const char *form;

static enum oauth_error
add(void)
{
	struct buf b = buf_new(&fix.arena, 65536);
	enum oauth_error error;

	buf_lit(&b, "grant_type=x");
	error = entra_credential_add(&fix.rq, &fix.config.entra.app, ENDPOINT, fix.rq.now, false, &b);
	form = buf_text(&b);
	return error;
}

/* The one value of that name in the form, NULL when it is not there. */
static const char *
sent(const char *name)
{
	const char *cursor = form, *n, *v, *value = NULL;

	while (form_next(&fix.arena, &cursor, &n, &v) == FORM_PAIR)
		if (strcmp(n, name) == 0) {
			assert_null(value);
			value = v;
		}
	return value;
}

static void
rfc6749_s2_3_1_the_secret_is_the_files_first_line(UNUSED void **state)
{
	use_secret("s3cr~et+&=%/\r\nsecond line\n");
	assert_int_equal(add(), OAUTH_OK);
	assert_string_equal(sent("client_id"), OUR_APP);
	assert_string_equal(sent("client_secret"), "s3cr~et+&=%/");
	assert_null(sent("client_assertion"));
	use_secret("changed");
	assert_int_equal(add(), OAUTH_OK);
	assert_string_equal(sent("client_secret"), "changed");
}

static void
a_secret_file_that_is_missing_or_empty_is_named_in_the_log(UNUSED void **state)
{
	use_secret("");
	assert_int_equal(add(), SERVER_ERROR);
	assert_non_null(strstr(fix.rq.failure.reason, path_of("secret")));
	assert_null(strstr(fix.rq.failure.description, "secret"));
	assert_int_equal(unlink(path_of("secret")), 0);
	assert_int_equal(add(), SERVER_ERROR);
	fix.config.entra.app.path[0] = "/tmp";
	assert_int_equal(add(), SERVER_ERROR);
}

/* What is sent beside the client's id. */
static void
is_assertion(const char *assertion)
{
	assert_int_equal(add(), OAUTH_OK);
	assert_string_equal(sent("client_id"), OUR_APP);
	assert_string_equal(sent("client_assertion_type"),
	    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	assert_null(sent("client_secret"));
	if (assertion != NULL)
		assert_string_equal(sent("client_assertion"), assertion);
}

static void
rfc7523_s2_2_each_other_kind_sends_an_assertion(UNUSED void **state)
{
	AUTO(pkey) EVP_PKEY *key = EVP_RSA_gen(2048);

	use(CREDENTIAL_CERTIFICATE, write_timed("app.pem", key, 0, 3600));
	is_assertion(NULL);
	write_file(path_of("token"), JWT "\n");
	use(CREDENTIAL_FEDERATED_TOKEN, path_of("token"));
	is_assertion(JWT);
	ROUTE({ .holds = "/metadata/identity/oauth2/token?", .status = 200, .body =
	    "{\"access_token\":\"" JWT "\",\"expires_in\":\"86400\"}" });
	fix.config.entra.imds_url = routes.url;
	use(CREDENTIAL_MANAGED_IDENTITY, NULL);
	is_assertion(JWT);
}

static void
a_source_that_is_down_can_be_asked_again_later(UNUSED void **state)
{
	fix.sleeps = true;
	fix.config.entra.imds_url = "http://127.0.0.1:1";
	use(CREDENTIAL_MANAGED_IDENTITY, NULL);
	assert_int_equal(add(), TEMPORARILY_UNAVAILABLE);
	assert_null(sent("client_assertion"));
	assert_non_null(strstr(fix.rq.failure.reason, "managed identity, "));
}

static int
both_open(void **state)
{
	(void)server_open(state);
	routes_open();
	return 0;
}

static int
both_close(void **state)
{
	routes_close();
	return server_close(state);
}

#define BOTH(test)	cmocka_unit_test_setup_teardown(test, both_open, both_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(rfc6749_s2_3_1_the_secret_is_the_files_first_line),
		BOTH(a_secret_file_that_is_missing_or_empty_is_named_in_the_log),
		BOTH(rfc7523_s2_2_each_other_kind_sends_an_assertion),
		BOTH(a_source_that_is_down_can_be_asked_again_later),
	};

	return RUN(tests, NULL, NULL);
}
