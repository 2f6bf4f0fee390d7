/* SPDX-License-Identifier: MIT */
/* crypto.h - how OpenSSL is begun, and what it lent given back */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <openssl/evp.h>

#include "base/attr.h"

/*
 * Before anything else of OpenSSL, once for the process: no configuration file is read, and where
 * there is no memory the program dies.  Again, it does nothing.
 */
void	 crypto_begin(void);

/* For AUTO(md_ctx) and AUTO(pkey_ctx). */
void	 md_ctx_auto(EVP_MD_CTX **);
void	 pkey_ctx_auto(EVP_PKEY_CTX **);

#endif
