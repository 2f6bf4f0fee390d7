/* SPDX-License-Identifier: MIT */
#include "protocol/json.h"

#include <json-c/json_object_iterator.h>
#include <json-c/json_tokener.h>
#include <limits.h>

#include "base/die.h"
#include "protocol/json_lex.h"

/* In scanned text, where two more characters follow a backslash at least. */
static bool
is_pair(const char *p)
{
	return p[0] == '\\' && p[1] == 'u' && (p[2] == 'd' || p[2] == 'D') &&
	    strchr("89abAB", p[3]) != NULL;
}

/*
 * Scanned text with its surrogate pairs written as UTF-8, which is shorter.  json-c 0.16 takes a
 * pair for half of one, and reads U+FFFD, when the low 16 bits of its character are D800 to DFFF
 * (U+1D91E, U+2D800), so that two names could become one behind the scanner's back.
 */
static struct json_cursor
without_pairs(struct arena *a, const char *text, size_t n)
{
	struct json_cursor c = { .at = text, .end = text + n };
	char *plain, *out;

	if (memmem(text, n, "\\ud", 3) == NULL && memmem(text, n, "\\uD", 3) == NULL)
		return c;
	plain = out = arena_alloc(a, n);
	while (c.at < c.end) {
		if (is_pair(c.at)) {
			c.at++;
			if (!json_escape(&c, &out))
				die("a text was not scanned");
			continue;
		}
		if (*c.at == '\\')
			*out++ = *c.at++;
		*out++ = *c.at++;
	}
	return (struct json_cursor){ .at = plain, .end = out };
}

/* As json_scan_weighing has it. */
static size_t
weight_of(struct json_object *value)
{
	size_t weight = value != NULL;

	if (json_object_is_type(value, json_type_object)) {
		struct json_object_iterator end = json_object_iter_end(value);

		for (struct json_object_iterator i = json_object_iter_begin(value);
		    !json_object_iter_equal(&i, &end); json_object_iter_next(&i))
			weight += strlen(json_object_iter_peek_name(&i)) +
			    weight_of(json_object_iter_peek_value(&i));
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			weight += weight_of(json_object_array_get_idx(value, i));
	} else if (json_object_is_type(value, json_type_string)) {
		weight += (size_t)json_object_get_string_len(value);
	}
	return weight;
}

/*
 * json-c counts a scalar as a level of its own.  Its strict mode is not asked for: it refuses
 * large integers, which RFC 8259 section 6 allows, and the scanner has refused all the rest.  For
 * want of memory it leaves values out, has null for them or cuts them, without a word: a token
 * without a claim, a call without its arguments.
 */
static struct json_object *
parse_scanned(struct arena *a, const char *text, size_t n, size_t weight)
{
	struct json_tokener *tokener;
	struct json_object *value;
	struct json_cursor plain;

	if ((tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1)) == NULL)
		die("no memory for a JSON parser");
	plain = without_pairs(a, text, n);
	value = json_tokener_parse_ex(tokener, plain.at, (int)(plain.end - plain.at));
	/* A number alone ends only where something follows it. */
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		value = json_tokener_parse_ex(tokener, " ", 1);
	json_tokener_free(tokener);
	if (weight_of(value) != weight)
		die("no memory: json-c has read a text in part");
	return value;
}

struct json_object *
json_parse(struct arena *a, const char *text, size_t n)
{
	size_t weight;

	return n > INT_MAX || json_scan_weighing(a, text, n, NULL, &weight) != JSON_FINE ? NULL :
	    parse_scanned(a, text, n, weight);
}

struct json_object *
json_parse_listed(struct arena *a, const char *text, size_t n, struct json_members *members)
{
	struct json_members listed;
	struct json_object *value;
	size_t weight;

	if (n > INT_MAX || json_scan_weighing(a, text, n, &listed, &weight) != JSON_FINE)
		return NULL;
	if ((value = parse_scanned(a, text, n, weight)) != NULL)
		*members = listed;
	return value;
}

void
json_auto(struct json_object **value)
{
	json_object_put(*value);
	*value = NULL;
}

static struct json_object *
member(struct json_object *object, const char *name, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) ||
	    !json_object_object_get_ex(object, name, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

const char *
json_string(struct json_object *object, const char *name)
{
	struct json_object *value = member(object, name, json_type_string);

	return value == NULL ? NULL : json_object_get_string(value);
}

struct json_object *
json_object_member(struct json_object *object, const char *name)
{
	return member(object, name, json_type_object);
}

struct json_object *
json_array_member(struct json_object *object, const char *name)
{
	return member(object, name, json_type_array);
}

bool
json_array_has(struct json_object *array, const char *text)
{
	for (size_t i = 0; json_object_is_type(array, json_type_array) &&
	    i < json_object_array_length(array); i++) {
		struct json_object *item = json_object_array_get_idx(array, i);

		if (json_object_is_type(item, json_type_string) &&
		    strcmp(json_object_get_string(item), text) == 0)
			return true;
	}
	return false;
}

bool
json_int(struct json_object *object, const char *name, int64_t *out)
{
	struct json_object *value = member(object, name, json_type_int);
	int64_t n;

	if (value == NULL)
		return false;
	/* What json-c could not hold reads as an end of its range. */
	n = json_object_get_int64(value);
	if (n == INT64_MAX || n == INT64_MIN)
		return false;
	*out = n;
	return true;
}

bool
json_has(struct json_object *object, const char *name)
{
	return json_object_is_type(object, json_type_object) &&
	    json_object_object_get_ex(object, name, NULL);
}
