/* SPDX-License-Identifier: MIT */
#include "service/upstream_endpoint.h"

#include "protocol/uri.h"

/* scheme://host:port of the configured URL, without what follows. */
static size_t
origin_len(const char *url)
{
	const char *host = strstr(url, "://");

	return host == NULL ? 0 : (size_t)(host + 3 - url) + strcspn(host + 3, "/?#");
}

static bool
is_plain(const char *path)
{
	for (const char *p = path; *p != '\0'; p++)
		if (*p <= 0x20 || *p >= 0x7f || *p == '#' || *p == '\\')
			return false;
	return true;
}

const char *
upstream_endpoint(struct arena *a, const struct config_server *server, const char *said)
{
	const char *url = server->upstream_url;
	size_t n = origin_len(url), path = n + strcspn(url + n, "?"), folder = path;

	if (!is_plain(said) || *said == '\0')
		return NULL;
	if (strncmp(said, url, n) == 0 && (said[n] == '/' || said[n] == '?'))
		return arena_printf(a, "%s%s", said[n] == '?' ? "/" : "", said + n);
	if (*said == '/')
		return said[1] == '/' ? NULL : arena_string(a, said);
	if (strstr(said, "://") != NULL)
		return NULL;
	if (*said == '?')
		return arena_printf(a, "%.*s%s", (int)(path - n), url + n, said);
	while (folder > n && url[folder - 1] != '/')
		folder--;
	return arena_printf(a, "%s%.*s%s", folder == n ? "/" : "", (int)(folder - n), url + n, said);
}

const char *
upstream_endpoint_url(struct arena *a, const struct config_server *server, const char *path)
{
	return arena_printf(a, "%.*s%s", (int)origin_len(server->upstream_url), server->upstream_url, path);
}
