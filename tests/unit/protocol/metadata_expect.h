/* SPDX-License-Identifier: MIT */
/* metadata_expect.h - a document that must be JSON, and what its members must be */
#ifndef UNIT_PROTOCOL_METADATA_EXPECT_H
#define UNIT_PROTOCOL_METADATA_EXPECT_H

#include "base/buf.h"
#include "protocol/json.h"

#include "arena_group.h"

static struct json_object *document;

static inline void
must_be_json(const struct buf *b)
{
	const char *text = buf_text(b);

	assert_non_null(text);
	json_auto(&document);
	document = json_parse(&a, text, strlen(text));
	assert_non_null(document);
}

static inline int
release_document(void **state)
{
	json_auto(&document);
	document = NULL;
	return close_arena(state);
}

static inline void
is(const char *name, const char *value)
{
	assert_non_null(json_string(document, name));
	assert_string_equal(json_string(document, name), value);
}

/* The member is an array of exactly these words, separated by one blank. */
static inline void
lists(const char *name, const char *words)
{
	struct json_object *list = json_array_member(document, name);
	const char *all = "";

	assert_non_null(list);
	for (size_t i = 0; i < json_object_array_length(list); i++)
		all = arena_printf(&a, "%s%s%s", all, i == 0 ? "" : " ",
		    json_object_get_string(json_object_array_get_idx(list, i)));
	assert_string_equal(all, words);
}

#endif
