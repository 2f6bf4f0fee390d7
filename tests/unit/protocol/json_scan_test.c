/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "protocol/json.h"

#define BUDGET	((size_t)16 * 1024 * 1024)

static struct arena arena;

static enum json_fault
scanned(const char *text)
{
	return json_scan(&arena, text, strlen(text), NULL);
}

static void
expect_all(const char *const *text, size_t count, enum json_fault fault)
{
	for (size_t i = 0; i < count; i++)
		if (scanned(text[i]) != fault)
			fail_msg("%s: fault %d", text[i], (int)scanned(text[i]));
}

/* open, repeated n times, middle, close repeated n times */
static const char *
nested(const char *open, size_t n, const char *middle, const char *close)
{
	struct buf b = buf_new(&arena, BUDGET);

	for (size_t i = 0; i < n; i++)
		buf_lit(&b, open);
	buf_lit(&b, middle);
	for (size_t i = 0; i < n; i++)
		buf_lit(&b, close);
	return buf_text(&b);
}

static void
rfc8259_s2_accepts_any_value_with_blanks_around(void **state UNUSED)
{
	static const char *const good[] = {
		"{}", "[]", "0", "\"\"", "true", "false", "null", " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
		"[[],{},[{}]]", "{\"\":{}}", "{\"a\":1,\"A\":2}", "[1e999,-0]",
		"[\"\xf0\x9f\x98\x80\"]",
	};

	expect_all(good, COUNT(good), JSON_FINE);
}

static void
rfc8259_s2_refuses_what_is_no_value(void **state UNUSED)
{
	static const char *const bad[] = {
		"", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{,}", "{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}", "{a:1}", "{'a':1}", "{1:1}", "[1 2]", "{\"a\":1 \"b\":2}", "[1}",
		"{\"a\":1]",
		"truE", "TRUE", "nul", "undefined", "NaN", "1 1", "{} {}", "[]]", "//x\n1", "/**/1",
		"\xef\xbb\xbf{}", "{\"a\"::1}", "[\"a\",]", "tru", "\"a", "01", "\v1",
	};

	expect_all(bad, COUNT(bad), JSON_SYNTAX);
}

static void
a_zero_byte_ends_nothing(void **state UNUSED)
{
	assert_int_equal(json_scan(&arena, "{}\0", 3, NULL), JSON_SYNTAX);
	assert_int_equal(json_scan(&arena, "{\0}", 3, NULL), JSON_SYNTAX);
	assert_int_equal(json_scan(&arena, "[1\0]", 4, NULL), JSON_SYNTAX);
	assert_int_equal(json_scan(&arena, "", 0, NULL), JSON_SYNTAX);
}

static void
no_byte_after_the_length_is_looked_at(void **state UNUSED)
{
	struct json_members m;

	assert_int_equal(json_scan(&arena, "[1]x", 3, &m), JSON_FINE);
	assert_int_equal(json_scan(&arena, "12", 1, &m), JSON_FINE);
	assert_int_equal(json_scan(&arena, "\"a\"", 2, &m), JSON_SYNTAX);
	assert_int_equal(json_scan(&arena, "true", 3, &m), JSON_SYNTAX);
}

static void
rfc8259_s8_1_refuses_bytes_that_are_not_utf8(void **state UNUSED)
{
	static const char *const bad[] = {
		"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
		"\"\xe2\x82\"",
		"{\"\x80\":1}", "\xfe\xff",
	};

	expect_all(bad, COUNT(bad), JSON_NOT_UTF8);
}

static void
rfc8259_s4_refuses_a_name_twice_at_any_level(void **state UNUSED)
{
	static const char *const bad[] = {
		"{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"\":1,\"\":2}",
		"{\"x\":{\"a\":1,\"a\":2}}", "[[{\"a\":{},\"b\":[],\"a\":0}]]",
		"{\"a\":{\"b\":1},\"c\":2,\"a\":3}", "{\"a\":[{\"a\":1}],\"a\":2}",
	};

	expect_all(bad, COUNT(bad), JSON_DUPLICATE);
}

static void
names_are_compared_after_unescaping(void **state UNUSED)
{
	static const char *const bad[] = {
		"{\"a\":1,\"\\u0061\":2}", "{\"/\":1,\"\\/\":2}", "{\"\\n\":1,\"\\u000A\":2}",
		"{\"\xe2\x82\xac\":1,\"\\u20ac\":2}",
		"{\"\xf0\x9d\x84\x9e\":1,\"\\ud834\\udd1e\":2}",
		"{\"id\":1,\"i\\u0064\":2}", "{\"\\\"\":1,\"\\u0022\":2}",
	};

	expect_all(bad, COUNT(bad), JSON_DUPLICATE);
}

static void
one_name_in_different_objects_is_no_duplicate(void **state UNUSED)
{
	static const char *const good[] = {
		"{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":1}]",
		"{\"a\":{\"b\":1},\"b\":{\"a\":1}}",
		"{\"a\":1,\"A\":1,\"a \":1,\"\":1}", "{\"ab\":1,\"a\":1,\"abc\":1}",
		"{\"\\\\u0061\":1,\"a\":2}",
	};

	expect_all(good, COUNT(good), JSON_FINE);
}

static void
nesting_ends_at_the_limit(void **state UNUSED)
{
	assert_int_equal(scanned(nested("[", JSON_DEPTH_MAX, "1", "]")), JSON_FINE);
	assert_int_equal(scanned(nested("[", JSON_DEPTH_MAX + 1, "1", "]")), JSON_TOO_DEEP);
	assert_int_equal(scanned(nested("{\"a\":", JSON_DEPTH_MAX, "1", "}")), JSON_FINE);
	assert_int_equal(scanned(nested("{\"a\":", JSON_DEPTH_MAX + 1, "1", "}")), JSON_TOO_DEEP);
	assert_int_equal(scanned(nested("[", 100000, "", "")), JSON_TOO_DEEP);
}

