/* SPDX-License-Identifier: MIT */
#include "protocol/page.h"

#include "protocol/page_part.h"

/* What is known for sure of a client with a metadata document: who publishes it. */
static void
consent_host(struct buf *b, const char *client_host)
{
	page_row_open(b, TEXT_DOCUMENT);
	page_host(b, client_host);
	page_wrap(b, "<dd class=\"note\">", page_text(TEXT_DOCUMENT_NOTE), "</dd>\n");
	page_row_close(b);
}

/* The name stands in a block of its own: bidi controls in it cannot reach our words. */
static void
consent_who(struct buf *b, const struct consent_page *page)
{
	const char *name = page->client_name;

	page_row_open(b, TEXT_NAME);
	page_wrap(b, "<dd class=\"name\" dir=\"auto\">",
	    page_given(name) ? name : page_text(TEXT_NAME_NONE), "</dd>\n");
	page_wrap(b, "<dd class=\"note\">", page_name_sureness(name, page->known), "</dd>\n");
	if (page_given(page->client_uri)) {
		page_wrap(b, "<dd class=\"note\">", page_text(TEXT_CLIENT_URI), " ");
		page_address(b, page->client_uri);
		buf_lit(b, "</dd>\n");
	}
	page_row_close(b);
}

/* A private-use scheme (RFC 8252 section 7.1) has no host: the scheme takes its place. */
static void
consent_where(struct buf *b, const struct consent_page *page)
{
	const char *uri = page->redirect_uri;
	bool hosted = page_given(page->redirect_host);

	page_row_open(b, TEXT_REDIRECT);
	page_host(b, hosted ? page->redirect_host :
	    arena_printf(b->arena, "%.*s:", (int)strcspn(uri, ":"), uri));
	if (!hosted)
		page_wrap(b, "<dd class=\"note\">", page_text(TEXT_REDIRECT_APP), "</dd>\n");
	page_wrap(b, "<dd class=\"note\">", page_text(TEXT_REDIRECT_WHOLE), " ");
	page_address(b, uri);
	buf_lit(b, "</dd>\n");
	page_row_close(b);
}

static void
consent_what(struct buf *b, const struct consent_page *page)
{
	page_row_open(b, TEXT_RESOURCE);
	buf_lit(b, "<dd>");
	page_address(b, page->resource);
	page_wrap(b, "</dd>\n<dd class=\"note\">", page_text(TEXT_SCOPE), "</dd>\n<dd>");
	page_scopes(b, page->scope);
	buf_lit(b, "</dd>\n");
	page_row_close(b);
}

static void
consent_warning(struct buf *b)
{
	page_wrap(b, "<section class=\"warning\" id=\"warning\" aria-labelledby=\"warning-heading\">\n"
	    "<h2 id=\"warning-heading\">", page_text(TEXT_LOOPBACK_HEADING), "</h2>\n");
	page_wrap(b, "<p>", page_text(TEXT_LOOPBACK), "</p>\n</section>\n");
}

static void
consent_form(struct buf *b, const struct consent_page *page)
{
	page_wrap(b, "<form method=\"post\" action=\"", page->action, "\" autocomplete=\"off\">\n");
	page_hidden(b, "transaction", page->transaction);
	page_hidden(b, "csrf", page->csrf);
	buf_lit(b, "<button class=\"go\" name=\"decision\" value=\"approve\" aria-describedby=\"");
	buf_lit(b, page->loopback ? "warning next\">" : "next\">");
	page_say(b, TEXT_APPROVE);
	page_wrap(b, "</button>\n<button name=\"decision\" value=\"switch\">", page_text(TEXT_SWITCH),
	    "</button>\n");
	page_wrap(b, "<button name=\"decision\" value=\"deny\">", page_text(TEXT_DENY),
	    "</button>\n</form>\n");
}

