/* SPDX-License-Identifier: MIT */
/*
 * uri_fuzz - a URI from outside: parts make up the text again, and what may be registered as a
 * redirect URI leads nowhere but to the host that it shows
 */
#include "fuzz.h"
#include "protocol/redirect_uri.h"
#include "protocol/resource_indicator.h"
#include "protocol/uri.h"

#define OURS	"https://mcp.example.org/mcp"

/* The text behind its scheme, from the parts; a port is kept as a number, so it may lose zeros. */
static const char *
put_together(struct arena *a, const struct uri *u)
{
	return arena_printf(a, "%s%s%s%s%s%s%s%s%s", u->host == NULL ? "" : "//",
	    u->userinfo == NULL ? "" : u->userinfo, u->userinfo == NULL ? "" : "@",
	    u->host == NULL ? "" : u->host, u->path, u->query == NULL ? "" : "?",
	    u->query == NULL ? "" : u->query, u->fragment == NULL ? "" : "#",
	    u->fragment == NULL ? "" : u->fragment);
}

static void
judge_parts(struct arena *a, const char *text, const struct uri *u)
{
	EXPECT(is_uri(text) && strlen(text) <= URI_MAX);
	EXPECT(strspn(u->scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.") == strlen(u->scheme));
	EXPECT(strpbrk(u->path, "?#") == NULL && u->port >= -1 && u->port <= 65535);
	EXPECT(u->query == NULL || strchr(u->query, '#') == NULL);
	EXPECT(u->host == NULL || strpbrk(u->host, "/?#@\\%") == NULL);
	if (u->port == -1)
		EXPECT(strcmp(text + strlen(u->scheme) + 1, put_together(a, u)) == 0);
}

static void
judge_redirect(struct arena *a, const char *text, const struct uri *u)
{
	EXPECT(u->userinfo == NULL && u->fragment == NULL && u->host != NULL);
	EXPECT(strcmp(u->scheme, "https") == 0 || redirect_uri_is_loopback(a, text));
	EXPECT(redirect_uri_matches(a, text, text));
	for (const char *p = text; *p != '\0'; p++)
		EXPECT(*p > 0x20 && *p < 0x7f && *p != '\\');
}

/* Whatever a response adds is one more parameter of the same URI. */
static void
judge_response(struct arena *a, const char *text, const struct uri *before)
{
	struct buf b = buf_new(a, 65536);
	struct uri after;

	buf_lit(&b, text);
	uri_add_query(&b, "code", "a&b=c#d");
	if (!uri_parse(a, buf_text(&b), &after))
		return;		/* longer than a URI may be */
	EXPECT(strcmp(before->host, after.host) == 0 && strcmp(before->path, after.path) == 0);
	EXPECT(strstr(after.query, "code=a%26b%3Dc%23d") != NULL && after.fragment == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct uri u = { 0 };
	const char *text;

	if (size > 4 * URI_MAX)
		return 0;
	arena_init(&a, (size_t)4 * 1024 * 1024);
	text = arena_copy(&a, data, size);
	if (uri_parse(&a, text, &u)) {
		judge_parts(&a, text, &u);
		if (u.host != NULL)
			EXPECT(strstr(uri_origin(&a, &u), "://") != NULL);
	}
	if (redirect_uri_acceptable(&a, text, NULL)) {
		judge_redirect(&a, text, &u);
		judge_response(&a, text, &u);
	}
	if (redirect_uri_matches(&a, "https://client.example/cb", text))
		EXPECT(strcmp(text, "https://client.example/cb") == 0);
	if (redirect_uri_matches(&a, "http://127.0.0.1:1/cb", text))
		EXPECT(strcmp(u.host, "127.0.0.1") == 0 && strcmp(u.path, "/cb") == 0 &&
		    u.query == NULL);
	if (resource_matches(&a, OURS, text))
		EXPECT(strncmp(u.path, "/mcp", 4) == 0 && u.userinfo == NULL && u.query == NULL);
	arena_free(&a);
	return 0;
}
