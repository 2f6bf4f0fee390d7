/* SPDX-License-Identifier: MIT */
/* entra.c - an Entra that signs with a key of this process */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/base64url.h"

#include "door.h"

#define ENTRA	AUTHORITY "/" TENANT "/v2.0"

const char entra_discovery[] = "{\"issuer\":\"" ENTRA "\",\"authorization_endpoint\":\"" AUTHORITY
    "/authorize\",\"token_endpoint\":\"" AUTHORITY "/token\",\"jwks_uri\":\"" AUTHORITY
    "/keys\",\"end_session_endpoint\":\"" AUTHORITY "/logout\"}";

static EVP_PKEY *
key(void)
{
	static EVP_PKEY *made;

	if (made == NULL)
		made = EVP_RSA_gen(2048);
	EXPECT(made != NULL);
	return made;
}

static const char *
number(struct arena *a, const char *name)
{
	BIGNUM *n = NULL;
	uint8_t bytes[512];
	int len;

	EXPECT(EVP_PKEY_get_bn_param(key(), name, &n) == 1);
	len = BN_bn2bin(n, bytes);
	BN_free(n);
	return base64url_encode(a, bytes, (size_t)len);
}

const char *
entra_keys(struct arena *a)
{
	return arena_printf(a, "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"k1\",\"n\":\"%s\",\"e\":\"%s\"}]}",
	    number(a, OSSL_PKEY_PARAM_RSA_N), number(a, OSSL_PKEY_PARAM_RSA_E));
}

static const char *
sign(struct arena *a, const char *claims)
{
	static const char header[] = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"k1\"}";
	const char *input = arena_printf(a, "%s.%s", base64url_encode(a, header, sizeof header - 1),
	    base64url_encode(a, claims, strlen(claims)));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[512];
	size_t n = sizeof signature;

	EXPECT(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key()) == 1);
	EXPECT(EVP_DigestSign(ctx, signature, &n, (const uint8_t *)input, strlen(input)) == 1);
	EVP_MD_CTX_free(ctx);
	return arena_printf(a, "%s.%s", input, base64url_encode(a, signature, n));
}

static const char *
claims(struct arena *a, const char *more)
{
	return arena_printf(a, "{\"ver\":\"2.0\",\"iss\":\"" ENTRA "\",\"aud\":\"" APP "\",\"iat\":%lld,"
	    "\"nbf\":%lld,\"exp\":%lld,\"tid\":\"" TENANT "\",\"oid\":\"" PERSON "\",\"azp\":\"" APP "\",%s}",
	    (long long)NOW, (long long)NOW, (long long)NOW + 3600, more);
}

const char *
entra_id_token(struct arena *a, const char *nonce)
{
	return sign(a, claims(a, arena_printf(a, "\"nonce\":\"%s\",\"sid\":\"entra-sid\"", nonce)));
}

const char *
entra_access_token(struct arena *a)
{
	return sign(a, claims(a, "\"scp\":\"mcp.access\",\"roles\":[\"Reader\"],\"name\":\"A Person\""));
}
