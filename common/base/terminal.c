/* SPDX-License-Identifier: MIT */
#include "base/terminal.h"

#include "base/utf8.h"

#define REPLACEMENT	0xfffd

/* Controls, soft hyphen, marks of direction, invisible operators, byte order mark, tags. */
static const struct span {
	uint32_t	 first, last;
} unprintable[] = {
	{ 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c }, { 0x180e, 0x180e },
	{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
	{ 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
};

static bool
is_printable(uint32_t c)
{
	for (size_t i = 0; i < COUNT(unprintable); i++)
		if (c >= unprintable[i].first && c <= unprintable[i].last)
			return false;
	return true;
}

/* The character at the text and its length; 1 byte and false where that is none. */
static bool
next(const char *text, size_t *len, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0xc0 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (strnlen(text, n) < n || !utf8_valid(text, n)) {
		*len = 1;
		*c = p[0];
		return false;
	}
	*len = n;
	*c = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++)
		*c = *c << 6 | (p[i] & 0x3f);
	return true;
}

static size_t
escape(struct buf *b, const char *format, uint32_t c)
{
	char text[16];
	int n = snprintf(text, sizeof text, strcmp(format, "x") == 0 ? "\\x%02x" :
	    c > 0xffff ? "\\U%08x" : "\\u%04x", c);

	buf_bytes(b, text, (size_t)n);
	return (size_t)n;
}

size_t
buf_terminal(struct buf *b, const char *text, bool utf8)
{
	size_t columns = 0, len;

	for (; *text != '\0'; text += len) {
		uint32_t c;

		if (!next(text, &len, &c)) {
			columns += escape(b, "x", c);
		} else if (c == '\\') {
			buf_lit(b, "\\\\");
			columns += 2;
		} else if (!is_printable(c) || (c > 0x7f && !utf8)) {
			columns += escape(b, "u", c);
		} else {
			buf_bytes(b, text, len);
			columns++;
		}
	}
	return columns;
}

void
buf_json_ascii(struct buf *b, const char *text)
{
	size_t len;

	buf_lit(b, "\"");
	for (; *text != '\0'; text += len) {
		uint32_t c;

		if (!next(text, &len, &c))
			c = REPLACEMENT;
		if (c == '"' || c == '\\') {
			buf_lit(b, "\\");
			buf_bytes(b, text, 1);
		} else if (c >= 0x20 && c < 0x7f) {
			buf_bytes(b, text, 1);
		} else if (c <= 0xffff) {
			(void)escape(b, "u", c);
		} else {
			(void)escape(b, "u", 0xd800 + ((c - 0x10000) >> 10));
			(void)escape(b, "u", 0xdc00 + ((c - 0x10000) & 0x3ff));
		}
	}
	buf_lit(b, "\"");
}
