/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "protocol/json_member.h"

static struct arena arena;

static struct json_members
members_of(const char *text)
{
	struct json_members members;

	assert_int_equal(json_scan(&arena, text, strlen(text), &members), JSON_FINE);
	return members;
}

static void
a_string_is_read_unescaped(void **state UNUSED)
{
	struct json_members m = members_of("{\"a\":\"\",\"b\" : \"x\\\"\\u00e9\\ud83d\\ude00/\\n\"}");

	assert_string_equal(json_member_string(&arena, &m, "a"), "");
	assert_string_equal(json_member_string(&arena, &m, "b"), "x\"\xc3\xa9\xf0\x9f\x98\x80/\n");
}

static void
a_name_is_compared_unescaped(void **state UNUSED)
{
	struct json_members m = members_of("{\"\\u0065xp\":7}");
	int64_t n;

	assert_true(json_member_int(&arena, &m, "exp", &n));
	assert_int_equal(n, 7);
}

static void
what_is_no_string_is_not_read_as_one(void **state UNUSED)
{
	struct json_members m = members_of("{\"a\":1,\"b\":null,\"c\":[\"x\"],\"d\":{\"e\":\"x\"},\"f\":true}");
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "" };

	for (size_t i = 0; i < COUNT(names); i++)
		assert_null(json_member_string(&arena, &m, names[i]));
}

static void
a_number_in_digits_is_read(void **state UNUSED)
{
	struct json_members m = members_of("{\"a\":0,\"b\": 1795460183 ,\"c\":9223372036854775806}");
	int64_t n;

	assert_true(json_member_int(&arena, &m, "a", &n));
	assert_int_equal(n, 0);
	assert_true(json_member_int(&arena, &m, "b", &n));
	assert_int_equal(n, 1795460183);
	assert_true(json_member_int(&arena, &m, "c", &n));
	assert_true(n == INT64_MAX - 1);
}

static void
other_numbers_and_values_are_not(void **state UNUSED)
{
	struct json_members m = members_of("{\"a\":-1,\"b\":1.0,\"c\":1e3,\"d\":\"1\",\"e\":null,"
	    "\"f\":9223372036854775807,\"g\":18446744073709551617,\"h\":[1]}");
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };
	int64_t n = 42;

	for (size_t i = 0; i < COUNT(names); i++)
		assert_false(json_member_int(&arena, &m, names[i], &n));
	assert_int_equal(n, 42);
}

static void
null_is_there_and_another_value_has_no_members(void **state UNUSED)
{
	struct json_members m = members_of("{\"a\":null,\"b\":{\"c\":1}}"), none = members_of("[\"a\"]");

	assert_true(json_member_has(&m, "a"));
	assert_true(json_member_has(&m, "b"));
	assert_false(json_member_has(&m, "c"));
	assert_false(json_member_has(&none, "a"));
	assert_null(json_member_string(&arena, &none, ""));
}

static int
set_up(void **state UNUSED)
{
	arena_init(&arena, 1024 * 1024);
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_string_is_read_unescaped),
		cmocka_unit_test(a_name_is_compared_unescaped),
		cmocka_unit_test(what_is_no_string_is_not_read_as_one),
		cmocka_unit_test(a_number_in_digits_is_read),
		cmocka_unit_test(other_numbers_and_values_are_not),
		cmocka_unit_test(null_is_there_and_another_value_has_no_members),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
