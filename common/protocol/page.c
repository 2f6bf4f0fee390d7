/* SPDX-License-Identifier: MIT */
#include "protocol/page.h"

#include "protocol/page_style.h"
#include "protocol/page_text.h"

static bool
given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static void
say(struct buf *b, enum page_text which)
{
	buf_html(b, page_text(which));
}

/* before, text from outside, after */
static void
wrap(struct buf *b, const char *before, const char *text, const char *after)
{
	buf_lit(b, before);
	buf_html(b, text);
	buf_lit(b, after);
}

/* An address reads from left to right whatever the language, and has its own bidi isolate. */
static void
address(struct buf *b, const char *text)
{
	wrap(b, "<code><bdi dir=\"ltr\">", text, "</bdi></code>");
}

/* The mark is a postern: the small gate in the wall. */
static void
page_open(struct buf *b, const char *title, const char *owner)
{
	wrap(b, "<!DOCTYPE html>\n<html lang=\"", page_text(TEXT_LANGUAGE), "\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"robots\" content=\"noindex\">\n");
	wrap(b, "<title>", title, " – ");
	wrap(b, "", owner, "</title>\n<style>");
	buf_lit(b, page_style);
	wrap(b, "</style>\n</head>\n<body>\n<header>"
	    "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">"
	    "<path fill=\"currentColor\" fill-rule=\"evenodd\" d=\"M2 3h4v3h4V3h4v3h4V3h4v18h-6v-6a4 4 0 "
	    "0 0-8 0v6H2z\"/></svg><span>", owner, "</span></header>\n<main>\n");
	wrap(b, "<h1>", title, "</h1>\n");
}

static void
page_close(struct buf *b)
{
	buf_lit(b, "</main>\n</body>\n</html>\n");
}

static void
row_open(struct buf *b, enum page_text label)
{
	wrap(b, "<div><dt>", page_text(label), "</dt>\n");
}

static void
row_close(struct buf *b)
{
	buf_lit(b, "</div>\n");
}

/* A long host breaks after its dots but the last: what tells who owns it stays in one piece. */
static void
host(struct buf *b, const char *text)
{
	buf_lit(b, "<dd class=\"host\"><code><bdi dir=\"ltr\">");
	while (*text != '\0') {
		size_t n = strcspn(text, ".");

		buf_html(b, arena_copy(b->arena, text, n));
		text += n;
		if (*text == '.') {
			text++;
			buf_lit(b, strchr(text, '.') == NULL ? "." : ".<wbr>");
		}
	}
	buf_lit(b, "</bdi></code></dd>\n");
}

/* What is known for sure of a client with a metadata document: who publishes it. */
static void
consent_host(struct buf *b, const char *client_host)
{
	row_open(b, TEXT_DOCUMENT);
	host(b, client_host);
	wrap(b, "<dd class=\"note\">", page_text(TEXT_DOCUMENT_NOTE), "</dd>\n");
	row_close(b);
}

/* The name stands in a block of its own: bidi controls in it cannot reach our words. */
static void
consent_who(struct buf *b, const struct consent_page *page)
{
	const char *name = page->client_name;

	row_open(b, TEXT_NAME);
	wrap(b, "<dd class=\"name\" dir=\"auto\">",
	    given(name) ? name : page_text(TEXT_NAME_NONE), "</dd>\n");
	wrap(b, "<dd class=\"note\">", page_text(page->known ? TEXT_NAME_KNOWN :
	    given(name) ? TEXT_NAME_UNVERIFIED : TEXT_UNVERIFIED), "</dd>\n");
	if (given(page->client_uri)) {
		wrap(b, "<dd class=\"note\">", page_text(TEXT_CLIENT_URI), " ");
		address(b, page->client_uri);
		buf_lit(b, "</dd>\n");
	}
	row_close(b);
}

/* A private-use scheme (RFC 8252 section 7.1) has no host: the scheme takes its place. */
static void
consent_where(struct buf *b, const struct consent_page *page)
{
	const char *uri = page->redirect_uri;
	bool hosted = given(page->redirect_host);

	row_open(b, TEXT_REDIRECT);
	host(b, hosted ? page->redirect_host :
	    arena_printf(b->arena, "%.*s:", (int)strcspn(uri, ":"), uri));
	if (!hosted)
		wrap(b, "<dd class=\"note\">", page_text(TEXT_REDIRECT_APP), "</dd>\n");
	wrap(b, "<dd class=\"note\">", page_text(TEXT_REDIRECT_WHOLE), " ");
	address(b, uri);
	buf_lit(b, "</dd>\n");
	row_close(b);
}

/* A scope's own name follows only where no words are known for it. */
static void
consent_scope(struct buf *b, const char *scope)
{
	const char *words = page_text_scope(scope);

	wrap(b, "<li>", words, "");
	if (words == page_text(TEXT_SCOPE_UNKNOWN)) {
		buf_lit(b, " ");
		address(b, scope);
	}
	buf_lit(b, "</li>\n");
}

