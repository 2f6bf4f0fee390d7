/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "protocol/json.h"

static struct arena arena;

static struct json_object *
parsed(const char *text)
{
	return json_parse(&arena, text, strlen(text));
}

static void
what_the_scanner_refuses_is_not_parsed(void **state UNUSED)
{
	static const char *const bad[] = {
		"", "{", "{\"a\":1,\"a\":2}", "[1,]", "{'a':1}", "\"\\ud800\"", "\"\\u0000\"",
		"NaN",
		"[\"\xff\"]", "1 2", "Infinity", "{\"a\":tRuE}",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (parsed(bad[i]) != NULL)
			fail_msg("%s was parsed", bad[i]);
}

static void
every_kind_of_value_is_parsed(void **state UNUSED)
{
	static const struct {
		const char	*text;
		enum json_type	 type;
	} good[] = {
		{ "{}", json_type_object }, { "[]", json_type_array }, { "\"a\"",
		json_type_string },
		{ "true", json_type_boolean }, { "false", json_type_boolean }, { "1",
		json_type_int },
		{ "-0", json_type_int }, { "1.5", json_type_double }, { " 12 ", json_type_int },
		{ "1e5", json_type_double }, { "99999999999999999999999", json_type_int },
	};

	for (size_t i = 0; i < COUNT(good); i++) {
		AUTO(json) struct json_object *value = parsed(good[i].text);

		if (value == NULL || !json_object_is_type(value, good[i].type))
			fail_msg("%s: %s", good[i].text, json_object_to_json_string(value));
	}
}

static void
the_deepest_text_that_scans_also_parses(void **state UNUSED)
{
	struct buf b = buf_new(&arena, 1024);

	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		buf_lit(&b, i % 2 == 0 ? "[" : "{\"a\":");
	buf_lit(&b, "\"x\"");
	for (int i = JSON_DEPTH_MAX - 1; i >= 0; i--)
		buf_lit(&b, i % 2 == 0 ? "]" : "}");
	{
		AUTO(json) struct json_object *value = parsed(buf_text(&b));

		assert_non_null(value);
	}
}

static void
the_text_needs_no_zero_byte_at_its_end(void **state UNUSED)
{
	AUTO(json) struct json_object *value = json_parse(&arena, "{\"a\":12}34", 8);
	AUTO(json) struct json_object *digits = json_parse(&arena, "1234", 2);
	int64_t n;

	assert_true(json_int(value, "a", &n));
	assert_int_equal(n, 12);
	assert_int_equal(json_object_get_int(digits), 12);
}

static void
members_are_read_by_their_type_alone(void **state UNUSED)
{
	AUTO(json) struct json_object *o = parsed("{\"s\":\"x\",\"i\":5,\"d\":5.0,\"b\":true,"
	    "\"z\":null,\"o\":{},\"a\":[],\"n\":\"5\"}");
	int64_t n = 77;

	assert_string_equal(json_string(o, "s"), "x");
	assert_null(json_string(o, "i"));
	assert_null(json_string(o, "z"));
	assert_null(json_string(o, "absent"));
	assert_non_null(json_object_member(o, "o"));
	assert_null(json_object_member(o, "a"));
	assert_non_null(json_array_member(o, "a"));
	assert_null(json_array_member(o, "o"));
	assert_false(json_int(o, "d", &n));
	assert_false(json_int(o, "n", &n));
	assert_false(json_int(o, "b", &n));
	assert_false(json_int(o, "z", &n));
	assert_int_equal(n, 77);
	assert_true(json_int(o, "i", &n));
	assert_int_equal(n, 5);
}

static void
a_null_member_is_present(void **state UNUSED)
{
	AUTO(json) struct json_object *o = parsed("{\"z\":null}");

	assert_true(json_has(o, "z"));
	assert_false(json_has(o, "y"));
}

static void
what_is_no_object_has_no_members(void **state UNUSED)
{
	AUTO(json) struct json_object *array = parsed("[{\"a\":\"x\"}]");
	int64_t n;

	assert_null(json_string(array, "a"));
	assert_null(json_object_member(array, "a"));
	assert_false(json_int(array, "a", &n));
	assert_false(json_has(array, "a"));
	assert_null(json_string(NULL, "a"));
	assert_null(json_object_member(NULL, "a"));
	assert_null(json_array_member(NULL, "a"));
	assert_false(json_int(NULL, "a", &n));
	assert_false(json_has(NULL, "a"));
}

static void
an_integer_that_json_c_would_saturate_is_refused(void **state UNUSED)
{
	AUTO(json) struct json_object *o = parsed("{\"max\":9223372036854775806,"
	    "\"min\":-9223372036854775807,\"above\":9223372036854775808,"
	    "\"far\":99999999999999999999999,\"below\":-9223372036854775809}");
	int64_t n;

	assert_true(json_int(o, "max", &n));
	assert_true(n == INT64_MAX - 1);
	assert_true(json_int(o, "min", &n));
	assert_true(n == INT64_MIN + 1);
	assert_false(json_int(o, "above", &n));
	assert_false(json_int(o, "far", &n));
	assert_false(json_int(o, "below", &n));
}

/* json-c 0.16 alone reads U+FFFD for each of these, and so one name for two. */
static void
every_surrogate_pair_is_read_as_its_character(void **state UNUSED)
{
	AUTO(json) struct json_object *o = parsed("{\"\\ud836\\udd1e\":\"\\uD87A\\uDC00\","
	    "\"\\ud837\\udd1e\":\"\\nd83\\\\ud836\\ud7ff\\u00e9\\\"\\ud834\\udd1e\"}");

	assert_string_equal(json_string(o, "\xf0\x9d\xa4\x9e"), "\xf0\xae\xa0\x80");
	assert_string_equal(json_string(o, "\xf0\x9d\xb4\x9e"),
	    "\nd83\\ud836\xed\x9f\xbf\xc3\xa9\"\xf0\x9d\x84\x9e");
}

static int
begin(void **state UNUSED)
{
	arena_init(&arena, 1024 * 1024);
	return 0;
}

static void
one_scan_lists_the_members_and_parses_them(void **state UNUSED)
{
	static const char text[] = " {\"id\" : 1.0, \"a\":[1, 2]}";
	struct json_members members = { 0 };
	AUTO(json) struct json_object *value = json_parse_listed(&arena, text, sizeof text - 1,
	    &members);

	assert_non_null(value);
	assert_non_null(json_array_member(value, "a"));
	assert_int_equal(members.count, 2);
	assert_string_equal(members.member[0].name, "id");
	assert_int_equal(members.member[0].len, 3);
	assert_memory_equal(members.member[0].text, "1.0", 3);
	assert_memory_equal(members.member[1].text, "[1, 2]", 6);
}

static void
a_fault_lists_nothing(void **state UNUSED)
{
	struct json_members members = { .count = 42 };

	assert_null(json_parse_listed(&arena, "{\"a\":1,", 7, &members));
	assert_null(json_parse_listed(&arena, "null", 4, &members));
	assert_int_equal(members.count, 42);
}

static int
end(void **state UNUSED)
{
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_scanner_refuses_is_not_parsed),
		cmocka_unit_test(every_kind_of_value_is_parsed),
		cmocka_unit_test(the_deepest_text_that_scans_also_parses),
		cmocka_unit_test(the_text_needs_no_zero_byte_at_its_end),
		cmocka_unit_test(members_are_read_by_their_type_alone),
		cmocka_unit_test(a_null_member_is_present),
		cmocka_unit_test(what_is_no_object_has_no_members),
		cmocka_unit_test(an_integer_that_json_c_would_saturate_is_refused),
		cmocka_unit_test(every_surrogate_pair_is_read_as_its_character),
		cmocka_unit_test(one_scan_lists_the_members_and_parses_them),
		cmocka_unit_test(a_fault_lists_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
