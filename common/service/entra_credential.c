/* SPDX-License-Identifier: MIT */
#include "service/entra_credential.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include "base/base64url.h"
#include "base/random.h"
#include "protocol/jwk.h"
#include "protocol/jws.h"

#define FILE_MAX	((size_t)64 * 1024)	/* bytes of a credential file */
#define BACKDATED	60	/* seconds: a clock of ours that runs ahead does no harm */

static enum oauth_error
unusable(struct request *rq, const char *path, const char *what)
{
	return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
	    arena_printf(rq->arena, "credential %s: %s", path, what));
}

/* NULL when it cannot be read, is empty or too long. */
static char *
read_file(struct request *rq, const char *path, size_t *len)
{
	char *text = arena_alloc(rq->arena, FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n, got = 0;

	if (fd < 0)
		return NULL;
	while ((n = read(fd, text + got, FILE_MAX - (size_t)got)) > 0)
		got += n;
	close(fd);
	*len = (size_t)got;
	return n < 0 || got == 0 || (size_t)got == FILE_MAX ? NULL : text;
}

static void
add(struct buf *form, const char *name, const char *value)
{
	buf_lit(form, "&");
	buf_lit(form, name);
	buf_lit(form, "=");
	buf_query(form, value);
}

static enum oauth_error
add_secret(struct request *rq, const char *path, struct buf *form)
{
	size_t n;
	char *secret = read_file(rq, path, &n);

	if (secret == NULL)
		return unusable(rq, path, "cannot be read, or is empty");
	secret[strcspn(secret, "\r\n")] = '\0';
	add(form, "client_secret", secret);
	return OAUTH_OK;
}

static const char *
thumbprint(struct arena *a, X509 *certificate)
{
	unsigned char *der = NULL;
	uint8_t digest[SHA256_SIZE];
	int n = i2d_X509(certificate, &der);

	if (n <= 0)
		return NULL;
	sha256(der, (size_t)n, digest);
	OPENSSL_free(der);
	return base64url_encode(a, digest, sizeof digest);
}

/* The key must be the certificate's; a passphrase is never asked for. */
static const char *
read_pem(struct request *rq, const char *pem, size_t n, EVP_PKEY **key, const char **x5t)
{
	static char no_passphrase[] = "";
	BIO *keys = BIO_new_mem_buf(pem, (int)n), *certificates = BIO_new_mem_buf(pem, (int)n);
	X509 *certificate = certificates == NULL ? NULL :
	    PEM_read_bio_X509(certificates, NULL, NULL, NULL);
	const char *what = NULL;

	*key = keys == NULL ? NULL : PEM_read_bio_PrivateKey(keys, NULL, NULL, no_passphrase);
	BIO_free(keys);
	BIO_free(certificates);
	if (*key == NULL)
		what = "holds no private key in PEM that opens without a passphrase";
	else if (certificate == NULL)
		what = "holds no certificate in PEM";
	else if (X509_check_private_key(certificate, *key) != 1)
		what = "private key and certificate do not belong together";
	else if ((*x5t = thumbprint(rq->arena, certificate)) == NULL)
		what = "the certificate cannot be encoded";
	X509_free(certificate);
	return what;
}

static enum oauth_error
add_assertion(struct request *rq, const struct config_app *app, const char *token_endpoint,
    int64_t now, struct buf *form)
{
	const char *path = app->path[0];
	AUTO(pkey) EVP_PKEY *key = NULL;
	struct buf claims = buf_new(rq->arena, FILE_MAX);
	const char *x5t = NULL, *what, *assertion;
	size_t n;
	char *pem = read_file(rq, path, &n);

	if (pem == NULL)
		return unusable(rq, path, "cannot be read, or is empty");
	if ((what = read_pem(rq, pem, n, &key, &x5t)) != NULL)
		return unusable(rq, path, what);
	buf_lit(&claims, "{\"aud\":");
	buf_json(&claims, token_endpoint);
	buf_lit(&claims, arena_printf(rq->arena, ",\"iss\":\"%s\",\"sub\":\"%s\",\"jti\":\"%s\","
	    "\"nbf\":%lld,\"iat\":%lld,\"exp\":%lld}", app->client_id,
	    app->client_id, random_base64url(rq->arena, 24),
	    (long long)now - BACKDATED, (long long)now,
	    (long long)now + ENTRA_ASSERTION_LIFE));
	assertion = jws_sign_ps256(rq->arena, key, arena_printf(rq->arena,
	    "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"%s\"}", x5t), buf_text(&claims));
	if (assertion == NULL)
		return unusable(rq, path, "the key is no RSA key of at least 2048 bits");
	add(form, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
	add(form, "client_assertion", assertion);
	return OAUTH_OK;
}

enum oauth_error
entra_credential_add(struct request *rq, const struct config_app *app, const char *token_endpoint,
    int64_t now, struct buf *form)
{
	add(form, "client_id", app->client_id);
	return app->credential == CREDENTIAL_SECRET ? add_secret(rq, app->path[0], form) :
	    add_assertion(rq, app, token_endpoint, now, form);
}
