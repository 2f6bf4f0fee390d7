/* SPDX-License-Identifier: MIT */
#include "base/aead.h"

#include <limits.h>
#include <openssl/evp.h>

#include "base/die.h"
#include "base/random.h"

#define FORMAT	1
#define NONCE	12
#define TAG	16

static bool
authenticate(EVP_CIPHER_CTX *ctx, const char *associated, int (*update)(EVP_CIPHER_CTX *,
    unsigned char *, int *, const unsigned char *, int))
{
	const unsigned char format = FORMAT;
	size_t n = strlen(associated);
	int len;

	return n <= INT_MAX && update(ctx, NULL, &len, &format, 1) == 1 &&
	    update(ctx, NULL, &len, (const unsigned char *)associated, (int)n) == 1;
}

struct bytes
aead_seal(struct arena *a, const uint8_t key[static AEAD_KEY_SIZE], const char *associated,
    const void *plain, size_t n)
{
	struct bytes out = { .data = arena_alloc(a, n + AEAD_OVERHEAD), .len = n + AEAD_OVERHEAD };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t *nonce = out.data + 1, *body = nonce + NONCE;
	int len, rest;

	out.data[0] = FORMAT;
	random_bytes(nonce, NONCE);
	if (ctx == NULL || n > INT_MAX ||
	    EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) != 1 ||
	    !authenticate(ctx, associated, EVP_EncryptUpdate) ||
	    EVP_EncryptUpdate(ctx, body, &len, plain, (int)n) != 1 ||
	    EVP_EncryptFinal_ex(ctx, body + len, &rest) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, body + n) != 1)
		die("AES-256-GCM failed");
	EVP_CIPHER_CTX_free(ctx);
	return out;
}

bool
aead_open(struct arena *a, const uint8_t key[static AEAD_KEY_SIZE], const char *associated,
    struct bytes sealed, struct bytes *plain)
{
	size_t n = sealed.len - AEAD_OVERHEAD;
	EVP_CIPHER_CTX *ctx;
	uint8_t *out;
	int len, rest;
	bool good;

	if (sealed.len < AEAD_OVERHEAD || n > INT_MAX || sealed.data[0] != FORMAT)
		return false;
	out = arena_alloc(a, n + 1);
	if ((ctx = EVP_CIPHER_CTX_new()) == NULL)
		die("AES-256-GCM cannot be set up");
	good = EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, sealed.data + 1) == 1 &&
	    authenticate(ctx, associated, EVP_DecryptUpdate) &&
	    EVP_DecryptUpdate(ctx, out, &len, sealed.data + 1 + NONCE, (int)n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, sealed.data + sealed.len - TAG) == 1 &&
	    EVP_DecryptFinal_ex(ctx, out + len, &rest) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!good)
		return false;
	*plain = (struct bytes){ .data = out, .len = n };
	return true;
}
