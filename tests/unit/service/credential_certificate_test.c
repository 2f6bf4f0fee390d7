/* SPDX-License-Identifier: MIT */
#include "service/credential_certificate.h"

#include "base/base64url.h"
#include "protocol/json.h"
#include "protocol/jws.h"

#include "pem.h"

#define ENDPOINT	"https://login.example/" TENANT "/oauth2/v2.0/token"
#define DAY		86400

static EVP_PKEY *key, *other_key;

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

static void
use(const char *first, const char *second)
{
	fix.config.entra.app = (struct config_app){
		.client_id = OUR_APP, .credential = CREDENTIAL_CERTIFICATE, .path = { first, second },
	};
}

static const char *token;

static enum oauth_error
add(void)
{
	token = NULL;
	return credential_certificate(&fix.rq, &fix.config.entra.app, ENDPOINT, fix.rq.now, &token);
}

static struct json_object *
part(struct bytes text)
{
	struct json_object *json = json_parse(&fix.arena, (const char *)text.data, text.len);

	assert_non_null(json);
	return json;
}

static struct jws
assertion(void)
{
	struct jws jws;

	use(write_timed("app.pem", key, 0, DAY), NULL);
	assert_int_equal(add(), OAUTH_OK);
	assert_true(jws_split(&fix.arena, token, &jws));
	return jws;
}

static void
rfc7523_s3_the_assertion_is_about_us_and_for_the_endpoint(UNUSED void **state)
{
	struct jws jws = assertion();
	AUTO(json) struct json_object *claims = part(jws.payload);
	int64_t n;

	assert_string_equal(json_string(claims, "aud"), ENDPOINT);
	assert_string_equal(json_string(claims, "iss"), OUR_APP);
	assert_string_equal(json_string(claims, "sub"), OUR_APP);
	assert_true(json_int(claims, "exp", &n) && n == START + ENTRA_ASSERTION_LIFE);
	assert_true(json_int(claims, "iat", &n) && n == START);
	assert_true(json_int(claims, "nbf", &n) && n < START && n >= START - 300);
	assert_int_equal(strlen(json_string(claims, "jti")), 32);
}

static void
each_assertion_has_an_id_of_its_own(UNUSED void **state)
{
	struct jws one = assertion(), two = assertion();
	AUTO(json) struct json_object *a = part(one.payload), *b = part(two.payload);

	assert_string_not_equal(json_string(a, "jti"), json_string(b, "jti"));
}

static void
rfc7515_s4_1_8_the_header_names_the_certificate(UNUSED void **state)
{
	struct jws jws = assertion();
	AUTO(json) struct json_object *header = part(jws.header);
	uint8_t digest[SHA256_SIZE];
	unsigned n = sizeof digest;
	FILE *f = fopen(path_of("app.pem"), "r");
	X509 *x = PEM_read_X509(f, NULL, NULL, NULL);

	assert_int_equal(fclose(f), 0);
	assert_int_equal(X509_digest(x, EVP_sha256(), digest, &n), 1);
	X509_free(x);
	assert_int_equal(json_object_object_length(header), 3);
	assert_string_equal(json_string(header, "alg"), "PS256");
	assert_string_equal(json_string(header, "typ"), "JWT");
	assert_string_equal(json_string(header, "x5t#S256"),
	    base64url_encode(&fix.arena, digest, sizeof digest));
}

