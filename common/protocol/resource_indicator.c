/* SPDX-License-Identifier: MIT */
#include "protocol/resource_indicator.h"

#include "protocol/uri.h"

static size_t
without_slash(const char *path)
{
	size_t n = strlen(path);

	return n > 0 && path[n - 1] == '/' ? n - 1 : n;
}

bool
resource_matches(struct arena *a, const char *ours, const char *asked)
{
	struct uri o, u;

	if (!uri_parse(a, ours, &o) || !uri_parse(a, asked, &u) || u.host == NULL ||
	    u.userinfo != NULL || u.query != NULL || u.fragment != NULL)
		return false;
	return strcmp(uri_origin(a, &o), uri_origin(a, &u)) == 0 &&
	    without_slash(o.path) == without_slash(u.path) &&
	    strncmp(o.path, u.path, without_slash(o.path)) == 0;
}
