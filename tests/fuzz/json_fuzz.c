/* SPDX-License-Identifier: MIT */
/*
 * The scanner against json-c and against itself: what it accepts json-c reads the same way, what
 * json-c cannot read in its strictest mode it refuses, and neither list nor arena runs away.
 */
#include <errno.h>
#include <json-c/json_tokener.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "protocol/json.h"

#define SIZE_MAX_TRIED	65536

static struct arena arena;

/* Each entry is a JSON text of its own, and nothing is listed twice or left out. */
static void
check_entries(const struct json_members *m, size_t expected)
{
	EXPECT(m->count == expected);
	for (size_t i = 0; i < m->count; i++) {
		EXPECT(utf8_valid(m->member[i].name, strlen(m->member[i].name)));
		EXPECT(json_scan(&arena, m->member[i].text, m->member[i].len, NULL) == JSON_FINE);
		EXPECT(i == 0 || m->member[i].text > m->member[i - 1].text);
	}
}

/* json-c keeps one of two equal names: as many members as listed means that none was equal. */
static void
check_lists(const char *text, size_t n, struct json_object *value)
{
	struct json_members members = { .count = 1 }, elements = { .count = 1 };
	bool object = json_object_is_type(value, json_type_object);
	bool array = json_object_is_type(value, json_type_array);

	EXPECT(json_scan(&arena, text, n, &members) == JSON_FINE);
	EXPECT(json_scan_elements(&arena, text, n, &elements) == JSON_FINE);
	check_entries(&members, object ? (size_t)json_object_object_length(value) : 0);
	check_entries(&elements, array ? json_object_array_length(value) : 0);
	for (size_t i = 0; i < members.count; i++)
		EXPECT(json_has(value, members.member[i].name));
}

static void
check_accepted(const char *text, size_t n)
{
	AUTO(json) struct json_object *value = json_parse(&arena, text, n);
	AUTO(json) struct json_object *again = NULL;
	const char *written = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
	size_t len = strlen(written);

	EXPECT(utf8_valid(text, n));
	EXPECT(value != NULL || strcmp(written, "null") == 0);
	check_lists(text, n, value);
	EXPECT(json_scan(&arena, written, len, NULL) == JSON_FINE);
	again = json_parse(&arena, written, len);
	EXPECT(json_object_equal(value, again));
}

/* What strict json-c refuses; large integers it refuses too, which are none of its business. */
static bool
strict_refuses(const char *text, size_t n)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	AUTO(json) struct json_object *value = NULL;
	enum json_tokener_error error;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	value = json_tokener_parse_ex(tokener, text, (int)n);
	error = json_tokener_get_error(tokener);
	json_tokener_free(tokener);
	return error != json_tokener_success && error != json_tokener_continue &&
	    error != json_tokener_error_parse_number;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	enum json_fault fault;

	if (size > SIZE_MAX_TRIED)
		return 0;
	if (arena.base == NULL)
		arena_init(&arena, (size_t)16 * 1024 * 1024);
	arena_reset(&arena);
	fault = json_scan(&arena, text, size, NULL);
	/* Three blocks, each rounded up and guarded, then eight bytes for one. */
	EXPECT(arena.used <= 8 * size + 256);
	EXPECT((fault == JSON_NOT_UTF8) == !utf8_valid(text, size));
	if (fault == JSON_FINE) {
		EXPECT(!strict_refuses(text, size));
		check_accepted(text, size);
	} else {
		EXPECT(json_parse(&arena, text, size) == NULL);
	}
	return 0;
}
