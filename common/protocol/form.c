/* SPDX-License-Identifier: MIT */
#include "protocol/form.h"

#include "base/utf8.h"

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* NULL for a bad escape, a zero byte or bad UTF-8. */
static const char *
decode(struct arena *a, const char *text, size_t n)
{
	char *out = arena_alloc(a, n + 1), *p = out;

	for (size_t i = 0; i < n; i++) {
		if (text[i] != '%') {
			*p++ = text[i] == '+' ? ' ' : text[i];
			continue;
		}
		if (n - i < 3 || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
			return NULL;
		*p++ = (char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
		i += 2;
		if (p[-1] == '\0')
			return NULL;
	}
	return utf8_valid(out, (size_t)(p - out)) ? out : NULL;
}

enum form_step
form_next(struct arena *a, const char **cursor, const char **name, const char **value)
{
	const char *p = *cursor, *end, *equals;

	while (*p == '&')
		p++;
	if (*p == '\0')
		return FORM_END;
	end = p + strcspn(p, "&");
	equals = memchr(p, '=', (size_t)(end - p));
	*name = decode(a, p, (size_t)((equals == NULL ? end : equals) - p));
	*value = equals == NULL ? "" : decode(a, equals + 1, (size_t)(end - equals - 1));
	*cursor = end;
	return *name == NULL || *value == NULL ? FORM_MALFORMED : FORM_PAIR;
}
