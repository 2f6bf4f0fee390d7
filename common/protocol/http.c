/* SPDX-License-Identifier: MIT */
#include "protocol/http.h"

#include <strings.h>
#include <time.h>

#define OWS	" \t"

bool
http_media_type_is(const char *content_type, const char *type)
{
	size_t n = strlen(type);

	if (content_type == NULL)
		return false;
	content_type += strspn(content_type, OWS);
	if (strncasecmp(content_type, type, n) != 0)
		return false;
	content_type += n + strspn(content_type + n, OWS);
	return *content_type == '\0' || *content_type == ';';
}

bool
http_media_type_is_json(const char *content_type)
{
	static const char top[] = "application/", suffix[] = "+json";
	const char *type = content_type == NULL ? "" : content_type + strspn(content_type, OWS);
	size_t n = strcspn(type, OWS ";");

	if (http_media_type_is(content_type, "application/json"))
		return true;
	return n > sizeof top + sizeof suffix - 2 && strncasecmp(type, top, sizeof top - 1) == 0 &&
	    strncasecmp(type + n - (sizeof suffix - 1), suffix, sizeof suffix - 1) == 0 &&
	    (type[n + strspn(type + n, OWS)] == '\0' || type[n + strspn(type + n, OWS)] == ';');
}

/* ;q=0, ;q=0.0, ... within one element of an Accept value. */
static bool
refused_by_q(const char *element, size_t n)
{
	for (const char *p = element; p + 4 <= element + n; p++)
		if (*p == ';') {
			const char *q = p + 1 + strspn(p + 1, OWS);

			if (strncasecmp(q, "q=0", 3) == 0 && strspn(q + 3, ".0") ==
			    strcspn(q + 3, ",; \t"))
				return true;
		}
	return false;
}

/* range = type/subtype, type/ *, or * / * */
static bool
range_covers(const char *range, size_t n, const char *type)
{
	const char *slash = strchr(type, '/');
	size_t main_len = (size_t)(slash - type) + 1;

	if (n == 3 && memcmp(range, "*/*", 3) == 0)
		return true;
	if (n == main_len + 1 && range[n - 1] == '*')
		return strncasecmp(range, type, main_len) == 0;
	return n == strlen(type) && strncasecmp(range, type, n) == 0;
}

bool
http_accepts(const char *accept, const char *type)
{
	if (accept == NULL || accept[strspn(accept, OWS)] == '\0')
		return true;
	while (*accept != '\0') {
		size_t n;

		accept += strspn(accept, OWS ",");
		n = strcspn(accept, ",");
		if (range_covers(accept, strcspn(accept, ",; \t"), type) && !refused_by_q(accept, n))
			return true;
		accept += n;
	}
	return false;
}

const char *
http_cookie(struct arena *a, const char *cookies, const char *name)
{
	const char *found = NULL;
	size_t n = strlen(name);

	for (const char *p = cookies; p != NULL && *p != '\0';) {
		size_t len = strcspn(p += strspn(p, OWS ";"), ";");

		if (strncmp(p, name, n) == 0 && p[n] == '=') {
			size_t size = len - n - 1;

			while (size > 0 && strchr(OWS, p[n + size]) != NULL)
				size--;
			if (found != NULL || size > COOKIE_MAX)
				return NULL;
			found = arena_copy(a, p + n + 1, size);
		}
		p += len;
	}
	return found;
}

/* One that can stand in a Set-Cookie of ours. */
static bool
is_cookie_name(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (name[i] < 0x21 || name[i] > 0x7e)
			return false;
	return n <= COOKIE_NAME_MAX;
}

const char *
http_cookie_name(struct arena *a, const char *cookies, const char *prefix, size_t n)
{
	for (const char *p = cookies; p != NULL && *p != '\0';) {
		size_t len = strcspn(p += strspn(p, OWS ";"), ";"), name = strcspn(p, "=; \t");

		if (strncmp(p, prefix, strlen(prefix)) == 0 && is_cookie_name(p, name) && n-- == 0)
			return arena_copy(a, p, name);
		p += len;
	}
	return NULL;
}

bool
http_host_equal(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

/* strptime takes the 30th of February and more; what a date writes again is one. */
bool
http_date_read(const char *text, int64_t *seconds)
{
	static const char format[] = "%a, %d %b %Y %H:%M:%S GMT";
	struct tm tm = { 0 };
	const char *end = strptime(text, format, &tm);
	char again[sizeof "Sun, 06 Nov 1994 08:49:37 GMT"];
	int64_t at;

	if (end == NULL || *end != '\0' || tm.tm_year < 70)
		return false;
	at = (int64_t)timegm(&tm);
	if (strftime(again, sizeof again, format, &tm) == 0 || strcmp(again, text) != 0)
		return false;
	*seconds = at;
	return true;
}
