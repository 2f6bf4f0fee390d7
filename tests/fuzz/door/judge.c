/* SPDX-License-Identifier: MIT */
/* answer.c - what must hold for every answer, whatever was asked */
#include "base/number.h"
#include "protocol/json.h"

#include "door.h"

#define HEADERS_MAX	64

struct header {
	const char	*name, *value;
};

struct answer {
	int64_t		 status;
	struct header	 header[HEADERS_MAX];
	size_t		 headers;
	const char	*body;
	size_t		 len;
};

static const char *
header(const struct answer *r, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < r->headers; i++)
		if (strcasecmp(r->header[i].name, name) == 0) {
			EXPECT(value == NULL || strcmp(name, "Set-Cookie") == 0);
			value = r->header[i].value;
		}
	return value;
}

/* RFC 3875 section 6.2: lines of name, colon, value and a line end; of printable bytes alone. */
static void
read_header(struct arena *a, struct answer *r, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);

	EXPECT(colon != NULL && colon > line && colon[1] == ' ' && r->headers < HEADERS_MAX);
	for (size_t i = 0; i < n; i++)
		EXPECT(line[i] == '\t' || ((unsigned char)line[i] >= 0x20 && line[i] != 0x7f));
	r->header[r->headers].name = arena_copy(a, line, (size_t)(colon - line));
	r->header[r->headers++].value = arena_copy(a, colon + 2, n - (size_t)(colon - line) - 2);
}

static void
read_answer(struct arena *a, const struct exchange *e, struct answer *r)
{
	const char *at = e->answer;

	for (;;) {
		const char *end = strstr(at, "\r\n");

		EXPECT(end != NULL);
		if (end == at)
			break;
		read_header(a, r, at, (size_t)(end - at));
		at = end + 2;
	}
	r->body = at + 2;
	r->len = e->len - (size_t)(r->body - e->answer);
	EXPECT(number_read(header(r, "Status"), 599, &r->status));
}

/* A status that we know; the server's own fault is nobody's input, unless the input speaks for others. */
static void
judge_status(const struct answer *r, const struct exchange *e)
{
	static const int64_t known[] = { 200, 201, 202, 204, 302, 303, 400, 401, 403, 404, 405, 406, 413, 415,
	    429, 502, 503, 504 };
	bool is_known = r->status == 500 && e->told;

	for (size_t i = 0; i < COUNT(known); i++)
		is_known = is_known || known[i] == r->status;
	EXPECT(is_known || e->told);
	EXPECT(header(r, "WWW-Authenticate") == NULL || r->status == 401 || r->status == 400 || r->status == 403);
	EXPECT((r->status != 405) == (header(r, "Allow") == NULL) || e->told);
	EXPECT((r->status == 302 || r->status == 303) == (header(r, "Location") != NULL));
}

static void
judge_body(struct arena *a, const struct answer *r, const struct exchange *e)
{
	const char *type = header(r, "Content-Type"), *length = header(r, "Content-Length");
	int64_t n = 0;

	EXPECT(length == NULL || (number_read(length, INT64_MAX, &n) &&
	    (strcmp(e->method, "HEAD") == 0 ? r->len == 0 : (size_t)n == r->len)));
	EXPECT(type != NULL || r->len == 0);
	EXPECT(header(r, "Cache-Control") != NULL);
	if (type == NULL || r->len == 0)
		return;
	EXPECT(strcmp(header(r, "X-Content-Type-Options"), "nosniff") == 0);
	if (strcmp(type, "application/json") == 0 && !e->told)
		EXPECT(json_scan(a, r->body, r->len, NULL) == JSON_FINE);
	if (strncmp(type, "text/html", 9) == 0) {
		EXPECT(strstr(r->body, "<script") == NULL && strstr(r->body, "javascript:") == NULL);
		EXPECT(strstr(header(r, "Content-Security-Policy"), "default-src 'none'") != NULL);
	}
}

/* Nobody is sent anywhere but to our own pages, to Entra, or to where the client may have its answers. */
static void
judge_location(const struct answer *r, const struct exchange *e)
{
	static const char *const ours[] = { ISSUER "/", AUTHORITY "/", REDIRECT_WEB "?",
	    "http://127.0.0.1/callback?", "http://127.0.0.1:" };
	const char *location = header(r, "Location");
	bool good = location == NULL || e->told;

	for (size_t i = 0; i < COUNT(ours); i++)
		good = good || strncmp(location, ours[i], strlen(ours[i])) == 0;
	EXPECT(good);
}

/* Whether the input says it itself, elsewhere than in the header that it belongs to. */
static bool
is_said(const struct exchange *e, const char *secret)
{
	for (const char *p = e->input; (p = strstr(p, secret)) != NULL; p++)
		if (p - e->input < 7 || strncmp(p - 7, "Bearer ", 7) != 0)
			return true;
	return false;
}

/* What an input does not say itself no answer says, and no call that goes out. */
static void
judge_secrets(const struct exchange *e)
{
	static const char *const inner[] = { "entra_access", "entra_refresh", "id_token", "secret",
	    "introspection", "app_secret" };
	static const char *const outer[] = { "access_mcp", "access_up", "access_graph", "access_old",
	    "refresh_mcp", "code_mcp", "csrf" };

	for (size_t i = 0; i < COUNT(inner); i++) {
		const char *secret = world_value(inner[i]);

		EXPECT(strstr(e->answer, secret) == NULL || is_said(e, secret));
	}
	for (size_t i = 0; i < COUNT(outer); i++) {
		const char *secret = world_value(outer[i]);

		EXPECT(!network_told(secret) || is_said(e, secret));
	}
}

void
answer_judge(struct arena *a, const struct exchange *e)
{
	struct answer r = { 0 };

	read_answer(a, e, &r);
	judge_status(&r, e);
	judge_body(a, &r, e);
	judge_location(&r, e);
	judge_secrets(e);
}
