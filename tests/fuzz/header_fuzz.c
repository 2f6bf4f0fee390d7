/* SPDX-License-Identifier: MIT */
/*
 * header_fuzz - header fields from outside: Cookie, Authorization, Accept, Content-Type
 *
 * Each input is taken for each of them.
 */
#include "fuzz.h"
#include "protocol/bearer.h"
#include "protocol/http.h"

#define PREFIX	"__Host-sallyport-"

/* A value holds no separator and stands in the header behind its name; a name begins as asked. */
static void
judge_cookies(struct arena *a, const char *header)
{
	const char *name, *value;

	for (size_t i = 0; i < 16 && (name = http_cookie_name(a, header, PREFIX, i)) != NULL; i++) {
		EXPECT(strncmp(name, PREFIX, strlen(PREFIX)) == 0 && strpbrk(name, "=;") == NULL);
		EXPECT(strlen(name) <= COOKIE_NAME_MAX);
		for (const char *p = name; *p != '\0'; p++)
			EXPECT(*p > 0x20 && *p < 0x7f);
		if ((value = http_cookie(a, header, name)) == NULL)
			continue;
		EXPECT(strlen(value) <= COOKIE_MAX && strchr(value, ';') == NULL);
		EXPECT(strstr(header, arena_printf(a, "%s=%s", name, value)) != NULL);
	}
	EXPECT(http_cookie(a, arena_printf(a, "x=1; %s; x=2", header), "x") == NULL);
}

/* A token is one word that a challenge may quote as it stands. */
static void
judge_bearer(struct arena *a, const char *header)
{
	struct buf b = buf_new(a, 256 * 1024);
	const char *token = NULL;

	EXPECT((bearer_read(header, &token) == BEARER_PRESENT) == (token != NULL));
	if (token == NULL)
		return;
	EXPECT(*token != '\0' && strpbrk(token, " ,;\"\\\t\r\n") == NULL);
	bearer_challenge(&b, &(struct challenge){ .realm = token });
	EXPECT(strcmp(buf_text(&b), arena_printf(a, "Bearer realm=\"%s\"", token)) == 0);
}

/* Whatever a challenge can hold stands on one line without controls but for tabs. */
static void
judge_challenge(struct arena *a, const char *text)
{
	struct buf b = buf_new(a, 256 * 1024);
	const char *all;

	bearer_challenge(&b, &(struct challenge){ .realm = text, .scope = text });
	if ((all = buf_text(&b)) == NULL)
		return;
	for (; *all != '\0'; all++)
		EXPECT(*all == '\t' || ((unsigned char)*all >= 0x20 && *all != 0x7f));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	const char *header;

	if (size > 16384)
		return 0;
	arena_init(&a, (size_t)8 * 1024 * 1024);
	header = arena_copy(&a, data, size);
	judge_cookies(&a, header);
	judge_bearer(&a, header);
	judge_challenge(&a, header);
	if (http_media_type_is(header, "application/json"))
		EXPECT(!http_media_type_is(header, "application/x-www-form-urlencoded"));
	EXPECT(http_accepts(arena_printf(&a, "%s,text/html", header), "text/html"));
	EXPECT(http_host_equal(header, header));
	arena_free(&a);
	return 0;
}
