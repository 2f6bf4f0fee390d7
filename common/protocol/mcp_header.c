/* SPDX-License-Identifier: MIT */
#include "protocol/mcp_header.h"

#include "base/base64url.h"
#include "base/utf8.h"

/* 2026-07-28 streamable HTTP, "Standard Request Headers". */
static const struct {
	const char	*method;
	const char	*member;	/* of params */
} name_sources[] = {
	{ "tools/call",		"name" },
	{ "prompts/get",	"name" },
	{ "resources/read",	"uri" },
};

/* "Value Encoding": the markers are exact, lower case. */
static const char sentinel_open[] = "=?base64?", sentinel_close[] = "?=";

struct text {
	const char	*at;
	size_t		 len;
};

static struct text
trimmed(const char *value)
{
	const char *at = value + strspn(value, " \t");
	size_t len = strlen(at);

	while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
		len--;
	return (struct text){ at, len };
}

static bool
equal(const void *bytes, size_t n, const char *text)
{
	return n == strlen(text) && memcmp(bytes, text, n) == 0;
}

/* What stands between the markers; false when they are not there. */
static bool
sentinel(struct text value, struct text *inside)
{
	const size_t open = sizeof sentinel_open - 1, close = sizeof sentinel_close - 1;

	if (value.len < open + close || memcmp(value.at, sentinel_open, open) != 0 ||
	    memcmp(value.at + value.len - close, sentinel_close, close) != 0)
		return false;
	*inside = (struct text){ value.at + open, value.len - open - close };
	return true;
}

bool
mcp_header_says(const char *value, const char *expected)
{
	struct text text;

	if (value == NULL)
		return false;
	text = trimmed(value);
	return equal(text.at, text.len, expected);
}

bool
mcp_header_decodes_to(struct arena *a, const char *value, const char *expected)
{
	struct text inside;
	uint8_t *bytes;
	size_t n;

	if (value == NULL || !sentinel(trimmed(value), &inside))
		return mcp_header_says(value, expected);
	return base64_decode(a, inside.at, inside.len, &bytes, &n) && utf8_valid(bytes, n) &&
	    equal(bytes, n, expected);
}

const char *
mcp_header_name_source(const char *method)
{
	for (size_t i = 0; i < COUNT(name_sources); i++)
		if (strcmp(name_sources[i].method, method) == 0)
			return name_sources[i].member;
	return NULL;
}

const char *
mcp_header_encode(struct arena *a, const char *value)
{
	size_t n = strlen(value);
	bool plain = strncmp(value, sentinel_open, sizeof sentinel_open - 1) != 0 &&
	    (n == 0 || (value[0] != ' ' && value[n - 1] != ' '));

	for (size_t i = 0; i < n; i++)
		plain = plain && value[i] >= 0x20 && value[i] <= 0x7e;
	return plain ? value : arena_printf(a, "%s%s%s", sentinel_open, base64_encode(a, value, n),
	    sentinel_close);
}
