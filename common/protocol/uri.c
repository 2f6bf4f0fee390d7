/* SPDX-License-Identifier: MIT */
#include "protocol/uri.h"

#include <ctype.h>

#include "base/number.h"
#include "protocol/address.h"

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_xdigit(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 3986 section 2: unreserved, reserved or an escape, nothing else. */
static bool
characters_are_fine(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '%') {
			if (!is_xdigit(p[1]) || !is_xdigit(p[2]))
				return false;
		} else if (!is_alpha(*p) && !is_digit(*p) &&
		    strchr("-._~:/?#[]@!$&'()*+,;=", *p) == NULL) {
			return false;
		}
	}
	return true;
}

/* As the URL Standard's "ends in a number checker" has it: digits, or 0x and what may follow that. */
static bool
ends_in_a_number(const char *host, size_t n)
{
	const char *end = host + n - (host[n - 1] == '.'), *last = end;

	while (last > host && last[-1] != '.')
		last--;
	n = (size_t)(end - last);
	if (n >= 2 && last[0] == '0' && (last[1] == 'x' || last[1] == 'X'))
		return strspn(last + 2, "0123456789abcdefABCDEF") == n - 2;
	return n > 0 && strspn(last, "0123456789") == n;
}

/* Browsers read 127.1 and 0x7f000001 as addresses: of what ends in a number only a.b.c.d is a host. */
static bool
host_is_fine(const char *host)
{
	size_t n = strlen(host);
	struct address address;

	if (n == 0 || n > 255)
		return false;
	if (host[0] == '[')
		return n > 3 && host[n - 1] == ']' && memchr(host, ':', n) != NULL &&
		    address_read(host + 1, n - 2, &address);
	for (const char *p = host; *p != '\0'; p++)
		if (!is_alpha(*p) && !is_digit(*p) && *p != '-' && *p != '.' && *p != '_')
			return false;
	return !ends_in_a_number(host, n) || address_read(host, n, &address);
}

/* authority = [ userinfo "@" ] host [ ":" port ] */
static bool
read_authority(struct arena *a, const char *text, size_t n, struct uri *out)
{
	char *authority = arena_copy(a, text, n), *host = authority, *at, *colon;
	int64_t port = -1;

	if ((at = strrchr(authority, '@')) != NULL) {
		*at = '\0';
		out->userinfo = authority;
		host = at + 1;
	}
	colon = strrchr(host, ':');
	if (colon != NULL && strchr(colon, ']') == NULL) {
		*colon = '\0';
		if (!number_read(colon + 1, 65535, &port))
			return false;
	}
	out->host = host;
	out->port = (int)port;
	return host_is_fine(host);
}

bool
uri_parse(struct arena *a, const char *text, struct uri *out)
{
	struct uri uri = { .port = -1 };
	const char *p = text, *end;
	char *scheme;

	if (strlen(text) > URI_MAX || !is_alpha(*p) || !characters_are_fine(text))
		return false;
	while (is_alpha(*p) || is_digit(*p) || *p == '+' || *p == '-' || *p == '.')
		p++;
	if (*p != ':')
		return false;
	uri.scheme = scheme = arena_copy(a, text, (size_t)(p - text));
	for (char *c = scheme; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	p++;
	if (strncmp(p, "//", 2) == 0) {
		p += 2;
		end = p + strcspn(p, "/?#");
		if (!read_authority(a, p, (size_t)(end - p), &uri))
			return false;
		p = end;
	}
	end = p + strcspn(p, "?#");
	uri.path = arena_copy(a, p, (size_t)(end - p));
	if (*end == '?') {
		p = end + 1;
		end = p + strcspn(p, "#");
		uri.query = arena_copy(a, p, (size_t)(end - p));
	}
	if (*end == '#')
		uri.fragment = arena_string(a, end + 1);
	*out = uri;
	return true;
}

bool
is_uri(const char *text)
{
	const char *colon = strchr(text, ':');

	return colon != NULL && colon != text && is_alpha(*text) && characters_are_fine(text);
}

bool
uri_host_is_loopback(const char *host)
{
	int64_t number;
	char part[4];

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	if (strncmp(host, "127.", 4) != 0)
		return false;
	for (int i = 0; i < 4; i++) {
		size_t n = strcspn(host, ".");

		if (n == 0 || n > 3 || (host[n] == '\0') != (i == 3))
			return false;
		memcpy(part, host, n);
		part[n] = '\0';
		if (!number_read(part, 255, &number) || (n > 1 && part[0] == '0'))
			return false;
		host += n + (host[n] == '.');
	}
	return true;
}

char *
uri_origin(struct arena *a, const struct uri *uri)
{
	bool own = uri->port == -1 || (uri->port == 443 && strcmp(uri->scheme, "https") == 0) ||
	    (uri->port == 80 && strcmp(uri->scheme, "http") == 0);
	char *origin = own ? arena_printf(a, "%s://%s", uri->scheme, uri->host) :
	    arena_printf(a, "%s://%s:%d", uri->scheme, uri->host, uri->port);

	for (char *c = origin; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return origin;
}

void
uri_add_query(struct buf *b, const char *name, const char *value)
{
	const char *so_far = buf_text(b);

	if (so_far == NULL)
		return;
	buf_lit(b, strchr(so_far, '?') == NULL ? "?" :
	    so_far[b->len - 1] == '?' || so_far[b->len - 1] == '&' ? "" : "&");
	buf_query(b, name);
	buf_lit(b, "=");
	buf_query(b, value);
}
