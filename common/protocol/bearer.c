/* SPDX-License-Identifier: MIT */
#include "protocol/bearer.h"

#include <strings.h>

/* b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=" */
static bool
is_b64token(const char *text)
{
	static const char body[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
	size_t n = strspn(text, body);

	return n > 0 && text[n + strspn(text + n, "=")] == '\0';
}

enum bearer
bearer_read(const char *authorization, const char **token)
{
	if (authorization == NULL || strncasecmp(authorization, "Bearer", 6) != 0 ||
	    (authorization[6] != ' ' && authorization[6] != '\0'))
		return BEARER_ABSENT;
	if (authorization[6] == '\0' || !is_b64token(authorization + 7))
		return BEARER_MALFORMED;
	*token = authorization + 7;
	return BEARER_PRESENT;
}

static void
parameter(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_lit(b, ", ");
	buf_lit(b, name);
	buf_lit(b, "=");
	buf_quoted(b, value);
}

void
bearer_challenge(struct buf *b, const struct challenge *c)
{
	buf_lit(b, "Bearer realm=");
	buf_quoted(b, c->realm);
	parameter(b, "error", c->error);
	parameter(b, "error_description", c->error_description);
	parameter(b, "scope", c->scope);
	parameter(b, "resource_metadata", c->resource_metadata);
}
