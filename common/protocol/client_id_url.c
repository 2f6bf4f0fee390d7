/* SPDX-License-Identifier: MIT */
#include "protocol/client_id_url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

#define SCHEME	"https://"

bool
client_id_is_url(const char *client_id)
{
	return strncasecmp(client_id, SCHEME, sizeof SCHEME - 1) == 0;
}

/* Length of ".", "%2e" or "%2E" at p; 0 for anything else. */
static size_t
dot(const char *p)
{
	return *p == '.' ? 1 : strncasecmp(p, "%2e", 3) == 0 ? 3 : 0;
}

/* RFC 3986 section 5.2.4: segments that are one dot or two. */
static bool
has_dot_segment(const char *path)
{
	for (const char *p = path; (p = strchr(p, '/')) != NULL;) {
		const char *end = ++p;

		for (int i = 0; i < 2 && dot(end) > 0; i++)
			end += dot(end);
		if (end != p && (*end == '/' || *end == '\0'))
			return true;
	}
	return false;
}

/* What a resolver may take for a number ends in one (WHATWG URL, "ends in a number"). */
static bool
ends_in_number(const char *host)
{
	const char *label = strrchr(host, '.');

	label = label == NULL ? host : label + 1;
	return strspn(label, "0123456789") == strlen(label) || strncmp(label, "0x", 2) == 0;
}

static bool
is_one_spelling(struct arena *a, const char *host)
{
	uint8_t address[16];
	size_t n = strlen(host);

	for (const char *p = host; *p != '\0'; p++)
		if (isupper((unsigned char)*p))
			return false;
	if (host[0] == '[')
		return inet_pton(AF_INET6, arena_copy(a, host + 1, n - 2), address) == 1;
	if (ends_in_number(host))
		return inet_pton(AF_INET, host, address) == 1;
	return host[0] != '.' && host[n - 1] != '.' && strstr(host, "..") == NULL;
}

bool
client_id_url_read(struct arena *a, const char *text, struct uri *out)
{
	struct uri u;

	if (strlen(text) > CLIENT_ID_URL_MAX || strncmp(text, SCHEME, sizeof SCHEME - 1) != 0 ||
	    !uri_parse(a, text, &u) || u.host == NULL || u.port == 0)
		return false;
	if (u.userinfo != NULL || u.fragment != NULL || u.path[0] != '/' || u.path[1] == '\0' ||
	    has_dot_segment(u.path) || !is_one_spelling(a, u.host))
		return false;
	*out = u;
	return true;
}