static void
consent_what(struct buf *b, const struct consent_page *page)
{
	const char *p = page->scope == NULL ? "" : page->scope;

	row_open(b, TEXT_RESOURCE);
	buf_lit(b, "<dd>");
	address(b, page->resource);
	wrap(b, "</dd>\n<dd class=\"note\">", page_text(TEXT_SCOPE), "</dd>\n<dd><ul>\n");
	if (p[strspn(p, " ")] == '\0')
		wrap(b, "<li>", page_text(TEXT_SCOPE_NONE), "</li>\n");
	for (p += strspn(p, " "); *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		consent_scope(b, arena_copy(b->arena, p, n));
		p += n;
	}
	buf_lit(b, "</ul></dd>\n");
	row_close(b);
}

static void
consent_warning(struct buf *b)
{
	wrap(b, "<section class=\"warning\" id=\"warning\" aria-labelledby=\"warning-heading\">\n"
	    "<h2 id=\"warning-heading\">", page_text(TEXT_LOOPBACK_HEADING), "</h2>\n");
	wrap(b, "<p>", page_text(TEXT_LOOPBACK), "</p>\n</section>\n");
}

static void
hidden(struct buf *b, const char *name, const char *value)
{
	wrap(b, "<input type=\"hidden\" name=\"", name, "\"");
	wrap(b, " value=\"", value, "\">\n");
}

static void
consent_form(struct buf *b, const struct consent_page *page)
{
	wrap(b, "<form method=\"post\" action=\"", page->action, "\" autocomplete=\"off\">\n");
	hidden(b, "transaction", page->transaction);
	hidden(b, "csrf", page->csrf);
	buf_lit(b, "<button class=\"go\" name=\"decision\" value=\"approve\" aria-describedby=\"");
	buf_lit(b, page->loopback ? "warning next\">" : "next\">");
	say(b, TEXT_APPROVE);
	wrap(b, "</button>\n<button name=\"decision\" value=\"switch\">", page_text(TEXT_SWITCH),
	    "</button>\n");
	wrap(b, "<button name=\"decision\" value=\"deny\">", page_text(TEXT_DENY),
	    "</button>\n</form>\n");
}

void
page_consent(struct buf *b, const struct consent_page *page)
{
	page_open(b, page_text(TEXT_CONSENT_HEADING), page->service);
	wrap(b, "<p class=\"lead\">", page_text(TEXT_CONSENT_LEAD), "</p>\n<dl>\n");
	consent_who(b, page);
	if (given(page->client_host))
		consent_host(b, page->client_host);
	consent_where(b, page);
	consent_what(b, page);
	buf_lit(b, "</dl>\n");
	if (page->loopback)
		consent_warning(b);
	wrap(b, "<p class=\"next\" id=\"next\">", page_text(TEXT_NEXT), "</p>\n");
	consent_form(b, page);
	page_close(b);
}

static void
ends(struct buf *b, enum page_text where, enum page_text what)
{
	row_open(b, where);
	wrap(b, "<dd>", page_text(what), "</dd>\n");
	row_close(b);
}

void
page_logout(struct buf *b, const char *service, const char *action)
{
	page_open(b, page_text(TEXT_LOGOUT_HEADING), service);
	wrap(b, "<p class=\"lead\">", page_text(TEXT_LOGOUT_LEAD), "</p>\n<dl id=\"ends\">\n");
	ends(b, TEXT_LOGOUT_BROWSER, TEXT_LOGOUT_BROWSER_ENDS);
	ends(b, TEXT_LOGOUT_CLIENTS, TEXT_LOGOUT_CLIENTS_END);
	ends(b, TEXT_LOGOUT_ELSEWHERE, TEXT_LOGOUT_ELSEWHERE_STAYS);
	wrap(b, "</dl>\n<form method=\"post\" action=\"", action, "\" autocomplete=\"off\">\n");
	wrap(b, "<button class=\"go\" name=\"decision\" value=\"signout\" aria-describedby=\"ends\">",
	    page_text(TEXT_LOGOUT), "</button>\n</form>\n");
	page_close(b);
}

void
page_signed_out(struct buf *b, const char *service)
{
	page_open(b, page_text(TEXT_SIGNED_OUT_HEADING), service);
	wrap(b, "<p>", page_text(TEXT_SIGNED_OUT), "</p>\n");
	wrap(b, "<p class=\"after note\">", page_text(TEXT_SIGNED_OUT_CLIENTS), "</p>\n");
	page_close(b);
}

void
page_logout_heard(struct buf *b)
{
	wrap(b, "<!DOCTYPE html>\n<html lang=\"", page_text(TEXT_LANGUAGE), "\">\n"
	    "<meta charset=\"utf-8\">\n");
	wrap(b, "<title>", page_text(TEXT_BRAND), "</title>\n");
	wrap(b, "<p>", page_text(TEXT_LOGOUT_HEARD), "</p>\n</html>\n");
}

void
page_error(struct buf *b, int status, const char *title, const char *what, const char *next,
    const char *reference)
{
	page_open(b, title, page_text(TEXT_BRAND));
	wrap(b, "<p>", what, "</p>\n");
	if (given(next)) {
		wrap(b, "<div class=\"after\"><h2>", page_text(TEXT_ERROR_NEXT), "</h2>\n");
		wrap(b, "<p>", next, "</p></div>\n");
	}
	wrap(b, "<p class=\"after note\">", page_text(TEXT_ERROR), " ");
	buf_number(b, status);
	buf_lit(b, ". ");
	if (given(reference)) {
		say(b, TEXT_REFERENCE);
		buf_lit(b, " ");
		address(b, reference);
	}
	buf_lit(b, "</p>\n");
	page_close(b);
}
