/* SPDX-License-Identifier: MIT */
#include "protocol/www_authenticate.h"

#include <strings.h>

#define SEPARATORS	" \t,"
#define TOKEN_END	" \t,=\""	/* what ends a scheme or a parameter's name */

/* A quoted string's value; *p stands behind it. */
static const char *
read_quoted(struct arena *a, const char **p)
{
	const char *from = *p + 1, *to = from;
	char *text, *out;

	while (*to != '\0' && *to != '"')
		to += *to == '\\' && to[1] != '\0' ? 2 : 1;
	text = out = arena_alloc(a, (size_t)(to - from) + 1);
	for (; from < to; from++)
		*out++ = *from == '\\' && from + 1 < to ? *++from : *from;
	*out = '\0';
	*p = *to == '"' ? to + 1 : to;
	return text;
}

/* A value behind "="; *p stands behind it. */
static const char *
read_value(struct arena *a, const char **p)
{
	const char *from;
	size_t n;

	*p += strspn(*p, " \t");
	if (**p == '"')
		return read_quoted(a, p);
	from = *p;
	n = strcspn(from, SEPARATORS);
	*p += n;
	return arena_copy(a, from, n);
}

struct seen {
	bool		 bearer;
	bool		 error;		/* its "error" is the one asked for */
	const char	*value;		/* of the parameter asked for */
};

static bool
is_found(const struct seen *s)
{
	return s->bearer && s->error && s->value != NULL;
}

const char *
www_authenticate_bearer(struct arena *a, const char *value, const char *error, const char *name)
{
	struct seen seen = { 0 };

	if (value == NULL || strlen(value) > WWW_AUTHENTICATE_MAX)
		return NULL;
	for (const char *p = value; *(p += strspn(p, SEPARATORS)) != '\0';) {
		size_t n = strcspn(p, TOKEN_END);
		const char *word = arena_copy(a, p, n), *text;

		p += n + strspn(p + n, " \t");
		if (*p != '=') {	/* a scheme: the challenge before it is whole */
			if (is_found(&seen))
				break;
			if (*p == '"')
				(void)read_quoted(a, &p);
			seen = (struct seen){ .bearer = strcasecmp(word, "Bearer") == 0 };
			continue;
		}
		p++;
		text = read_value(a, &p);
		if (strcasecmp(word, "error") == 0)
			seen.error = strcmp(text, error) == 0;
		else if (strcasecmp(word, name) == 0)
			seen.value = text;
	}
	return is_found(&seen) ? seen.value : NULL;
}
