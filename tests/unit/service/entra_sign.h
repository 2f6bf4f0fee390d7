/* SPDX-License-Identifier: MIT */
/* entra_sign.h - an Entra that signs: RS256 tokens, and the key set to check them with */
#ifndef UNIT_SERVICE_ENTRA_SIGN_H
#define UNIT_SERVICE_ENTRA_SIGN_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/base64url.h"
#include "service/endpoint.h"

#include "answering.h"
#include "signed_in.h"

static EVP_PKEY *entra_key, *stranger_key;

static inline int
make_keys(UNUSED void **state)
{
	entra_key = EVP_RSA_gen(2048);
	stranger_key = EVP_RSA_gen(2048);
	return entra_key == NULL || stranger_key == NULL;
}

static inline int
free_keys(UNUSED void **state)
{
	EVP_PKEY_free(entra_key);
	EVP_PKEY_free(stranger_key);
	return 0;
}

static inline const char *
number_of(EVP_PKEY *key, const char *name)
{
	BIGNUM *n = NULL;
	uint8_t bytes[512];
	int len;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
	len = BN_bn2bin(n, bytes);
	BN_free(n);
	return base64url_encode(&fix.arena, bytes, (size_t)len);
}

/* Serves that key under that kid; `more` are further members, with a comma first. */
static inline void
serve_key(EVP_PKEY *key, const char *kid, const char *more)
{
	atomic_store(&server.keys, arena_printf(&fix.arena, "{\"keys\":[{\"kty\":\"RSA\","
	    "\"use\":\"sig\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"%s\"%s}]}", kid,
	    number_of(key, OSSL_PKEY_PARAM_RSA_N), number_of(key, OSSL_PKEY_PARAM_RSA_E), more));
}

static inline const char *
sign_token(EVP_PKEY *key, const char *header, const char *claims)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const char *input = arena_printf(&fix.arena, "%s.%s",
	    base64url_encode(&fix.arena, header, strlen(header)),
	    base64url_encode(&fix.arena, claims, strlen(claims)));
	uint8_t signature[512];
	size_t n = sizeof signature;

	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &n, (const uint8_t *)input, strlen(input)),
	    1);
	EVP_MD_CTX_free(ctx);
	return arena_printf(&fix.arena, "%s.%s", input, base64url_encode(&fix.arena, signature, n));
}

#define ENTRA_HEADER	"{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"k1\"}"

/* Claims of an access token of version 2.0 for us, of that person, that lives so long. */
static inline const char *
access_claims(const char *object_id, int64_t life)
{
	return arena_printf(&fix.arena, "{\"ver\":\"2.0\",\"iss\":\"" ENTRA_ISSUER
	    "\",\"aud\":\"" OUR_APP
	    "\",\"iat\":%lld,\"nbf\":%lld,\"exp\":%lld,\"tid\":\"" TENANT "\",\"oid\":\"%s\","
	    "\"azp\":\"" OUR_APP "\",\"scp\":\"mcp.access\"}", (long long)fix.clock,
	    (long long)fix.clock, (long long)(fix.clock + life), object_id);
}

static inline const char *
access_token_of(const char *object_id, int64_t life)
{
	return sign_token(entra_key, ENTRA_HEADER, access_claims(object_id, life));
}

/* The server with discovery, the key k1, a credential and a worker's verdicts. */
static inline int
entra_open(void **state)
{
	const char *why = NULL;

	(void)server_open(state);
	serve_discovery();
	serve_key(entra_key, "k1", "");
	write_file(path_of("secret"), "s3cret\n");
	fix.rq.verdicts = verdict_service.open(&fix.config, &why);
	return fix.rq.verdicts == NULL;
}

static inline int
entra_close(void **state)
{
	verdict_service.close(fix.rq.verdicts);
	return server_close(state);
}

#define SIGNED(test)	cmocka_unit_test_setup_teardown(test, entra_open, entra_close)

#endif
