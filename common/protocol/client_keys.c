/* SPDX-License-Identifier: MIT */
#include "protocol/client_keys.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/base64url.h"
#include "base/crypto.h"
#include "protocol/jwk.h"
#include "protocol/jws_verify.h"

#define NUMBER_TEXT	43	/* characters of one */

static const char *const algorithms[] = { "RS256", "PS256", "ES256" };

static void
bio_auto(BIO **bio)
{
	BIO_free(*bio);
}

static bool
coordinate(struct arena *a, struct json_object *jwk, const char *name, unsigned char *out)
{
	const char *text = json_string(jwk, name);
	uint8_t *data;
	size_t n;

	if (text == NULL || strlen(text) != NUMBER_TEXT || !base64url_decode(a, text, NUMBER_TEXT, &data, &n))
		return false;
	memcpy(out, data, P256_NUMBER);
	return true;
}

/* RFC 7518 section 6.2.1; OpenSSL refuses a point that is not on the curve. */
static EVP_PKEY *
ec_key(struct arena *a, struct json_object *jwk)
{
	AUTO(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	const char *kty = json_string(jwk, "kty"), *crv = json_string(jwk, "crv");
	unsigned char point[1 + 2 * P256_NUMBER] = { POINT_CONVERSION_UNCOMPRESSED };
	char group[] = "prime256v1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group - 1),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
		OSSL_PARAM_END,
	};
	EVP_PKEY *key = NULL;

	if (kty == NULL || strcmp(kty, "EC") != 0 || crv == NULL || strcmp(crv, "P-256") != 0 ||
	    !coordinate(a, jwk, "x", point + 1) || !coordinate(a, jwk, "y", point + 1 + P256_NUMBER))
		return NULL;
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		ERR_clear_error();
		return NULL;
	}
	return key;
}

static EVP_PKEY *
key_for(struct arena *a, struct json_object *jwk, const char *alg)
{
	EVP_PKEY *key;

	if (!jwk_absent_or(jwk, "use", "sig") || !jwk_absent_or(jwk, "alg", alg))
		return NULL;
	key = strcmp(alg, "ES256") == 0 ? ec_key(a, jwk) : jwk_rsa(a, jwk);
	if (key != NULL && jws_key_fits(key, alg))
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

EVP_PKEY *
client_keys_find(struct arena *a, struct json_object *set, const char *alg, const char *kid, size_t n)
{
	struct json_object *keys = json_array_member(set, "keys");
	size_t count = keys == NULL ? 0 : json_object_array_length(keys);

	for (size_t i = 0; i < count && i < CLIENT_KEYS_MAX; i++) {
		struct json_object *jwk = json_object_array_get_idx(keys, i);
		const char *its = json_string(jwk, "kid");
		EVP_PKEY *key;

		if (kid != NULL && (its == NULL || strcmp(its, kid) != 0))
			continue;
		if ((key = key_for(a, jwk, alg)) == NULL)
			continue;
		if (n-- == 0)
			return key;
		EVP_PKEY_free(key);
	}
	return NULL;
}

/* RFC 7517 section 4 and 7518 section 6: what a key that was published by mistake would hold. */
static bool
is_private(struct json_object *jwk)
{
	return json_has(jwk, "d") || json_has(jwk, "p") || json_has(jwk, "q") || json_has(jwk, "k");
}

bool
client_keys_valid(struct arena *a, struct json_object *set)
{
	struct json_object *keys = json_array_member(set, "keys");
	size_t count = keys == NULL ? 0 : json_object_array_length(keys);

	if (count > CLIENT_KEYS_MAX)
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_private(json_object_array_get_idx(keys, i)))
			return false;
	for (size_t i = 0; i < COUNT(algorithms); i++) {
		AUTO(pkey) EVP_PKEY *key = client_keys_find(a, set, algorithms[i], NULL, 0);

		if (key != NULL)
			return true;
	}
	return false;
}

EVP_PKEY *
client_keys_pem(const char *text)
{
	AUTO(bio) BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);

	if (key == NULL) {
		ERR_clear_error();
		return NULL;
	}
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (jws_key_fits(key, algorithms[i]))
			return key;
	EVP_PKEY_free(key);
	return NULL;
}
