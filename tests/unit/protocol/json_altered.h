/* SPDX-License-Identifier: MIT */
/* json_altered.h - a good object with one thing wrong */
#ifndef UNIT_PROTOCOL_JSON_ALTERED_H
#define UNIT_PROTOCOL_JSON_ALTERED_H

#include "protocol/json.h"

/* The object with one member set to a JSON value, or without it when the value is NULL. */
static inline struct json_object *
altered(struct arena *a, const char *text, const char *name, const char *value)
{
	struct json_object *object = json_parse(a, text, strlen(text));

	assert_non_null(object);
	json_object_object_del(object, name);
	if (value == NULL)
		return object;
	text = arena_printf(a, "{\"%s\":%s%s%s", name, value,
	    json_object_object_length(object) > 0 ? "," : "", json_object_to_json_string(object) + 1);
	json_object_put(object);
	object = json_parse(a, text, strlen(text));
	assert_non_null(object);
	return object;
}

#endif