static void
members_of_the_outermost_object_are_listed_with_their_source(void **state UNUSED)
{
	static const char text[] =
	    " { \"b\" : [1, {\"x\":2}] ,\"\\u0061\":-1.50 , \"c\":{\"d\":null}} ";
	struct json_members m;

	assert_int_equal(json_scan(&arena, text, sizeof text - 1, &m), JSON_FINE);
	assert_int_equal(m.count, 3);
	assert_string_equal(m.member[0].name, "b");
	assert_memory_equal(m.member[0].text, "[1, {\"x\":2}]", m.member[0].len);
	assert_string_equal(m.member[1].name, "a");
	assert_int_equal(m.member[1].len, 5);
	assert_memory_equal(m.member[1].text, "-1.50", 5);
	assert_string_equal(m.member[2].name, "c");
	assert_int_equal(m.member[2].len, 10);
}

static void
other_values_list_no_members(void **state UNUSED)
{
	struct json_members m = { .count = 7 };

	assert_int_equal(json_scan(&arena, "[{\"a\":1}]", 9, &m), JSON_FINE);
	assert_int_equal(m.count, 0);
	assert_int_equal(json_scan(&arena, "{}", 2, &m), JSON_FINE);
	assert_int_equal(m.count, 0);
}

static void
a_fault_leaves_the_list_alone(void **state UNUSED)
{
	struct json_members m = { .count = 7 };

	assert_int_equal(json_scan(&arena, "{\"a\":1,\"a\":2}", 13, &m), JSON_DUPLICATE);
	assert_int_equal(m.count, 7);
}

static void
elements_of_the_outermost_array_are_listed_with_their_source(void **state UNUSED)
{
	static const char text[] = "[ 1 , [2,3],{\"a\":[4,5]} ,\"],\"]";
	struct json_members m;

	assert_int_equal(json_scan_elements(&arena, text, sizeof text - 1, &m), JSON_FINE);
	assert_int_equal(m.count, 4);
	assert_string_equal(m.member[0].name, "");
	assert_int_equal(m.member[0].len, 1);
	assert_memory_equal(m.member[1].text, "[2,3]", m.member[1].len);
	assert_memory_equal(m.member[2].text, "{\"a\":[4,5]}", m.member[2].len);
	assert_int_equal(m.member[3].len, 4);
	assert_int_equal(json_scan_elements(&arena, "{\"a\":1}", 7, &m), JSON_FINE);
	assert_int_equal(m.count, 0);
}

/* An object of n members, names in no order. */
static const char *
names(int64_t n)
{
	struct buf b = buf_new(&arena, BUDGET);

	for (int64_t i = 0; i < n; i++) {
		buf_lit(&b, i == 0 ? "{\"" : ",\"");
		buf_number(&b, i * 7919 % n);
		buf_lit(&b, "\":0");
	}
	buf_lit(&b, "}");
	return buf_text(&b);
}

/* Scans it with and without a list, and looks at the arena's growth. */
static void
expect_frugal(const char *text)
{
	size_t n = strlen(text), before = arena.used;
	struct json_members m;

	(void)!json_scan(&arena, text, n, &m);
	assert_in_range(arena.used - before, 0, 8 * n + 256);
	before = arena.used;
	(void)!json_scan(&arena, text, n, NULL);
	assert_in_range(arena.used - before, 0, 8 * n + 256);
}

static void
hostile_texts_take_at_most_eight_times_their_size(void **state UNUSED)
{
	expect_frugal(nested(":", 50000, "", ""));
	expect_frugal(nested("\"\":", 50000, "", ""));
	expect_frugal(nested("{,", 50000, "", ""));
	expect_frugal(nested("{\"\":", 50000, "", "}"));
	expect_frugal(nested("[,", 50000, "", ""));
	expect_frugal(nested("}\"a\":", 50000, "", ""));
	expect_frugal(names(50000));
}

static void
two_hundred_thousand_names_take_no_quadratic_time(void **state UNUSED)
{
	const char *text = names(200000);
	clock_t began = clock();	/* of the processor: others may be at work */

	assert_int_equal(scanned(text), JSON_FINE);
	assert_in_range(clock() - began, 0, 5 * CLOCKS_PER_SEC);
}

static int
begin(void **state UNUSED)
{
	arena_init(&arena, BUDGET);
	return 0;
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
		cmocka_unit_test(rfc8259_s2_accepts_any_value_with_blanks_around),
		cmocka_unit_test(rfc8259_s2_refuses_what_is_no_value),
		cmocka_unit_test(a_zero_byte_ends_nothing),
		cmocka_unit_test(no_byte_after_the_length_is_looked_at),
		cmocka_unit_test(rfc8259_s8_1_refuses_bytes_that_are_not_utf8),
		cmocka_unit_test(rfc8259_s4_refuses_a_name_twice_at_any_level),
		cmocka_unit_test(names_are_compared_after_unescaping),
		cmocka_unit_test(one_name_in_different_objects_is_no_duplicate),
		cmocka_unit_test(nesting_ends_at_the_limit),
		cmocka_unit_test(members_of_the_outermost_object_are_listed_with_their_source),
		cmocka_unit_test(other_values_list_no_members),
		cmocka_unit_test(a_fault_leaves_the_list_alone),
		cmocka_unit_test(elements_of_the_outermost_array_are_listed_with_their_source),
		cmocka_unit_test(hostile_texts_take_at_most_eight_times_their_size),
		cmocka_unit_test(two_hundred_thousand_names_take_no_quadratic_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
