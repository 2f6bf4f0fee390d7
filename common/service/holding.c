/* SPDX-License-Identifier: MIT */
#include "service/holding.h"

#define SIGN	HOLDS_KEY(KEY_SIGN)
#define WRAP	HOLDS_KEY(KEY_WRAP)
#define CACHE	HOLDS_KEY(KEY_CACHE)
#define BROWSER	HOLDS_KEY(KEY_BROWSER)
#define LOGOUT	HOLDS_KEY(KEY_LOGOUT)

/* clang-format off */
const struct holding holdings[] = {
	{ "metadata",	    0 },
	{ "register",	    HOLDS_STORE },
	{ "authorize",	    HOLDS_STORE | HOLDS_NETWORK },
	{ "consent",	    HOLDS_STORE | BROWSER },
	{ "oauth-callback", HOLDS_STORE | BROWSER | CACHE | LOGOUT | WRAP | HOLDS_NETWORK | HOLDS_CREDENTIAL },
	{ "token",	    HOLDS_STORE | SIGN | WRAP | HOLDS_CLIENTS },
	{ "revoke",	    HOLDS_STORE | HOLDS_CLIENTS },
	{ "introspect",	    HOLDS_STORE | SIGN | WRAP | HOLDS_ASKERS },
	{ "logout",	    HOLDS_STORE | LOGOUT },
	{ "account",	    HOLDS_STORE | BROWSER },
	{ "mcp",	    HOLDS_STORE | SIGN | WRAP | CACHE | HOLDS_NETWORK | HOLDS_CREDENTIAL | HOLDS_UPSTREAMS },
};
/* clang-format on */

const size_t holding_count = COUNT(holdings);

uint32_t
holding_of(const char *program)
{
	for (size_t i = 0; i < holding_count; i++)
		if (strcmp(holdings[i].program, program) == 0)
			return holdings[i].holds;
	return 0;
}
