/* SPDX-License-Identifier: MIT */
/* secret.h - comparing and wiping what nobody may learn */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/attr.h"

/* In time that depends on the lengths alone.  NULL equals nothing, not even NULL. */
MUST_CHECK bool	 secret_equal(const char *, const char *);
MUST_CHECK bool	 secret_bytes_equal(const void *, const void *, size_t n);
void		 secret_wipe(void *, size_t n);

#endif
