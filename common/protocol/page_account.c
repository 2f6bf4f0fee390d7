/* SPDX-License-Identifier: MIT */
#include "protocol/page_account.h"

#include "base/date.h"
#include "protocol/page_part.h"

/* The focus goes there: a page that has just been loaded announces nothing by itself. */
static void
said(struct buf *b, enum page_text which)
{
	if (which != TEXT_COUNT)
		page_wrap(b, "<p class=\"said\" role=\"status\" tabindex=\"-1\" autofocus>", page_text(which), "</p>\n");
}

static void
form_open(struct buf *b, const struct account_page *page)
{
	page_wrap(b, "<form method=\"post\" action=\"", page->action, "\" autocomplete=\"off\">\n");
	page_hidden(b, "csrf", page->csrf);
}

static void
button(struct buf *b, const char *class, const char *decision, enum page_text text)
{
	buf_lit(b, "<button");
	buf_lit(b, class);
	page_wrap(b, " name=\"decision\" value=\"", decision, "\">");
	page_wrap(b, "", page_text(text), "</button>\n");
}

static void
moment(struct buf *b, enum page_text label, int64_t at)
{
	page_row_open(b, label);
	page_wrap(b, "<dd><time datetime=\"", date_second(b->arena, at), "\">");
	page_wrap(b, "", date_minute(b->arena, at), " UTC</time></dd>\n");
	page_row_close(b);
}

static void
connection(struct buf *b, const struct account_connection *c)
{
	buf_lit(b, "<dl>\n");
	page_row_open(b, TEXT_ACCOUNT_USES);
	buf_lit(b, "<dd>");
	page_address(b, c->resource);
	buf_lit(b, "</dd>\n");
	page_row_close(b);
	page_row_open(b, TEXT_ACCOUNT_MAY);
	buf_lit(b, "<dd>");
	page_scopes(b, c->scope);
	buf_lit(b, "</dd>\n");
	page_row_close(b);
	moment(b, TEXT_ACCOUNT_SINCE, c->since);
	moment(b, TEXT_ACCOUNT_USED, c->used);
	buf_lit(b, "</dl>\n");
}

static void
whence(struct buf *b, const struct account_application *a)
{
	buf_lit(b, "<dl>\n");
	if (page_given(a->host)) {
		page_row_open(b, TEXT_DOCUMENT);
		buf_lit(b, "<dd>");
		page_address(b, a->host);
		buf_lit(b, "</dd>\n");
		page_row_close(b);
	}
	page_row_open(b, TEXT_ACCOUNT_LEADS);
	for (const char *const *p = a->leads_to; *p != NULL; p++) {
		buf_lit(b, "<dd>");
		page_address(b, *p);
		buf_lit(b, "</dd>\n");
	}
	if (a->local)
		page_wrap(b, "<dd>", page_text(TEXT_ACCOUNT_LOCAL), "</dd>\n");
	page_row_close(b);
	buf_lit(b, "</dl>\n");
}

/* The name is a heading of its own, so that bidi controls in it reach no word of ours. */
static void
heading(struct buf *b, const struct account_application *a, const char *n)
{
	page_wrap(b, "<h2 class=\"name\" id=\"name-", n, "\" dir=\"auto\">");
	page_wrap(b, "", page_given(a->name) ? a->name : page_text(TEXT_NAME_NONE), "</h2>\n");
	page_wrap(b, "<p class=\"note\">", a->registered ? page_name_sureness(a->name, a->known) :
	    page_text(TEXT_ACCOUNT_GONE), "</p>\n");
}

static void
application(struct buf *b, const struct account_application *a, size_t i)
{
	const char *n = arena_printf(b->arena, "%zu", i);

	buf_lit(b, "<li>\n");
	heading(b, a, n);
	if (a->registered)
		whence(b, a);
	for (size_t j = 0; j < a->connections; j++)
		connection(b, &a->connection[j]);
	page_wrap(b, "<button class=\"end\" name=\"end\" value=\"", a->client_id, "\"");
	page_wrap(b, " id=\"end-", n, "\"");
	page_wrap(b, " aria-labelledby=\"end-", n, " ");
	page_wrap(b, "name-", n, "\">");
	page_wrap(b, "", page_text(TEXT_ACCOUNT_END), "</button>\n</li>\n");
}

static void
who(struct buf *b, const struct account_page *page)
{
	page_wrap(b, "<div class=\"who\">\n<p><span class=\"note\">", page_text(TEXT_ACCOUNT_WHO), "</span>\n");
	if (page_given(page->name))
		page_wrap(b, "<strong><bdi>", page->name, "</bdi></strong>\n");
	if (page_given(page->username))
		page_wrap(b, "<span><bdi dir=\"ltr\">", page->username, "</bdi></span>\n");
	buf_lit(b, "</p>\n");
	button(b, "", "signout", TEXT_ACCOUNT_SIGN_OUT);
	buf_lit(b, "</div>\n");
}

static void
applications(struct buf *b, const struct account_page *page)
{
	buf_lit(b, "<ul class=\"apps\" role=\"list\">\n");
	for (size_t i = 0; i < page->applications; i++)
		application(b, &page->application[i], i);
	buf_lit(b, "</ul>\n<div class=\"all\">\n");
	if (page->more)
		page_wrap(b, "<p>", page_text(TEXT_ACCOUNT_MORE), "</p>\n");
	page_wrap(b, "<p class=\"note\" id=\"ends\">", page_text(TEXT_ACCOUNT_ENDS), "</p>\n");
	button(b, " class=\"end\" aria-describedby=\"ends\"", "end-all", TEXT_ACCOUNT_END_ALL);
	buf_lit(b, "</div>\n");
}

void
page_account(struct buf *b, const struct account_page *page)
{
	page_open(b, page_text(TEXT_ACCOUNT_HEADING), page->service);
	said(b, page->said);
	page_wrap(b, "<p class=\"lead\">", page_text(page->applications > 0 ? TEXT_ACCOUNT_LEAD :
	    TEXT_ACCOUNT_NONE), "</p>\n");
	form_open(b, page);
	who(b, page);
	if (page->applications > 0)
		applications(b, page);
	buf_lit(b, "</form>\n");
	page_close(b);
}

void
page_account_closed(struct buf *b, const struct account_page *page)
{
	page_open(b, page_text(TEXT_ACCOUNT_HEADING), page->service);
	said(b, page->said);
	page_wrap(b, "<p class=\"lead\">", page_text(TEXT_ACCOUNT_CLOSED), "</p>\n");
	page_wrap(b, "<p class=\"next\">", page_text(TEXT_ACCOUNT_NEXT), "</p>\n");
	form_open(b, page);
	button(b, " class=\"go\"", "signin", TEXT_ACCOUNT_SIGN_IN);
	button(b, "", "switch", TEXT_SWITCH);
	page_wrap(b, "</form>\n<p class=\"after note\">", page_text(TEXT_ACCOUNT_SHARED), " ");
	page_wrap(b, "<a href=\"", page->logout, "\">");
	page_wrap(b, "", page_text(TEXT_ACCOUNT_LOGOUT), "</a></p>\n");
	page_close(b);
}
