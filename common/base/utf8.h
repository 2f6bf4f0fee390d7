/* SPDX-License-Identifier: MIT */
/* utf8.h - RFC 3629 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/attr.h"

/* Shortest forms only, no surrogates, nothing above U+10FFFF.  A zero byte is a character. */
MUST_CHECK bool	 utf8_valid(const void *, size_t n);

#endif
