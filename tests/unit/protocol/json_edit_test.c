/* SPDX-License-Identifier: MIT */
#include "protocol/json_edit.h"

#include "arena_group.h"

#define EDITS_MAX	8

/* The object with the edits, which end at a NULL name. */
static const char *
edited(const char *object, const struct json_edit *edit)
{
	struct buf b = buf_new(&a, 65536);
	struct json_members members;
	size_t n = 0;

	while (edit[n].name != NULL)
		n++;
	assert_int_equal(json_scan(&a, object, strlen(object), &members), JSON_FINE);
	json_edit(&b, &members, edit, n);
	assert_non_null(buf_text(&b));
	assert_int_equal(json_scan(&a, b.text, b.len, NULL), JSON_FINE);
	return buf_text(&b);
}

#define EDITED(object, ...)	\
	edited(object, (const struct json_edit [EDITS_MAX]){ __VA_ARGS__, { NULL, NULL } })

static void
without_edits_the_members_stand_as_they_stood(UNUSED void **state)
{
	assert_string_equal(edited("{\"b\":1,\"a\":[ 1, 2 ],\"c\":{ }}",
	    &(struct json_edit){ NULL, NULL }), "{\"b\":1,\"a\":[ 1, 2 ],\"c\":{ }}");
	assert_string_equal(edited(" { } ", &(struct json_edit){ NULL, NULL }), "{}");
}

static void
a_member_is_replaced_in_its_place(UNUSED void **state)
{
	assert_string_equal(EDITED("{\"a\":1,\"b\":2,\"c\":3}", { "b", "{\"x\":[]}" }),
	    "{\"a\":1,\"b\":{\"x\":[]},\"c\":3}");
	assert_string_equal(EDITED("{\"a\":1}", { "a", "null" }), "{\"a\":null}");
}

static void
a_member_is_taken_away_wherever_it_stands(UNUSED void **state)
{
	static const char object[] = "{\"a\":1,\"b\":2,\"c\":3}";

	assert_string_equal(EDITED(object, { "a", NULL }), "{\"b\":2,\"c\":3}");
	assert_string_equal(EDITED(object, { "b", NULL }), "{\"a\":1,\"c\":3}");
	assert_string_equal(EDITED(object, { "c", NULL }), "{\"a\":1,\"b\":2}");
	assert_string_equal(EDITED(object, { "a", NULL }, { "b", NULL }, { "c", NULL }), "{}");
	assert_string_equal(EDITED(object, { "d", NULL }), object);
}

static void
a_member_that_is_not_there_comes_last(UNUSED void **state)
{
	assert_string_equal(EDITED("{\"a\":1}", { "b", "2" }, { "c", "3" }),
	    "{\"a\":1,\"b\":2,\"c\":3}");
	assert_string_equal(EDITED("{}", { "b", "2" }), "{\"b\":2}");
	assert_string_equal(EDITED("{\"a\":1}", { "a", NULL }, { "b", "2" }), "{\"b\":2}");
}

static void
edits_of_every_kind_go_together(UNUSED void **state)
{
	assert_string_equal(EDITED("{\"a\":1,\"b\":2,\"c\":3}", { "c", "4" }, { "a", NULL },
	    { "d", "\"x\"" }, { "e", NULL }), "{\"b\":2,\"c\":4,\"d\":\"x\"}");
}

static void
a_name_is_known_however_it_is_escaped(UNUSED void **state)
{
	assert_string_equal(EDITED("{\"\\u0061\":1}", { "a", "2" }), "{\"a\":2}");
	assert_string_equal(EDITED("{\"\\u0061\":1,\"b\":2}", { "a", NULL }), "{\"b\":2}");
	assert_string_equal(EDITED("{\"a\\/b\":1}", { "a/b", "2" }), "{\"a/b\":2}");
	assert_string_equal(EDITED("{\"A\":1}", { "a", "2" }), "{\"A\":1,\"a\":2}");
	assert_string_equal(EDITED("{\"\":1}", { "", "2" }), "{\"\":2}");
}

/* A name that is written again reads as the same name. */
static void
names_with_characters_that_need_escapes_survive(UNUSED void **state)
{
	static const char *const names[] = {
		"\\\"",
		"\\\\",
		"\\n",
		"\\u0001",
		"\\u007f",
		"\\u20ac",
		"\\ud83d\\ude00",
		"\\\\\\\"}",
		"\xe2\x82\xac",
		"a b",
		"'",
		"</script>",
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		struct json_members before, after;
		const char *text = arena_printf(&a, "{\"%s\":1,\"z\":2}", names[i]), *changed;

		changed = EDITED(text, { "z", "3" });
		assert_int_equal(json_scan(&a, text, strlen(text), &before), JSON_FINE);
		assert_int_equal(json_scan(&a, changed, strlen(changed), &after), JSON_FINE);
		assert_int_equal(after.count, 2);
		assert_string_equal(after.member[0].name, before.member[0].name);
	}
}

