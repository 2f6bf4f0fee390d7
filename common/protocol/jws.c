/* SPDX-License-Identifier: MIT */
#include "protocol/jws.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/base64url.h"
#include "base/crypto.h"
#include "base/secret.h"
#include "protocol/jwk.h"

#define PS256_SALT	32	/* RFC 7518 section 3.5: the size of the hash */

static bool
decode_part(struct arena *a, const char *from, const char *to, struct bytes *out)
{
	return base64url_decode(a, from, (size_t)(to - from), &out->data, &out->len) && out->len > 0;
}

bool
jws_split(struct arena *a, const char *token, struct jws *out)
{
	size_t n = strnlen(token, JWS_MAX + 1);
	const char *end = token + n, *first, *second;
	struct jws jws = { .signing_input = token };

	if (n > JWS_MAX || (first = memchr(token, '.', n)) == NULL ||
	    (second = memchr(first + 1, '.', (size_t)(end - first - 1))) == NULL)
		return false;
	jws.signing_input_len = (size_t)(second - token);

	/* A third dot, as in the five parts of a JWE, is outside the alphabet. */
	if (!decode_part(a, token, first, &jws.header) ||
	    !decode_part(a, first + 1, second, &jws.payload) ||
	    !decode_part(a, second + 1, end, &jws.signature))
		return false;
	*out = jws;
	return true;
}

/* RFC 7515 section 5.1: the text that is signed. */
static char *
signing_input(struct arena *a, const char *header, const char *payload)
{
	return arena_printf(a, "%s.%s", base64url_encode(a, header, strlen(header)),
	    base64url_encode(a, payload, strlen(payload)));
}

char *
jws_sign_hs256(struct arena *a, struct hmac *key, const char *header, const char *payload)
{
	char *input = signing_input(a, header, payload);
	uint8_t tag[SHA256_SIZE];

	hmac_sign(key, input, strlen(input), tag);
	return arena_printf(a, "%s.%s", input, base64url_encode(a, tag, sizeof tag));
}

bool
jws_verify_hs256(const struct jws *jws, struct hmac *key)
{
	uint8_t tag[SHA256_SIZE];

	if (jws->signature.len != sizeof tag)
		return false;
	hmac_sign(key, jws->signing_input, jws->signing_input_len, tag);
	return secret_bytes_equal(tag, jws->signature.data, sizeof tag);
}

static bool
is_rsa(const EVP_PKEY *key)
{
	return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= RSA_BITS_MIN;
}

bool
jws_verify_rs256(const struct jws *jws, EVP_PKEY *key)
{
	AUTO(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	good = is_rsa(key) && ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, jws->signature.data, jws->signature.len,
	    (const unsigned char *)jws->signing_input, jws->signing_input_len) == 1;

	/* A forged token's error must not be found by the next TLS call of this thread. */
	if (!good)
		ERR_clear_error();
	return good;
}

static bool
start_ps256(EVP_MD_CTX *ctx, EVP_PKEY *key)
{
	EVP_PKEY_CTX *p;	/* belongs to ctx */

	return ctx != NULL && EVP_DigestSignInit(ctx, &p, EVP_sha256(), NULL, key) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(p, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(p, PS256_SALT) == 1;
}

char *
jws_sign_ps256(struct arena *a, EVP_PKEY *key, const char *header, const char *payload)
{
	AUTO(md_ctx) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	char *input = signing_input(a, header, payload);
	const unsigned char *text = (const unsigned char *)input;
	unsigned char *signature;
	size_t n = 0;

	if (!is_rsa(key) || !start_ps256(ctx, key) ||
	    EVP_DigestSign(ctx, NULL, &n, text, strlen(input)) != 1) {
		ERR_clear_error();
		return NULL;
	}
	signature = arena_alloc(a, n);
	if (EVP_DigestSign(ctx, signature, &n, text, strlen(input)) != 1) {
		ERR_clear_error();
		return NULL;
	}
	return arena_printf(a, "%s.%s", input, base64url_encode(a, signature, n));
}
