/* SPDX-License-Identifier: MIT */
#include "service/entra_credential.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/base64url.h"
#include "protocol/form.h"
#include "protocol/json.h"
#include "protocol/jwk.h"
#include "protocol/jws.h"

#include "fixture.h"

#define ENDPOINT	"https://login.example/" TENANT "/oauth2/v2.0/token"

static EVP_PKEY *key, *other_key;
static X509 *certificate;

static X509 *
certificate_of(EVP_PKEY *of)
{
	X509 *x = X509_new();

	assert_non_null(x);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(x), 0);
	(void)X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	assert_int_equal(X509_set_pubkey(x, of), 1);
	assert_true(X509_sign(x, of, EVP_sha256()) > 0);
	return x;
}

static int
make_keys(UNUSED void **state)
{
	key = EVP_RSA_gen(2048);
	other_key = EVP_RSA_gen(2048);
	certificate = certificate_of(key);
	return 0;
}

static int
free_keys(UNUSED void **state)
{
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	X509_free(certificate);
	return 0;
}

/* Writes key and certificate, either may be NULL, and makes the file the credential. */
static void
use_pem(EVP_PKEY *private_key, X509 *x, const char *passphrase)
{
	const char *path = path_of("app.pem");
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	if (private_key != NULL)
		assert_int_equal(PEM_write_PrivateKey(f, private_key, passphrase == NULL ? NULL :
		    EVP_aes_128_cbc(), (const unsigned char *)passphrase,
		    passphrase == NULL ? 0 : (int)strlen(passphrase), NULL, NULL), 1);
	if (x != NULL)
		assert_int_equal(PEM_write_X509(f, x), 1);
	assert_int_equal(fclose(f), 0);
	fix.config.entra.app = (struct config_app){
		.client_id = OUR_APP, .credential = CREDENTIAL_CERTIFICATE, .path = { path },
	};
}

static void
use_secret(const char *text)
{
	write_file(path_of("secret"), text);
	fix.config.entra.app = (struct config_app){
		.client_id = OUR_APP, .credential = CREDENTIAL_SECRET, .path = { path_of("secret") },
	};
}

static const char *form;

static enum oauth_error
add(void)
{
	struct buf b = buf_new(&fix.arena, 65536);
	enum oauth_error error;

	buf_lit(&b, "grant_type=x");
	error = entra_credential_add(&fix.rq, &fix.config.entra.app, ENDPOINT, fix.rq.now, &b);
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

	use_pem(key, certificate, NULL);
	assert_int_equal(add(), OAUTH_OK);
	assert_string_equal(sent("client_assertion_type"),
	    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	assert_null(sent("client_secret"));
	assert_true(jws_split(&fix.arena, sent("client_assertion"), &jws));
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
	unsigned char *der = NULL;
	uint8_t digest[SHA256_SIZE];
	int n = i2d_X509(certificate, &der);

	sha256(der, (size_t)n, digest);
	OPENSSL_free(der);
	assert_int_equal(json_object_object_length(header), 3);
	assert_string_equal(json_string(header, "alg"), "PS256");
	assert_string_equal(json_string(header, "typ"), "JWT");
	assert_string_equal(json_string(header, "x5t#S256"),
	    base64url_encode(&fix.arena, digest, sizeof digest));
}

static bool
verifies(const char *token, EVP_PKEY *with)
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
	assert_true(verifies(sent("client_assertion"), key));
	assert_false(verifies(sent("client_assertion"), other_key));
}

static void
bad_files_are_refused_with_the_reason_in_the_log(UNUSED void **state)
{
	AUTO(pkey) EVP_PKEY *small = EVP_RSA_gen(1024), *ec = EVP_EC_gen("P-256");
	X509 *of_small = certificate_of(small), *of_ec = certificate_of(ec);
	const struct { EVP_PKEY *key; X509 *x; const char *passphrase, *reason; } files[] = {
		{ NULL, NULL, NULL, "cannot be read, or is empty" },
		{ NULL, certificate, NULL, "no private key" },
		{ key, NULL, NULL, "no certificate" },
		{ other_key, certificate, NULL, "do not belong together" },
		{ key, certificate, "pass", "without a passphrase" },
		{ small, of_small, NULL, "2048 bits" },
		{ ec, of_ec, NULL, "no RSA key" },
	};

	for (size_t i = 0; i < COUNT(files); i++) {
		use_pem(files[i].key, files[i].x, files[i].passphrase);
		assert_int_equal(add(), SERVER_ERROR);
		if (strstr(fix.rq.failure.reason, files[i].reason) == NULL)
			fail_msg("%s", fix.rq.failure.reason);
		assert_string_equal(fix.rq.failure.description, "the server is not ready");
		assert_null(sent("client_assertion"));
	}
	X509_free(of_small);
	X509_free(of_ec);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc6749_s2_3_1_the_secret_is_the_files_first_line),
		CASE(a_secret_file_that_is_missing_or_empty_is_named_in_the_log),
		CASE(rfc7523_s3_the_assertion_is_about_us_and_for_the_endpoint),
		CASE(each_assertion_has_an_id_of_its_own),
		CASE(rfc7515_s4_1_8_the_header_names_the_certificate),
		CASE(rfc7518_s3_5_the_signature_is_ps256_by_the_certificates_key),
		CASE(bad_files_are_refused_with_the_reason_in_the_log),
	};

	return RUN(tests, make_keys, free_keys);
}