static void
values_are_kept_to_the_byte(UNUSED void **state)
{
	static const char *const values[] = {
		"123456789012345678901234567890",
		"1.0",
		"1e400",
		"-0",
		"0.10000000000000000000001",
		"1E+2",
		"\"\\u0061\\/\\ud83d\\ude00\"",
		"\"\xf0\x9f\x98\x80\"",
		"[ 1 ,2 , {\"a\" : 1} ]",
		"true",
		"null",
		"\"\"",
		"{\"b\":{\"a\":1}}",
	};

	for (size_t i = 0; i < COUNT(values); i++)
		assert_string_equal(EDITED(arena_printf(&a, "{ \"k\" : %s , \"z\":1}", values[i]),
		    { "z", NULL }), arena_printf(&a, "{\"k\":%s}", values[i]));
}

static void
a_member_of_that_name_deeper_inside_is_not_touched(UNUSED void **state)
{
	assert_string_equal(EDITED("{\"p\":{\"a\":1},\"l\":[{\"a\":1}]}", { "a", "2" }),
	    "{\"p\":{\"a\":1},\"l\":[{\"a\":1}],\"a\":2}");
}

static void
what_does_not_fit_sticks(UNUSED void **state)
{
	struct buf b = buf_new(&a, 8);
	struct json_members members;

	assert_int_equal(json_scan(&a, "{\"a\":1}", 7, &members), JSON_FINE);
	json_edit(&b, &members, &(struct json_edit){ "a", "12345" }, 1);
	assert_null(buf_text(&b));
}

static void
a_text_of_it_has_a_limit(UNUSED void **state)
{
	struct json_members members;

	assert_true(json_edit_read(&a, "{\"a\":1}", 7, &members));
	assert_string_equal(json_edit_text(&a, &members, NULL, 0, 7), "{\"a\":1}");
	assert_null(json_edit_text(&a, &members, NULL, 0, 6));
	assert_string_equal(
	    json_edit_text(&a, &members, &(struct json_edit){ "a", NULL }, 1, 2), "{}");
}

static void
only_an_object_is_read(UNUSED void **state)
{
	static const char *const others[] = { "", " ", "[]", "null", "\"{}\"", "1", "{", "{}x",
		"[{}]", "{\"a\":1,\"a\":2}" };
	struct json_members members, untouched = { .count = 77 };

	assert_true(json_edit_read(&a, " \r\n\t{\"a\":{}} ", 13, &members));
	assert_int_equal(members.count, 1);
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(json_edit_read(&a, others[i], strlen(others[i]), &untouched));
	assert_int_equal(untouched.count, 77);
}

static void
a_members_source_is_its_text_alone(UNUSED void **state)
{
	static const char text[] = "{\"a\": {\"b\" : 1.0} ,\"c\":\"\\u0061\"}";
	struct json_members members;

	assert_true(json_edit_read(&a, text, sizeof text - 1, &members));
	assert_string_equal(json_edit_source(&a, &members, "a"), "{\"b\" : 1.0}");
	assert_string_equal(json_edit_source(&a, &members, "c"), "\"\\u0061\"");
	assert_null(json_edit_source(&a, &members, "b"));
}

static void
an_object_within_is_opened(UNUSED void **state)
{
	static const char text[] = "{\"params\":{ \"name\":\"x\",\"arguments\":{}},\"e\":{}}";
	struct json_members top, params, empty;

	assert_int_equal(json_scan(&a, text, sizeof text - 1, &top), JSON_FINE);
	assert_true(json_edit_open(&a, &top, "params", &params));
	assert_int_equal(params.count, 2);
	assert_string_equal(params.member[1].name, "arguments");
	assert_true(json_edit_open(&a, &top, "e", &empty));
	assert_int_equal(empty.count, 0);
}

static void
what_is_absent_or_no_object_is_not_opened(UNUSED void **state)
{
	static const char text[] = "{\"a\":[{}],\"b\":null,\"c\":\"{}\",\"d\":1,\"e\":true}";
	struct json_members top, untouched = { .count = 77 };

	assert_int_equal(json_scan(&a, text, sizeof text - 1, &top), JSON_FINE);
	for (const char *name = "abcdef"; *name != '\0'; name++)
		assert_false(json_edit_open(&a, &top, (char[]){ *name, '\0' }, &untouched));
	assert_int_equal(untouched.count, 77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_edits_the_members_stand_as_they_stood),
		cmocka_unit_test(a_member_is_replaced_in_its_place),
		cmocka_unit_test(a_member_is_taken_away_wherever_it_stands),
		cmocka_unit_test(a_member_that_is_not_there_comes_last),
		cmocka_unit_test(edits_of_every_kind_go_together),
		cmocka_unit_test(a_name_is_known_however_it_is_escaped),
		cmocka_unit_test(names_with_characters_that_need_escapes_survive),
		cmocka_unit_test(values_are_kept_to_the_byte),
		cmocka_unit_test(a_member_of_that_name_deeper_inside_is_not_touched),
		cmocka_unit_test(what_does_not_fit_sticks),
		cmocka_unit_test(a_text_of_it_has_a_limit),
		cmocka_unit_test(only_an_object_is_read),
		cmocka_unit_test(a_members_source_is_its_text_alone),
		cmocka_unit_test(an_object_within_is_opened),
		cmocka_unit_test(what_is_absent_or_no_object_is_not_opened),
	};

	return RUN(tests, open_arena, close_arena);
}
