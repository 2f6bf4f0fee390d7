/* SPDX-License-Identifier: MIT */
#include "protocol/scope.h"

static bool
is_scope_character(char c)
{
	return c == 0x21 || (c >= 0x23 && c <= 0x5b) || (c >= 0x5d && c <= 0x7e);
}

bool
is_scope(const char *text)
{
	bool after_token = false;

	for (; *text != '\0'; text++) {
		if (*text == ' ' && !after_token)
			return false;
		if (*text != ' ' && !is_scope_character(*text))
			return false;
		after_token = *text != ' ';
	}
	return after_token;
}

static bool
contains(const char *scope, const char *token, size_t n)
{
	while (*scope != '\0') {
		size_t len = strcspn(scope, " ");

		if (len == n && memcmp(scope, token, n) == 0)
			return true;
		scope += len + (scope[len] == ' ');
	}
	return false;
}

bool
scope_contains(const char *scope, const char *token)
{
	return contains(scope, token, strlen(token));
}

bool
scope_within(const char *part, const char *whole)
{
	while (*part != '\0') {
		size_t len = strcspn(part, " ");

		if (len > 0 && !contains(whole, part, len))
			return false;
		part += len + (part[len] == ' ');
	}
	return true;
}

const char *
scope_grant(struct arena *a, const char *asked, const char *more)
{
	const char *granted = SCOPE_TOOLS;
	bool known = asked == NULL || scope_contains(asked, SCOPE_TOOLS);

	while (asked != NULL && *asked != '\0') {
		size_t len = strcspn(asked, " ");

		if (contains(more, asked, len) || contains(SCOPE_OFFLINE, asked, len)) {
			known = true;
			if (!contains(granted, asked, len))
				granted = arena_printf(a, "%s %.*s", granted, (int)len, asked);
		}
		asked += len + (asked[len] == ' ');
	}
	return known ? granted : NULL;
}