static bool
verifies(EVP_PKEY *with)
{
	struct jws jws;
	const char *dot = strrchr(token, '.');
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pss = NULL;
	bool good;

	assert_true(jws_split(&fix.arena, token, &jws));
	good = EVP_DigestVerifyInit(ctx, &pss, EVP_sha256(), NULL, with) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(pss, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(pss, 32) == 1 &&
	    EVP_DigestVerify(ctx, jws.signature.data, jws.signature.len,
	    (const unsigned char *)token,
	    (size_t)(dot - token)) == 1;
	EVP_MD_CTX_free(ctx);
	return good;
}

static void
rfc7518_s3_5_the_signature_is_ps256_by_the_certificates_key(UNUSED void **state)
{
	(void)assertion();
	assert_true(verifies(key));
	assert_false(verifies(other_key));
}

static void
bad_files_are_refused_with_the_reason_in_the_log(UNUSED void **state)
{
	AUTO(pkey) EVP_PKEY *small = EVP_RSA_gen(1024), *ec = EVP_EC_gen("P-256");
	X509 *of_small = certificate_of(small, 0, DAY), *of_ec = certificate_of(ec, 0, DAY);
	X509 *certificate = certificate_of(key, 0, DAY);
	const struct { EVP_PKEY *key; X509 *x; const char *passphrase, *reason; } files[] = {
		{ NULL, NULL, NULL, "is empty" },
		{ NULL, certificate, NULL, "no private key" },
		{ key, NULL, NULL, "no certificate" },
		{ other_key, certificate, NULL, "do not belong together" },
		{ key, certificate, "pass", "without a passphrase" },
		{ small, of_small, NULL, "2048 bits" },
		{ ec, of_ec, NULL, "no RSA key" },
	};

	for (size_t i = 0; i < COUNT(files); i++) {
		use(write_pem("app.pem", files[i].key, files[i].x, files[i].passphrase), NULL);
		assert_int_equal(add(), SERVER_ERROR);
		if (strstr(fix.rq.failure.reason, files[i].reason) == NULL)
			fail_msg("%s", fix.rq.failure.reason);
		assert_string_equal(fix.rq.failure.description, "the server is not ready");
		assert_null(token);
	}
	X509_free(of_small);
	X509_free(of_ec);
	X509_free(certificate);
}

/* Whether an assertion is made, and by that key. */
static bool
signed_by(EVP_PKEY *by)
{
	assert_int_equal(add(), OAUTH_OK);
	return verifies(by);
}

static void
of_two_files_the_newest_that_is_valid_serves(UNUSED void **state)
{
	const char *old = write_timed("old.pem", key, -10 * DAY, 10 * DAY);
	const char *new = write_timed("new.pem", other_key, DAY, 100 * DAY);

	use(old, new);
	assert_true(signed_by(key));
	at(DAY - 1);
	assert_true(signed_by(key));
	at(DAY);
	assert_true(signed_by(other_key));
	use(new, old);
	assert_true(signed_by(other_key));
	at(10 * DAY);
	assert_true(signed_by(other_key));
}

static void
a_broken_file_beside_a_good_one_stops_nothing(UNUSED void **state)
{
	const char *good = write_timed("good.pem", key, 0, DAY);

	write_file(path_of("half.pem"), "-----BEGIN CERTIFICATE-----\nMIIB");
	use(path_of("half.pem"), good);
	assert_true(signed_by(key));
	use(good, path_of("none.pem"));
	assert_true(signed_by(key));
}

static void
when_none_is_valid_the_log_hears_why_of_each(UNUSED void **state)
{
	use(write_timed("a.pem", key, -2 * DAY, -DAY), write_timed("b.pem", key, DAY, 2 * DAY));
	assert_int_equal(add(), SERVER_ERROR);
	assert_string_equal(fix.rq.failure.reason, arena_printf(&fix.arena, "credential %s: the "
	    "certificate expired at 2027-01-14 08:00:00 UTC; %s: the certificate is not valid before "
	    "2027-01-16 08:00:00 UTC", path_of("a.pem"), path_of("b.pem")));
	use(path_of("a.pem"), NULL);
	assert_int_equal(add(), SERVER_ERROR);
	assert_non_null(strstr(fix.rq.failure.reason, "expired"));
}

/* Entra's clock is the caller's to know; which certificate serves is told by our own. */
static void
the_time_is_the_callers(UNUSED void **state)
{
	struct jws jws;
	AUTO(json) struct json_object *claims = NULL;
	int64_t n;

	use(write_timed("a.pem", key, -1000, 1000), NULL);
	assert_int_equal(credential_certificate(&fix.rq, &fix.config.entra.app, ENDPOINT, START + 2000,
	    &token), OAUTH_OK);
	assert_true(jws_split(&fix.arena, token, &jws));
	claims = part(jws.payload);
	assert_true(json_int(claims, "iat", &n) && n == START + 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc7523_s3_the_assertion_is_about_us_and_for_the_endpoint),
		CASE(each_assertion_has_an_id_of_its_own),
		CASE(rfc7515_s4_1_8_the_header_names_the_certificate),
		CASE(rfc7518_s3_5_the_signature_is_ps256_by_the_certificates_key),
		CASE(bad_files_are_refused_with_the_reason_in_the_log),
		CASE(of_two_files_the_newest_that_is_valid_serves),
		CASE(a_broken_file_beside_a_good_one_stops_nothing),
		CASE(when_none_is_valid_the_log_hears_why_of_each),
		CASE(the_time_is_the_callers),
	};

	return RUN(tests, make_keys, free_keys);
}
