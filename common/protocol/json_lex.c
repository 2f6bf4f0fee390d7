/* SPDX-License-Identifier: MIT */
#include "protocol/json_lex.h"

static void
put(struct json_cursor *s, char **out, unsigned c)
{
	s->bytes++;
	if (out != NULL)
		*(*out)++ = (char)c;
}

/* RFC 3629 section 3. */
static void
put_utf8(struct json_cursor *s, char **out, unsigned c)
{
	if (c < 0x80) {
		put(s, out, c);
		return;
	}
	if (c < 0x800) {
		put(s, out, 0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			put(s, out, 0xe0 | c >> 12);
		} else {
			put(s, out, 0xf0 | c >> 18);
			put(s, out, 0x80 | (c >> 12 & 0x3f));
		}
		put(s, out, 0x80 | (c >> 6 & 0x3f));
	}
	put(s, out, 0x80 | (c & 0x3f));
}

static bool
hex4(struct json_cursor *s, unsigned *out)
{
	unsigned bits = 0;

	if (s->end - s->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = *s->at++;

		bits <<= 4;
		if (c >= '0' && c <= '9')
			bits |= (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			bits |= (unsigned)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			bits |= (unsigned)(c - 'A' + 10);
		else
			return false;
	}
	*out = bits;
	return true;
}

/* RFC 8259 section 7; section 8.2 warns of unpaired surrogates, and C strings end at U+0000. */
static bool
unicode(struct json_cursor *s, char **out)
{
	unsigned c, low;

	if (!hex4(s, &c) || c == 0 || (c >= 0xdc00 && c <= 0xdfff))
		return false;
	if (c >= 0xd800 && c <= 0xdbff) {
		if (s->end - s->at < 2 || s->at[0] != '\\' || s->at[1] != 'u')
			return false;
		s->at += 2;
		if (!hex4(s, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
	}
	put_utf8(s, out, c);
	return true;
}

bool
json_escape(struct json_cursor *s, char **out)
{
	static const char letter[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *p;
	char c;

	if (s->at == s->end)
		return false;
	c = *s->at++;
	if (c == 'u')
		return unicode(s, out);
	if (c == '\0' || (p = strchr(letter, c)) == NULL)
		return false;
	put(s, out, (unsigned char)meant[p - letter]);
	return true;
}

static bool
is_plain(char c)
{
	return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

bool
json_quoted(struct json_cursor *s, char **out)
{
	s->at++;
	for (;;) {
		const char *from = s->at, *p = from, *end = s->end;

		while (p < end && is_plain(*p))
			p++;
		s->at = p;
		s->bytes += (size_t)(p - from);
		if (out != NULL) {
			memcpy(*out, from, (size_t)(p - from));
			*out += p - from;
		}
		if (p == end)
			return false;
		switch (*s->at++) {
		case '"':
			return true;
		case '\\':
			if (!json_escape(s, out))
				return false;
			break;
		default:
			return false;	/* a control character */
		}
	}
}

static bool
digits(struct json_cursor *s)
{
	const char *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > from;
}

bool
json_is_at(const struct json_cursor *s, const char *any)
{
	if (s->at == s->end)
		return false;
	while (*any != '\0' && *any != *s->at)
		any++;
	return *any != '\0';
}

/* RFC 8259 section 6: no leading zero, digits on both sides of the point. */
bool
json_number(struct json_cursor *s)
{
	if (json_is_at(s, "-"))
		s->at++;
	if (json_is_at(s, "0"))
		s->at++;
	else if (!digits(s))
		return false;
	if (json_is_at(s, ".")) {
		s->at++;
		if (!digits(s))
			return false;
	}
	if (json_is_at(s, "eE")) {
		s->at++;
		if (json_is_at(s, "+-"))
			s->at++;
		if (!digits(s))
			return false;
	}
	return true;
}

bool
json_literal(struct json_cursor *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->at) < n || memcmp(s->at, word, n) != 0)
		return false;
	s->at += n;
	return true;
}

void
json_blanks(struct json_cursor *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
		s->at++;
}

bool
json_next(struct json_cursor *s, char c)
{
	json_blanks(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}
