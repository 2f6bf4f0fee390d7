/* SPDX-License-Identifier: MIT */
#include "protocol/jws_verify.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/crypto.h"
#include "protocol/jwk.h"

static void
ecdsa_sig_auto(ECDSA_SIG **signature)
{
	ECDSA_SIG_free(*signature);
}

static bool
is_p256(const EVP_PKEY *key)
{
	char group[32];
	size_t n = 0;

	return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, &n) == 1 &&
	    strcmp(group, "prime256v1") == 0;
}

bool
jws_key_fits(const EVP_PKEY *key, const char *alg)
{
	if (strcmp(alg, "ES256") == 0)
		return is_p256(key);
	return (strcmp(alg, "RS256") == 0 || strcmp(alg, "PS256") == 0) && EVP_PKEY_is_a(key, "RSA") &&
	    EVP_PKEY_get_bits(key) >= RSA_BITS_MIN && EVP_PKEY_get_bits(key) <= RSA_BITS_MAX;
}

/* Two numbers side by side, as OpenSSL wants them; NULL for another length.  OPENSSL_free. */
static unsigned char *
der_signature(const struct bytes *raw, size_t *n)
{
	AUTO(ecdsa_sig) ECDSA_SIG *signature = ECDSA_SIG_new();
	unsigned char *der = NULL;
	BIGNUM *r, *s;
	int len;

	if (raw->len != (size_t)2 * P256_NUMBER || signature == NULL)
		return NULL;
	r = BN_bin2bn(raw->data, P256_NUMBER, NULL);
	s = BN_bin2bn(raw->data + P256_NUMBER, P256_NUMBER, NULL);
	if (r == NULL || s == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		return NULL;
	}
	len = i2d_ECDSA_SIG(signature, &der);
	*n = len > 0 ? (size_t)len : 0;
	return der;
}

static bool
start(EVP_MD_CTX *ctx, bool pss, EVP_PKEY *key)
{
	EVP_PKEY_CTX *p;	/* belongs to ctx */

	return ctx != NULL && EVP_DigestVerifyInit(ctx, &p, EVP_sha256(), NULL, key) == 1 &&
	    (!pss || (EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(p, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(p, RSA_PSS_SALTLEN_DIGEST) == 1));
}

bool
jws_verify(const struct jws *jws, const char *alg, EVP_PKEY *key)
{
	AUTO(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool curve = strcmp(alg, "ES256") == 0, good = false;
	const unsigned char *signature = jws->signature.data;
	unsigned char *der = NULL;
	size_t n = jws->signature.len;

	if (!jws_key_fits(key, alg))
		return false;
	if (curve)
		signature = der = der_signature(&jws->signature, &n);
	if (signature != NULL && start(ctx, strcmp(alg, "PS256") == 0, key))
		good = EVP_DigestVerify(ctx, signature, n, (const unsigned char *)jws->signing_input,
		    jws->signing_input_len) == 1;
	OPENSSL_free(der);
	if (!good)
		ERR_clear_error();	/* not for the next TLS call of this thread to find */
	return good;
}
