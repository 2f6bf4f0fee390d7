/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/die.h"

struct hmac {
	EVP_MAC_CTX	*ctx;
};

void
sha256(const void *data, size_t n, uint8_t out[static SHA256_SIZE])
{
	if (EVP_Digest(data, n, out, NULL, EVP_sha256(), NULL) != 1)
		die("SHA-256 failed");
}

struct hmac *
hmac_new(const void *key, size_t key_len)
{
	static char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	struct hmac *h = calloc(1, sizeof *h);
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	if (h == NULL || mac == NULL || (h->ctx = EVP_MAC_CTX_new(mac)) == NULL ||
	    EVP_MAC_init(h->ctx, key, key_len, params) != 1)
		die("HMAC cannot be set up");
	EVP_MAC_free(mac);
	return h;
}

void
hmac_free(struct hmac *h)
{
	if (h == NULL)
		return;
	EVP_MAC_CTX_free(h->ctx);
	free(h);
}

void
hmac_sign(struct hmac *h, const void *data, size_t n, uint8_t out[static SHA256_SIZE])
{
	size_t len = 0;

	if (EVP_MAC_init(h->ctx, NULL, 0, NULL) != 1 || EVP_MAC_update(h->ctx, data, n) != 1 ||
	    EVP_MAC_final(h->ctx, out, &len, SHA256_SIZE) != 1 || len != SHA256_SIZE)
		die("HMAC failed");
}

/* OSSL_PARAM takes its octets without const, and only reads them. */
static OSSL_PARAM
octets(const char *name, const void *data, size_t n)
{
	union { const void *in; void *out; } bytes = { .in = data };

	return OSSL_PARAM_construct_octet_string(name, bytes.out, n);
}

void
hkdf_sha256(const void *ikm, size_t ikm_len, const void *salt, size_t salt_len, const char *info,
    uint8_t out[static SHA256_SIZE])
{
	static char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0),
		octets(OSSL_KDF_PARAM_KEY, ikm, ikm_len),
		octets(OSSL_KDF_PARAM_SALT, salt, salt_len),
		octets(OSSL_KDF_PARAM_INFO, info, strlen(info)),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);

	if (ctx == NULL || EVP_KDF_derive(ctx, out, SHA256_SIZE, params) != 1)
		die("HKDF failed");
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}
