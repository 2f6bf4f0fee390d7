/* SPDX-License-Identifier: MIT */
#include "protocol/page_part.h"

#include "protocol/page_style.h"

bool
page_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

void
page_say(struct buf *b, enum page_text which)
{
	buf_html(b, page_text(which));
}

/* before, text from outside, after */
void
page_wrap(struct buf *b, const char *before, const char *text, const char *after)
{
	buf_lit(b, before);
	buf_html(b, text);
	buf_lit(b, after);
}

/* An address reads from left to right whatever the language, and has its own bidi isolate. */
void
page_address(struct buf *b, const char *text)
{
	page_wrap(b, "<code><bdi dir=\"ltr\">", text, "</bdi></code>");
}

/* The mark is a postern: the small gate in the wall. */
void
page_open(struct buf *b, const char *title, const char *owner)
{
	page_wrap(b, "<!DOCTYPE html>\n<html lang=\"", page_text(TEXT_LANGUAGE), "\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"robots\" content=\"noindex\">\n");
	page_wrap(b, "<title>", title, " – ");
	page_wrap(b, "", owner, "</title>\n<style>");
	buf_lit(b, page_style);
	page_wrap(b, "</style>\n</head>\n<body>\n<header>"
	    "<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\">"
	    "<path fill=\"currentColor\" fill-rule=\"evenodd\" d=\"M2 3h4v3h4V3h4v3h4V3h4v18h-6v-6a4 4 0 "
	    "0 0-8 0v6H2z\"/></svg><span>", owner, "</span></header>\n<main>\n");
	page_wrap(b, "<h1>", title, "</h1>\n");
}

void
page_close(struct buf *b)
{
	buf_lit(b, "</main>\n</body>\n</html>\n");
}

void
page_row_open(struct buf *b, enum page_text label)
{
	page_wrap(b, "<div><dt>", page_text(label), "</dt>\n");
}

void
page_row_close(struct buf *b)
{
	buf_lit(b, "</div>\n");
}

/* A long host breaks after its dots but the last: what tells who owns it stays in one piece. */
void
page_host(struct buf *b, const char *text)
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

/* A scope's own name follows only where no words are known for it. */
static void
one_scope(struct buf *b, const char *scope)
{
	const char *words = page_text_scope(scope);

	page_wrap(b, "<li>", words, "");
	if (words == page_text(TEXT_SCOPE_UNKNOWN)) {
		buf_lit(b, " ");
		page_address(b, scope);
	}
	buf_lit(b, "</li>\n");
}

void
page_scopes(struct buf *b, const char *scope)
{
	const char *p = scope == NULL ? "" : scope;

	buf_lit(b, "<ul>\n");
	if (p[strspn(p, " ")] == '\0')
		page_wrap(b, "<li>", page_text(TEXT_SCOPE_NONE), "</li>\n");
	for (p += strspn(p, " "); *p != '\0'; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		one_scope(b, arena_copy(b->arena, p, n));
		p += n;
	}
	buf_lit(b, "</ul>");
}

const char *
page_name_sureness(const char *name, bool known)
{
	return page_text(known ? TEXT_NAME_KNOWN :
	    page_given(name) ? TEXT_NAME_UNVERIFIED : TEXT_UNVERIFIED);
}

void
page_hidden(struct buf *b, const char *name, const char *value)
{
	page_wrap(b, "<input type=\"hidden\" name=\"", name, "\"");
	page_wrap(b, " value=\"", value, "\">\n");
}
