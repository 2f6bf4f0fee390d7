/* SPDX-License-Identifier: MIT */
/*
 * terminal_fuzz - text from outside in the administrator's listings and in pages
 *
 * Nothing that is written commands a terminal, every row of JSON is JSON, and a page shows a text and
 * never runs it.
 */
#include "base/terminal.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "protocol/json.h"
#include "protocol/page.h"

#define SIZE_MAX_TRIED	4096

static void
judge_terminal(struct arena *a, const char *text)
{
	struct buf ascii = buf_new(a, 128 * 1024), utf8 = buf_new(a, 128 * 1024);
	size_t columns = buf_terminal(&ascii, text, false);
	const char *p;

	(void)buf_terminal(&utf8, text, true);
	EXPECT((p = buf_text(&ascii)) != NULL && columns == strlen(p));
	for (; *p != '\0'; p++)
		EXPECT(*p >= 0x20 && *p <= 0x7e);
	EXPECT((p = buf_text(&utf8)) != NULL && utf8_valid(p, utf8.len));
	for (; *p != '\0'; p++) {
		EXPECT((unsigned char)*p >= 0x20 && *p != 0x7f);
		/* C1 controls: a terminal may take them for ESC and what follows it. */
		EXPECT((unsigned char)*p != 0xc2 || (unsigned char)p[1] >= 0xa0);
	}
}

static void
judge_json(struct arena *a, const char *text)
{
	struct buf b = buf_new(a, 128 * 1024);
	AUTO(json) struct json_object *value = NULL;
	const char *p;

	buf_lit(&b, "{\"x\":");
	buf_json_ascii(&b, text);
	buf_lit(&b, "}");
	EXPECT((p = buf_text(&b)) != NULL);
	for (; *p != '\0'; p++)
		EXPECT(*p >= 0x20 && *p <= 0x7e);
	value = json_parse(a, b.text, b.len);
	EXPECT(value != NULL && json_string(value, "x") != NULL);
	EXPECT(!utf8_valid(text, strlen(text)) || strcmp(json_string(value, "x"), text) == 0);
}

static size_t
count(const char *page, const char *what)
{
	size_t n = 0;

	for (; (page = strstr(page, what)) != NULL; page += strlen(what))
		n++;
	return n;
}

static const char *
consent(struct arena *a, const char *text)
{
	struct buf b = buf_new(a, 512 * 1024);

	page_consent(&b, &(struct consent_page){
		.service = text, .client_name = text, .client_uri = text, .client_host = "a.b",
		.redirect_host = "a.b", .redirect_uri = text, .resource = text, .scope = "mcp:tools", .account = text,
		.action = text, .transaction = text, .csrf = text,
	});
	EXPECT(buf_text(&b) != NULL);
	return buf_text(&b);
}

/* As many tags and attributes as with a text of one letter. */
static void
judge_page(struct arena *a, const char *text)
{
	const char *page = consent(a, text), *plain = consent(a, "x");
	static const char *const marks[] = { "<", ">", "\"", "'" };

	for (size_t i = 0; *text != '\0' && i < COUNT(marks); i++)
		EXPECT(count(page, marks[i]) == count(plain, marks[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	const char *text;

	if (size > SIZE_MAX_TRIED)
		return 0;
	arena_init(&a, (size_t)4 * 1024 * 1024);
	text = arena_copy(&a, data, size);
	judge_terminal(&a, text);
	judge_json(&a, text);
	judge_page(&a, text);
	arena_free(&a);
	return 0;
}
