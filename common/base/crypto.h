/* SPDX-License-Identifier: MIT */
/* crypto.h - how OpenSSL is begun */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include "base/attr.h"

/*
 * Before anything else of OpenSSL, once for the process: no configuration file is read, and where
 * there is no memory the program dies.  Again, it does nothing.
 */
void	 crypto_begin(void);

#endif
