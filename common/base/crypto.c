/* SPDX-License-Identifier: MIT */
#include "base/crypto.h"

#include <openssl/crypto.h>

#include "base/die.h"
#include "base/memory.h"

static void *
allocate(size_t n, const char *file UNUSED, int line UNUSED)
{
	return memory_allocate(n);
}

static void *
reallocate(void *block, size_t n, const char *file UNUSED, int line UNUSED)
{
	return memory_reallocate(block, n);
}

static void
release(void *block, const char *file UNUSED, int line UNUSED)
{
	free(block);
}

/*
 * For want of memory OpenSSL fails as for a signature or a seal that is wrong, and a session that
 * is whole would end for it.
 */
void
crypto_begin(void)
{
	static bool begun;

	if (begun)
		return;
	begun = true;
	if (CRYPTO_set_mem_functions(allocate, reallocate, release) != 1 ||
	    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		die("OpenSSL cannot be begun");
}

void
md_ctx_auto(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

void
pkey_ctx_auto(EVP_PKEY_CTX **ctx)
{
	EVP_PKEY_CTX_free(*ctx);
}
