/* SPDX-License-Identifier: MIT */
/* client_signing.h - keys of a client's own, as JWKs and PEM, and JWTs that they sign */
#ifndef UNIT_PROTOCOL_CLIENT_SIGNING_H
#define UNIT_PROTOCOL_CLIENT_SIGNING_H

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/base64url.h"
#include "protocol/jws.h"

#include "../test.h"

static EVP_PKEY *rsa, *other_rsa, *p256, *p384;

static inline int
make_keys(UNUSED void **state)
{
	assert_non_null(rsa = EVP_RSA_gen(2048));
	assert_non_null(other_rsa = EVP_RSA_gen(2048));
	assert_non_null(p256 = EVP_EC_gen("P-256"));
	assert_non_null(p384 = EVP_EC_gen("P-384"));
	return 0;
}

static inline void
free_keys(void)
{
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(other_rsa);
	EVP_PKEY_free(p256);
	EVP_PKEY_free(p384);
}

static inline const char *
number(struct arena *arena, EVP_PKEY *key, const char *name)
{
	BIGNUM *n = NULL;
	uint8_t data[512];
	int len;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
	len = EVP_PKEY_is_a(key, "EC") ? BN_bn2binpad(n, data, EVP_PKEY_get_bits(key) / 8) :
	    BN_bn2bin(n, data);
	BN_free(n);
	return base64url_encode(arena, data, (size_t)len);
}

/* A JWK with `more` members, such as ,"kid":"a" */
static inline const char *
jwk_of(struct arena *arena, EVP_PKEY *key, const char *more)
{
	if (EVP_PKEY_is_a(key, "RSA"))
		return arena_printf(arena, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"%s}",
		    number(arena, key, OSSL_PKEY_PARAM_RSA_N),
		    number(arena, key, OSSL_PKEY_PARAM_RSA_E), more);
	return arena_printf(arena, "{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"%s}",
	    EVP_PKEY_get_bits(key) == 256 ? "P-256" : "P-384",
	    number(arena, key, OSSL_PKEY_PARAM_EC_PUB_X), number(arena, key, OSSL_PKEY_PARAM_EC_PUB_Y),
	    more);
}

static inline const char *
pem_of(struct arena *arena, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text;
	char *data;
	long n;

	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	n = BIO_get_mem_data(bio, &data);
	text = arena_copy(arena, data, (size_t)n);
	BIO_free(bio);
	return text;
}

/* r and s side by side, from what OpenSSL wrote. */
static inline size_t
raw_of(const unsigned char *der, size_t n, unsigned char *out)
{
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)n);

	assert_non_null(signature);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32), 32);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32), 32);
	ECDSA_SIG_free(signature);
	return 64;
}

/* Signed by that key as `alg` says, whatever header and payload say. */
static inline const char *
sign(struct arena *arena, EVP_PKEY *key, const char *alg, const char *header, const char *payload)
{
	const char *input = arena_printf(arena, "%s.%s", base64url_encode(arena, header, strlen(header)),
	    base64url_encode(arena, payload, strlen(payload)));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char signature[512], raw[64];
	size_t n = sizeof signature;
	EVP_PKEY_CTX *p;

	assert_int_equal(EVP_DigestSignInit(ctx, &p, EVP_sha256(), NULL, key), 1);
	if (alg[0] == 'P') {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(p, RSA_PSS_SALTLEN_DIGEST), 1);
	}
	assert_int_equal(EVP_DigestSign(ctx, signature, &n, (const unsigned char *)input,
	    strlen(input)), 1);
	EVP_MD_CTX_free(ctx);
	if (alg[0] != 'E')
		return arena_printf(arena, "%s.%s", input, base64url_encode(arena, signature, n));
	n = raw_of(signature, n, raw);
	return arena_printf(arena, "%s.%s", input, base64url_encode(arena, raw, n));
}

#endif
