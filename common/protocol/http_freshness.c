/* SPDX-License-Identifier: MIT */
#include "protocol/http_freshness.h"

#include <strings.h>

#include "base/number.h"

#define OWS		" \t"
#define AGE_MOST	INT64_C(2147483648)	/* RFC 9111 section 1.2.2: a longer one is this */

/* Digits, in quotes or not; -1 for anything else. */
static int64_t
seconds(struct arena *a, const char *text, size_t n)
{
	int64_t value;

	if (n >= 2 && text[0] == '"' && text[n - 1] == '"') {
		text++;
		n -= 2;
	}
	if (n == 0 || strspn(text, "0123456789") < n)
		return -1;
	return number_read(arena_copy(a, text, n), AGE_MOST, &value) ? value : AGE_MOST;
}

static bool
is(const char *directive, size_t n, const char *name)
{
	return strlen(name) == n && strncasecmp(directive, name, n) == 0;
}

int64_t
http_fresh_for(struct arena *a, const char *cache_control, const char *age)
{
	int64_t most = -1, spent = age == NULL ? 0 : seconds(a, age, strlen(age));

	for (const char *p = cache_control; p != NULL && *p != '\0';) {
		size_t all = strcspn(p += strspn(p, OWS ","), ","), n = all, name;

		while (n > 0 && strchr(OWS, p[n - 1]) != NULL)
			n--;
		name = strcspn(p, "=,");
		name = name < n ? name : n;
		if (is(p, name, "no-store") || is(p, name, "no-cache"))
			return 0;
		if (is(p, name, "max-age")) {
			int64_t value = name == n ? -1 : seconds(a, p + name + 1, n - name - 1);

			/* RFC 9111 section 4.2.1: of two the shorter; what cannot be read is stale. */
			if (value < 0)
				return 0;
			most = most < 0 || value < most ? value : most;
		}
		p += all;
	}
	if (most < 0)
		return -1;
	return spent < 0 || spent >= most ? 0 : most - spent;
}

const char *
http_etag(const char *value)
{
	const char *tag = value == NULL ? "" : strncmp(value, "W/", 2) == 0 ? value + 2 : value;
	size_t n = strlen(tag);

	if (n < 2 || n > HTTP_ETAG_MAX || tag[0] != '"' || tag[n - 1] != '"')
		return NULL;
	for (size_t i = 1; i < n - 1; i++)
		if ((unsigned char)tag[i] <= 0x20 || (unsigned char)tag[i] >= 0x7f || tag[i] == '"')
			return NULL;
	return value;
}
