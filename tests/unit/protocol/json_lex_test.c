/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "protocol/json_lex.h"

#define CURSOR(text)	{ .at = (text), .end = (text) + strlen(text) }

/* True when the whole of the text is one number. */
static bool
is_number(const char *text)
{
	struct json_cursor c = CURSOR(text);

	return json_number(&c) && c.at == c.end;
}

/* The unescaped string, or NULL when the text is not exactly one, or is counted wrong. */
static const char *
unquoted(const char *text)
{
	static char room[256];
	struct json_cursor c = CURSOR(text);
	char *out = room;

	memset(room, 0, sizeof room);
	return json_quoted(&c, &out) && c.at == c.end && c.bytes == (size_t)(out - room) ? room : NULL;
}

static void
rfc8259_s6_reads_numbers_of_every_form(void **state UNUSED)
{
	static const char *const good[] = {
		"0", "-0", "1", "-1", "10", "1234567890123456789012345678901234567890", "0.5",
		"-0.50", "1e5", "1E5", "1e+5", "1e-5", "1.5E-10", "0e0", "1e999",
	};

	for (size_t i = 0; i < COUNT(good); i++)
		if (!is_number(good[i]))
			fail_msg("%s is a number", good[i]);
}

static void
rfc8259_s6_refuses_what_other_languages_call_numbers(void **state UNUSED)
{
	static const char *const bad[] = {
		"", "-", "+1", "01", "-01", ".5", "5.", "1.e5", "1e", "1e+", "1.5.5", "0x10",
		"1_000", "NaN", "-Infinity", "1,5", "--1", "1e5.5",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (is_number(bad[i]))
			fail_msg("%s is no number", bad[i]);
}

static void
rfc8259_s7_unescapes_every_escape(void **state UNUSED)
{
	assert_string_equal(unquoted("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\/\b\f\n\r\t");
	assert_string_equal(unquoted("\"\\u0041\\u00e9\\u20AC\""), "A\xc3\xa9\xe2\x82\xac");
	assert_string_equal(unquoted("\"\\u0001\\u007f\\u0080\\u07ff\\u0800\\uffff\""),
	    "\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf");
}

static void
rfc8259_s7_joins_surrogate_pairs(void **state UNUSED)
{
	assert_string_equal(unquoted("\"\\uD834\\udd1e\""), "\xf0\x9d\x84\x9e");
	assert_string_equal(unquoted("\"\\ud800\\udc00\\uDBFF\\uDFFF\""),
	    "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

static void
rfc8259_s8_2_refuses_lone_surrogates(void **state UNUSED)
{
	static const char *const bad[] = {
		"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"",
		"\"\\ud800\\ud800\"",
		"\"\\udc00\\ud800\"", "\"\\ud800\\u\"", "\"\\ud800\\udc0\"",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (unquoted(bad[i]) != NULL)
			fail_msg("%s is no string", bad[i]);
}

static void
rfc8259_s7_refuses_other_escapes_and_raw_controls(void **state UNUSED)
{
	static const char *const bad[] = {
		"\"\\x41\"", "\"\\'\"", "\"\\u00g0\"", "\"\\u004\"", "\"\\U0041\"", "\"\\",
		"\"\\\"",
		"\"a\nb\"", "\"a\tb\"", "\"\x1f\"", "\"", "\"abc",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (unquoted(bad[i]) != NULL)
			fail_msg("%s is no string", bad[i]);
}

static void
a_zero_character_is_refused_escaped_and_raw(void **state UNUSED)
{
	static const char raw[] = "\"a\0b\"", after_backslash[] = "\"\\\0\"";
	struct json_cursor c = { .at = raw, .end = raw + sizeof raw - 1 };
	struct json_cursor d = { .at = after_backslash, .end = after_backslash + sizeof after_backslash - 1 };

	assert_false(json_quoted(&c, NULL));
	assert_false(json_quoted(&d, NULL));
	assert_null(unquoted("\"\\u0000\""));
	assert_string_equal(unquoted("\"\\\\u0000\""), "\\u0000");
}

static void
the_delete_character_is_an_ordinary_one(void **state UNUSED)
{
	assert_string_equal(unquoted("\"\x7f\""), "\x7f");
}

static void
a_literal_is_spelled_exactly_and_never_read_past_the_end(void **state UNUSED)
{
	struct json_cursor full = CURSOR("true"), upper = CURSOR("True");
	struct json_cursor cut = { .at = "true", .end = "true" };

	cut.end = cut.at + 3;
	assert_true(json_literal(&full, "true"));
	assert_ptr_equal(full.at, full.end);
	assert_false(json_literal(&upper, "true"));
	assert_false(json_literal(&cut, "true"));
}

static void
rfc8259_s2_blanks_are_four_characters(void **state UNUSED)
{
	struct json_cursor c = CURSOR(" \t\r\n:x"), d = CURSOR("\f:"), e = CURSOR("\xc2\xa0:");

	assert_true(json_next(&c, ':'));
	assert_int_equal(*c.at, 'x');
	assert_false(json_next(&d, ':'));
	assert_false(json_next(&e, ':'));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8259_s6_reads_numbers_of_every_form),
		cmocka_unit_test(rfc8259_s6_refuses_what_other_languages_call_numbers),
		cmocka_unit_test(rfc8259_s7_unescapes_every_escape),
		cmocka_unit_test(rfc8259_s7_joins_surrogate_pairs),
		cmocka_unit_test(rfc8259_s8_2_refuses_lone_surrogates),
		cmocka_unit_test(rfc8259_s7_refuses_other_escapes_and_raw_controls),
		cmocka_unit_test(a_zero_character_is_refused_escaped_and_raw),
		cmocka_unit_test(the_delete_character_is_an_ordinary_one),
		cmocka_unit_test(a_literal_is_spelled_exactly_and_never_read_past_the_end),
		cmocka_unit_test(rfc8259_s2_blanks_are_four_characters),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
