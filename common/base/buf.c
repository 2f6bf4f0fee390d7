/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <inttypes.h>

#define FIRST	256	/* bytes of the first room */

struct buf
buf_new(struct arena *a, size_t limit)
{
	return (struct buf){ .arena = a, .limit = limit };
}

static bool
buf_grow(struct buf *b, size_t more)
{
	size_t room = b->room == 0 ? FIRST : b->room;
	char *text;

	if (b->overflow || more > b->limit - b->len) {
		b->overflow = true;
		return false;
	}
	while (room < b->len + more + 1)
		room *= 2;
	if (room == b->room)
		return true;
	text = arena_alloc(b->arena, room);
	if (b->len > 0)
		memcpy(text, b->text, b->len);
	b->text = text;
	b->room = room;
	return true;
}

void
buf_bytes(struct buf *b, const void *from, size_t n)
{
	if (!buf_grow(b, n))
		return;
	if (n > 0)
		memcpy(b->text + b->len, from, n);
	b->len += n;
	b->text[b->len] = '\0';
}

void
buf_lit(struct buf *b, const char *text)
{
	buf_bytes(b, text, strlen(text));
}

void
buf_number(struct buf *b, int64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%" PRId64, n);

	buf_bytes(b, digits, (size_t)len);
}

void
buf_html(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':	buf_lit(b, "&amp;"); break;
		case '<':	buf_lit(b, "&lt;"); break;
		case '>':	buf_lit(b, "&gt;"); break;
		case '"':	buf_lit(b, "&quot;"); break;
		case '\'':	buf_lit(b, "&#39;"); break;
		default:	buf_bytes(b, text, 1); break;
		}
	}
}

static bool
is_unreserved(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    c == '-' || c == '.' || c == '_' || c == '~';
}

void
buf_query(struct buf *b, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		char escape[3] = { '%', hex[c >> 4], hex[c & 15] };

		if (is_unreserved(c))
			buf_bytes(b, text, 1);
		else
			buf_bytes(b, escape, sizeof escape);
	}
}

void
buf_json(struct buf *b, const char *text)
{
	buf_lit(b, "\"");
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\') {
			char escape[2] = { '\\', *text };

			buf_bytes(b, escape, sizeof escape);
		} else if (c < 0x20 || c == 0x7f) {
			char escape[8];

			(void)snprintf(escape, sizeof escape, "\\u%04x", c);
			buf_bytes(b, escape, 6);
		} else {
			buf_bytes(b, text, 1);
		}
	}
	buf_lit(b, "\"");
}

void
buf_member(struct buf *b, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buf_lit(b, b->len == 0 ? "{\"" : ",\"");
	buf_lit(b, name);
	buf_lit(b, "\":");
	buf_json(b, value);
}

bool
buf_header_takes(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
			return false;
	return true;
}

void
buf_header(struct buf *b, const char *text)
{
	if (buf_header_takes(text, strlen(text)))
		buf_lit(b, text);
	else
		b->overflow = true;
}

void
buf_quoted(struct buf *b, const char *text)
{
	buf_lit(b, "\"");
	for (; *text != '\0'; text++) {
		char one[2] = { *text, '\0' };

		if (*text == '"' || *text == '\\')
			buf_lit(b, "\\");
		buf_header(b, one);
	}
	buf_lit(b, "\"");
}

const char *
buf_text(const struct buf *b)
{
	if (b->overflow)
		return NULL;
	return b->text == NULL ? "" : b->text;
}
