/* SPDX-License-Identifier: MIT */
/* page_expect.h - what the tests of the pages share */
#ifndef PAGE_EXPECT_H
#define PAGE_EXPECT_H

#include "protocol/page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "protocol/page_text.h"

#define PAGE_MAX	65536	/* bytes */

static struct arena arena;

static const struct consent_page plain = {
	.service	= "gateway.contoso.example",
	.client_name	= "Claude Code",
	.redirect_host	= "client.example",
	.redirect_uri	= "https://client.example/cb?app=1",
	.resource	= "https://gateway.contoso.example/mcp",
	.scope		= "mcp:basic graph:user.read",
	.account	= "https://gateway.contoso.example/account",
	.action		= "/consent",
	.transaction	= "transaction-1",
	.csrf		= "csrf-1",
};

static inline int
setup(void **state UNUSED)
{
	arena_init(&arena, 1 << 20);
	return 0;
}

static inline int
teardown(void **state UNUSED)
{
	arena_free(&arena);
	return 0;
}

static inline const char *
consent(const struct consent_page *page)
{
	struct buf b = buf_new(&arena, PAGE_MAX);
	const char *html;

	page_consent(&b, page);
	html = buf_text(&b);
	assert_non_null(html);
	return html;
}

static inline const char *
error(int status, const char *what, const char *next, const char *reference)
{
	struct buf b = buf_new(&arena, PAGE_MAX);
	const char *html;

	page_error(&b, &(struct error_page){ .status = status, .title = "This sign-in has run out",
	    .what = what, .next = next, .reference = reference });
	html = buf_text(&b);
	assert_non_null(html);
	return html;
}

static inline size_t
count(const char *html, const char *what)
{
	size_t n = 0;

	for (; (html = strstr(html, what)) != NULL; html += strlen(what))
		n++;
	return n;
}

static inline void
has(const char *html, const char *what)
{
	if (strstr(html, what) == NULL)
		fail_msg("the page lacks: %s", what);
}

static inline void
lacks(const char *html, const char *what)
{
	if (strstr(html, what) != NULL)
		fail_msg("the page has: %s", what);
}

static inline void
says(const char *html, enum page_text which)
{
	struct buf b = buf_new(&arena, PAGE_MAX);
	const char *text;

	buf_html(&b, page_text(which));
	text = buf_text(&b);
	assert_non_null(text);
	has(html, text);
}

#endif
