/* SPDX-License-Identifier: MIT */
/* guid.h - the form of RFC 9562 section 4, in which Microsoft names tenants, people, groups */
#ifndef PROTOCOL_GUID_H
#define PROTOCOL_GUID_H

#include "base/attr.h"

/* Eight, four, four, four and twelve hexadecimal digits of either case; NULL is none. */
MUST_CHECK bool	 guid_is(const char *);

/* The same in lower case alone, as Entra writes it: an identity has one spelling. */
MUST_CHECK bool	 guid_is_canonical(const char *);

#endif
