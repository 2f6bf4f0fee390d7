/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"
#include "protocol/json.h"
#include "protocol/json_lex.h"

#define CONTAINER_COST	15	/* of an object or array, beside being a value */

/*
 * A recursive descent over the text.  Names wait, unescaped, on one stack for all open objects
 * and are sorted when their object ends, so that many names cost no more than n log n.
 */
struct scan {
	struct json_cursor	 c;
	unsigned		 depth;
	unsigned		 cost;		/* of all values so far */
	unsigned		 values;	/* so far, but for null */
	char			*room;		/* where the next unescaped name goes */
	const char		**name;		/* names of the open objects, innermost last */
	size_t			 names;
	struct json_members	 entries;	/* of the outermost value, if asked for */
};

/* What a text can need of the arena at most, so that each of the three is allocated once. */
struct need {
	size_t	names;
	size_t	room;		/* bytes of all names with their NULs */
	size_t	entries;	/* of the outermost value */
};

static enum json_fault	 value(struct scan *);

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Ends an object whose names begin at `first`. */
static enum json_fault
names_differ(struct scan *s, size_t first)
{
	size_t count = s->names - first;
	const char **name = s->name + first;

	s->names = first;
	if (count > 1)
		qsort(name, count, sizeof *name, by_text);
	for (size_t i = 1; i < count; i++)
		if (strcmp(name[i - 1], name[i]) == 0)
			return JSON_DUPLICATE;
	return JSON_FINE;
}

/* A value inside an object or array, listed when that is the outermost one. */
static enum json_fault
entry(struct scan *s, const char *name)
{
	const char *from;
	enum json_fault fault;

	json_blanks(&s->c);
	from = s->c.at;
	if ((fault = value(s)) == JSON_FINE && s->depth == 1 && s->entries.member != NULL)
		s->entries.member[s->entries.count++] =
		    (struct json_member){ name, from, (size_t)(s->c.at - from) };
	return fault;
}

static enum json_fault
array(struct scan *s)
{
	enum json_fault fault;

	if (json_next(&s->c, ']'))
		return JSON_FINE;
	do {
		if ((fault = entry(s, "")) != JSON_FINE)
			return fault;
	} while (json_next(&s->c, ','));
	return json_next(&s->c, ']') ? JSON_FINE : JSON_SYNTAX;
}

static enum json_fault
object(struct scan *s)
{
	size_t first = s->names;
	enum json_fault fault;

	if (json_next(&s->c, '}'))
		return JSON_FINE;
	do {
		const char *name = s->room;
		struct json_cursor quoted;

		json_blanks(&s->c);
		quoted = s->c;
		/* Unescaped only once its colon is seen: for others measure() found no room. */
		if (!json_is_at(&s->c, "\"") || !json_quoted(&s->c, NULL) ||
		    !json_next(&s->c, ':') || !json_quoted(&quoted, &s->room))
			return JSON_SYNTAX;
		*s->room++ = '\0';
		s->name[s->names++] = name;
		if ((fault = entry(s, name)) != JSON_FINE)
			return fault;
	} while (json_next(&s->c, ','));
	return json_next(&s->c, '}') ? names_differ(s, first) : JSON_SYNTAX;
}

static enum json_fault
container(struct scan *s)
{
	bool braces = *s->c.at++ == '{';
	enum json_fault fault;

	if (s->depth == JSON_DEPTH_MAX)
		return JSON_TOO_DEEP;
	s->cost += CONTAINER_COST;
	s->depth++;
	fault = braces ? object(s) : array(s);
	s->depth--;
	return fault;
}

static enum json_fault
value(struct scan *s)
{
	bool fine;

	if (++s->cost > JSON_COST_MAX)
		return JSON_TOO_MANY;
	s->values += !json_is_at(&s->c, "n");
	if (json_is_at(&s->c, "{["))
		return container(s);
	if (json_is_at(&s->c, "\""))
		fine = json_quoted(&s->c, NULL);
	else if (json_is_at(&s->c, "t"))
		fine = json_literal(&s->c, "true");
	else if (json_is_at(&s->c, "f"))
		fine = json_literal(&s->c, "false");
	else if (json_is_at(&s->c, "n"))
		fine = json_literal(&s->c, "null");
	else
		fine = json_number(&s->c);
	return fine ? JSON_FINE : JSON_SYNTAX;
}

/*
 * Counts without judging: a string before a colon is a name.  Up to the first fault it sees the
 * strings and brackets that the scan sees, and the scan stops there.
 */
static struct need
measure(const char *text, size_t n, char list)
{
	struct need need = { .entries = list == '[' ? 1 : 0 };
	size_t depth = 0, from, len = 0;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (c == '"') {
			for (from = i++; i < n && text[i] != '"'; i++)
				if (text[i] == '\\')
					i++;
			len = i - from + 1;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if (c == '}' || c == ']') {
			depth--;
		} else if (c == ':' && len > 0) {
			need.names++;
			need.room += len;
			need.entries += list == '{' && depth == 1;
			len = 0;
		} else if (c == ',') {
			need.entries += list == '[' && depth == 1;
		}
	}
	return need;
}

/* Lists the entries of an outermost value that begins with `list`; 0 lists none. */
static enum json_fault
scan(struct arena *a, const char *text, size_t n, char list, struct json_members *entries,
    size_t *weight)
{
	struct scan s = { .c = { .at = text, .end = text + n } };
	struct need need;
	enum json_fault fault;

	if (!utf8_valid(text, n))
		return JSON_NOT_UTF8;
	json_blanks(&s.c);
	if (s.c.at == s.c.end)
		return JSON_SYNTAX;
	if (*s.c.at != list)
		list = 0;
	need = measure(text, n, list);
	s.room = arena_alloc(a, need.room);
	s.name = arena_alloc(a, need.names * sizeof *s.name);
	if (list != 0)
		s.entries.member = arena_alloc(a, need.entries * sizeof *s.entries.member);
	if ((fault = value(&s)) != JSON_FINE)
		return fault;
	json_blanks(&s.c);
	if (s.c.at < s.c.end)
		return JSON_SYNTAX;
	if (entries != NULL)
		*entries = s.entries;
	*weight = s.c.bytes + s.values;
	return JSON_FINE;
}

enum json_fault
json_scan_weighing(struct arena *a, const char *text, size_t n, struct json_members *members,
    size_t *weight)
{
	return scan(a, text, n, members == NULL ? 0 : '{', members, weight);
}

enum json_fault
json_scan(struct arena *a, const char *text, size_t n, struct json_members *members)
{
	size_t weight;

	return json_scan_weighing(a, text, n, members, &weight);
}

enum json_fault
json_scan_elements(struct arena *a, const char *text, size_t n, struct json_members *elements)
{
	size_t weight;

	return scan(a, text, n, '[', elements, &weight);
}
