/* SPDX-License-Identifier: MIT */
#include "protocol/redirect_uri.h"

#include "protocol/uri.h"

static bool
is_loopback(const struct uri *u)
{
	return strcmp(u->scheme, "http") == 0 && u->host != NULL && uri_host_is_loopback(u->host);
}

bool
redirect_uri_acceptable(struct arena *a, const char *text, const char *const *schemes)
{
	struct uri u;

	if (strlen(text) > REDIRECT_URI_MAX || !uri_parse(a, text, &u) || u.fragment != NULL ||
	    u.userinfo != NULL || strchr(text, '#') != NULL)
		return false;
	if (strcmp(u.scheme, "https") == 0)
		return u.host != NULL;
	if (strcmp(u.scheme, "http") == 0)
		return is_loopback(&u);
	for (; schemes != NULL && *schemes != NULL; schemes++)
		if (strcmp(*schemes, u.scheme) == 0)
			return true;
	return false;
}

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool
redirect_uri_matches(struct arena *a, const char *registered, const char *presented)
{
	struct uri r, p;

	if (strcmp(registered, presented) == 0)
		return true;
	if (strlen(presented) > REDIRECT_URI_MAX || !uri_parse(a, registered, &r) ||
	    !uri_parse(a, presented, &p))
		return false;
	return is_loopback(&r) && is_loopback(&p) && p.userinfo == NULL && p.fragment == NULL &&
	    same(r.host, p.host) && same(r.path, p.path) && same(r.query, p.query);
}

bool
redirect_uri_is_loopback(struct arena *a, const char *text)
{
	struct uri u;

	return uri_parse(a, text, &u) && is_loopback(&u);
}

const char *
redirect_uri_host(struct arena *a, const char *text)
{
	struct uri u;

	/* Of app://bank.example/ the operating system heeds the scheme alone: no host would be true. */
	if (!uri_parse(a, text, &u) || u.host == NULL ||
	    (strcmp(u.scheme, "https") != 0 && strcmp(u.scheme, "http") != 0))
		return NULL;
	return strstr(uri_origin(a, &u), "://") + 3;
}
