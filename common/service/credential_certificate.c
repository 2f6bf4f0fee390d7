/* SPDX-License-Identifier: MIT */
#include "service/credential_certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

#include "base/base64url.h"
#include "base/log.h"
#include "base/random.h"
#include "protocol/jwk.h"
#include "protocol/jws.h"
#include "service/credential_file.h"

#define CLAIMS_MAX	((size_t)4096)	/* bytes */
#define BACKDATED	60	/* seconds: a clock of ours that runs ahead does no harm */

static bool
read_time(const ASN1_TIME *from, int64_t *out)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(from, &tm) != 1)
		return false;
	*out = (int64_t)timegm(&tm);
	return true;
}

static const char *
thumbprint(struct arena *a, X509 *x)
{
	unsigned char *der = NULL;
	uint8_t digest[SHA256_SIZE];
	int n = i2d_X509(x, &der);

	if (n <= 0)
		return NULL;
	sha256(der, (size_t)n, digest);
	OPENSSL_free(der);
	return base64url_encode(a, digest, sizeof digest);
}

static const char *
judge(struct arena *a, X509 *x, struct certificate *c)
{
	if (c->key == NULL)
		return "holds no private key in PEM that opens without a passphrase";
	if (x == NULL)
		return "holds no certificate in PEM";
	if (X509_check_private_key(x, c->key) != 1)
		return "private key and certificate do not belong together";
	if (!EVP_PKEY_is_a(c->key, "RSA") || EVP_PKEY_get_bits(c->key) < RSA_BITS_MIN)
		return "the key is no RSA key of at least 2048 bits";
	if ((c->x5t = thumbprint(a, x)) == NULL || !read_time(X509_get0_notBefore(x), &c->not_before) ||
	    !read_time(X509_get0_notAfter(x), &c->not_after))
		return "the certificate cannot be encoded";
	return NULL;
}

/* A passphrase is never asked for. */
static void
read_pem(struct arena *a, const char *pem, struct certificate *c)
{
	static char no_passphrase[] = "";
	BIO *keys = BIO_new_mem_buf(pem, -1), *certificates = BIO_new_mem_buf(pem, -1);
	X509 *x = certificates == NULL ? NULL : PEM_read_bio_X509(certificates, NULL, NULL, NULL);

	c->key = keys == NULL ? NULL : PEM_read_bio_PrivateKey(keys, NULL, NULL, no_passphrase);
	c->why = judge(a, x, c);
	X509_free(x);
	BIO_free(keys);
	BIO_free(certificates);
	ERR_clear_error();
}

void
certificates_read(struct arena *a, const struct config_app *app, struct certificates *out)
{
	*out = (struct certificates){ 0 };
	for (const char *const *path = app->path; *path != NULL; path++) {
		struct certificate *c = &out->file[out->count++];
		const char *pem;

		c->path = *path;
		if ((pem = credential_file_read(a, *path, CREDENTIAL_FILE_MAX, &c->why)) != NULL)
			read_pem(a, pem, c);
	}
}

void
certificates_auto(struct certificates *all)
{
	for (size_t i = 0; i < all->count; i++)
		EVP_PKEY_free(all->file[i].key);
}

const struct certificate *
certificates_choose(const struct certificates *all, int64_t now)
{
	const struct certificate *best = NULL;

	for (size_t i = 0; i < all->count; i++) {
		const struct certificate *c = &all->file[i];

		if (c->why == NULL && c->not_before <= now && now < c->not_after &&
		    (best == NULL || c->not_before > best->not_before))
			best = c;
	}
	return best;
}

const char *
certificate_fault(struct arena *a, const struct certificate *c, int64_t now)
{
	time_t when = (time_t)(now < c->not_before ? c->not_before : c->not_after);
	char date[sizeof "2027-01-15 08:00:00"] = "";
	struct tm tm;

	if (c->why != NULL)
		return c->why;
	if (gmtime_r(&when, &tm) != NULL)
		(void)strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
	return arena_printf(a, now < c->not_before ? "the certificate is not valid before %s UTC" :
	    "the certificate expired at %s UTC", date);
}

/* What keeps each file from serving. */
static enum oauth_error
refuse(struct request *rq, const struct certificates *all, int64_t now)
{
	const char *why = certificate_fault(rq->arena, &all->file[0], now);

	for (size_t i = 1; i < all->count; i++)
		why = arena_printf(rq->arena, "%s; %s: %s", why, all->file[i].path,
		    certificate_fault(rq->arena, &all->file[i], now));
	return credential_unusable(rq, all->file[0].path, why);
}

static const char *
sign(struct request *rq, const struct certificate *c, const char *client_id, const char *audience,
    int64_t now)
{
	struct buf claims = buf_new(rq->arena, CLAIMS_MAX);

	buf_lit(&claims, "{\"aud\":");
	buf_json(&claims, audience);
	buf_lit(&claims, arena_printf(rq->arena, ",\"iss\":\"%s\",\"sub\":\"%s\",\"jti\":\"%s\","
	    "\"nbf\":%lld,\"iat\":%lld,\"exp\":%lld}", client_id, client_id,
	    random_base64url(rq->arena, 24), (long long)now - BACKDATED, (long long)now,
	    (long long)now + ENTRA_ASSERTION_LIFE));
	return buf_text(&claims) == NULL ? NULL : jws_sign_ps256(rq->arena, c->key,
	    arena_printf(rq->arena, "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"%s\"}", c->x5t),
	    buf_text(&claims));
}

enum oauth_error
credential_certificate(struct request *rq, const struct config_app *app, const char *token_endpoint,
    int64_t now, const char **assertion)
{
	AUTO(certificates) struct certificates all;
	const struct certificate *chosen;

	certificates_read(rq->arena, app, &all);
	if ((chosen = certificates_choose(&all, rq->now)) == NULL)
		return refuse(rq, &all, rq->now);
	for (size_t i = 0; i < all.count; i++)
		if (all.file[i].why != NULL)
			log_line("credential %s: %s; %s is used", all.file[i].path, all.file[i].why, chosen->path);
	if ((*assertion = sign(rq, chosen, app->client_id, token_endpoint, now)) == NULL)
		return credential_unusable(rq, chosen->path, "the key does not sign");
	return OAUTH_OK;
}
