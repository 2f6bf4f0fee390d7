/* SPDX-License-Identifier: MIT */
#include "protocol/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "base/base64url.h"
#include "base/crypto.h"

#define EXPONENT_MIN		65537
#define EXPONENT_BITS_MAX	64	/* a longer one only makes verifying slow */
#define NUMBER_MAX		2048	/* characters; 8192 bits are 1366 */

static void
bn_auto(BIGNUM **n)
{
	BN_free(*n);
}

static void
param_bld_auto(OSSL_PARAM_BLD **builder)
{
	OSSL_PARAM_BLD_free(*builder);
}

static void
params_auto(OSSL_PARAM **params)
{
	OSSL_PARAM_free(*params);
}

void
pkey_auto(EVP_PKEY **key)
{
	EVP_PKEY_free(*key);
}

/* RFC 7518 section 2, Base64urlUInt.  NULL unless the member is one; the caller frees it. */
static BIGNUM *
unsigned_member(struct arena *a, struct json_object *jwk, const char *name)
{
	const char *text = json_string(jwk, name);
	uint8_t *data;
	size_t n;

	if (text == NULL || strlen(text) > NUMBER_MAX ||
	    !base64url_decode(a, text, strlen(text), &data, &n))
		return NULL;
	return BN_bin2bn(data, (int)n, NULL);
}

static bool
is_modulus(const BIGNUM *n)
{
	return n != NULL && BN_is_odd(n) && BN_num_bits(n) >= RSA_BITS_MIN &&
	    BN_num_bits(n) <= RSA_BITS_MAX;
}

static bool
is_exponent(const BIGNUM *e)
{
	return e != NULL && BN_is_odd(e) && BN_num_bits(e) <= EXPONENT_BITS_MAX &&
	    BN_get_word(e) >= EXPONENT_MIN;
}

static EVP_PKEY *
rsa_key(const BIGNUM *n, const BIGNUM *e)
{
	AUTO(pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	AUTO(param_bld) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	AUTO(params) OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (ctx == NULL || builder == NULL ||
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) != 1 ||
	    (params = OSSL_PARAM_BLD_to_param(builder)) == NULL ||
	    EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		ERR_clear_error();
		return NULL;
	}
	return key;
}

bool
jwk_absent_or(struct json_object *jwk, const char *name, const char *value)
{
	const char *text = json_string(jwk, name);

	return !json_has(jwk, name) || (text != NULL && strcmp(text, value) == 0);
}

EVP_PKEY *
jwk_rsa(struct arena *a, struct json_object *jwk)
{
	AUTO(bn) BIGNUM *n = NULL;
	AUTO(bn) BIGNUM *e = NULL;
	const char *kty = json_string(jwk, "kty");

	if (kty == NULL || strcmp(kty, "RSA") != 0)
		return NULL;
	n = unsigned_member(a, jwk, "n");
	e = unsigned_member(a, jwk, "e");
	return is_modulus(n) && is_exponent(e) ? rsa_key(n, e) : NULL;
}

/* The key if it may verify RS256 signatures, NULL if not. */
static EVP_PKEY *
usable_key(struct arena *a, struct json_object *jwk)
{
	if (!jwk_absent_or(jwk, "use", "sig") || !jwk_absent_or(jwk, "alg", "RS256"))
		return NULL;
	/* An issuer that cannot be read must not turn into "any issuer". */
	if (json_has(jwk, "issuer") && json_string(jwk, "issuer") == NULL)
		return NULL;
	return jwk_rsa(a, jwk);
}

/* The first usable key with that kid, or with any kid when kid is NULL. */
static struct json_object *
find(struct arena *a, struct json_object *set, const char *kid, EVP_PKEY **key)
{
	struct json_object *keys = json_array_member(set, "keys");
	size_t count = keys == NULL ? 0 : json_object_array_length(keys);

	for (size_t i = 0; i < count; i++) {
		struct json_object *jwk = json_object_array_get_idx(keys, i);
		const char *its = json_string(jwk, "kid");

		if (its != NULL && (kid == NULL || strcmp(its, kid) == 0) &&
		    (*key = usable_key(a, jwk)) != NULL)
			return jwk;
	}
	return NULL;
}

EVP_PKEY *
jwk_find(struct arena *a, struct json_object *set, const char *kid, const char **issuer)
{
	EVP_PKEY *key = NULL;
	struct json_object *jwk = find(a, set, kid, &key);
	const char *text = json_string(jwk, "issuer");

	if (jwk == NULL)
		return NULL;
	*issuer = text == NULL ? NULL : arena_string(a, text);
	return key;
}

bool
jwk_set_valid(struct arena *a, struct json_object *set)
{
	AUTO(pkey) EVP_PKEY *key = NULL;

	return find(a, set, NULL, &key) != NULL;
}