void
page_consent(struct buf *b, const struct consent_page *page)
{
	page_open(b, page_text(TEXT_CONSENT_HEADING), page->service);
	page_wrap(b, "<p class=\"lead\">", page_text(TEXT_CONSENT_LEAD), "</p>\n<dl>\n");
	consent_who(b, page);
	if (page_given(page->client_host))
		consent_host(b, page->client_host);
	consent_where(b, page);
	consent_what(b, page);
	buf_lit(b, "</dl>\n");
	if (page->loopback)
		consent_warning(b);
	page_wrap(b, "<p class=\"next\" id=\"next\">", page_text(TEXT_NEXT), "</p>\n");
	page_wrap(b, "<p class=\"note\">", page_text(TEXT_NEXT_ACCOUNT), " ");
	page_address(b, page->account);
	buf_lit(b, "</p>\n");
	consent_form(b, page);
	page_close(b);
}

static void
ends(struct buf *b, enum page_text where, enum page_text what)
{
	page_row_open(b, where);
	page_wrap(b, "<dd>", page_text(what), "</dd>\n");
	page_row_close(b);
}

void
page_logout(struct buf *b, const char *service, const char *action)
{
	page_open(b, page_text(TEXT_LOGOUT_HEADING), service);
	page_wrap(b, "<p class=\"lead\">", page_text(TEXT_LOGOUT_LEAD), "</p>\n<dl id=\"ends\">\n");
	ends(b, TEXT_LOGOUT_BROWSER, TEXT_LOGOUT_BROWSER_ENDS);
	ends(b, TEXT_LOGOUT_CLIENTS, TEXT_LOGOUT_CLIENTS_END);
	ends(b, TEXT_LOGOUT_ELSEWHERE, TEXT_LOGOUT_ELSEWHERE_STAYS);
	page_wrap(b, "</dl>\n<form method=\"post\" action=\"", action, "\" autocomplete=\"off\">\n");
	page_wrap(b, "<button class=\"go\" name=\"decision\" value=\"signout\" aria-describedby=\"ends\">",
	    page_text(TEXT_LOGOUT), "</button>\n</form>\n");
	page_close(b);
}

void
page_signed_out(struct buf *b, const char *service)
{
	page_open(b, page_text(TEXT_SIGNED_OUT_HEADING), service);
	page_wrap(b, "<p>", page_text(TEXT_SIGNED_OUT), "</p>\n");
	page_wrap(b, "<p class=\"after note\">", page_text(TEXT_SIGNED_OUT_CLIENTS), "</p>\n");
	page_close(b);
}

void
page_logout_heard(struct buf *b)
{
	page_wrap(b, "<!DOCTYPE html>\n<html lang=\"", page_text(TEXT_LANGUAGE), "\">\n"
	    "<meta charset=\"utf-8\">\n");
	page_wrap(b, "<title>", page_text(TEXT_BRAND), "</title>\n");
	page_wrap(b, "<p>", page_text(TEXT_LOGOUT_HEARD), "</p>\n</html>\n");
}

static void
error_next(struct buf *b, const struct error_page *page)
{
	page_wrap(b, "<div class=\"after\"><h2>", page_text(TEXT_ERROR_NEXT), "</h2>\n");
	page_wrap(b, "<p>", page->next, "</p>\n");
	if (page_given(page->link)) {
		page_wrap(b, "<p><a href=\"", page->link, "\">");
		page_wrap(b, "", page_text(page->link_text), "</a></p>\n");
	}
	buf_lit(b, "</div>\n");
}

void
page_error(struct buf *b, const struct error_page *page)
{
	page_open(b, page->title, page_text(TEXT_BRAND));
	if (page_given(page->what))
		page_wrap(b, "<p>", page->what, "</p>\n");
	if (page_given(page->next))
		error_next(b, page);
	page_wrap(b, "<p class=\"after note\">", page_text(TEXT_ERROR), " ");
	buf_number(b, page->status);
	buf_lit(b, ". ");
	if (page_given(page->reference)) {
		page_say(b, TEXT_REFERENCE);
		buf_lit(b, " ");
		page_address(b, page->reference);
	}
	buf_lit(b, "</p>\n");
	if (page_given(page->detail)) {
		page_wrap(b, "<p class=\"note\">", page_text(TEXT_DETAIL), " ");
		page_wrap(b, "<span lang=\"en\">", page->detail, "</span></p>\n");
	}
	page_close(b);
}
