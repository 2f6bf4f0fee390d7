/* SPDX-License-Identifier: MIT */
#include "base/terminal.h"

#include "base/utf8.h"

#include "../test.h"

static struct arena a;

static int
setup(UNUSED void **state)
{
	arena_init(&a, (size_t)4 * 1024 * 1024);
	return 0;
}

static int
teardown(UNUSED void **state)
{
	arena_free(&a);
	return 0;
}

static const char *
shown(const char *text, bool utf8, size_t *columns)
{
	struct buf b = buf_new(&a, 4096);

	*columns = buf_terminal(&b, text, utf8);
	return buf_text(&b);
}

static void
is(const char *text, const char *expected, size_t columns)
{
	size_t got;

	assert_string_equal(shown(text, true, &got), expected);
	assert_int_equal(got, columns);
}

static const char *
json(const char *text)
{
	struct buf b = buf_new(&a, 4096);

	buf_json_ascii(&b, text);
	return buf_text(&b);
}

static void
what_is_printable_stays(UNUSED void **state)
{
	is("", "", 0);
	is("Claude Desktop (1.0)", "Claude Desktop (1.0)", 20);
	is("Caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80", "Caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80", 9);
}

static void
controls_of_both_sets_are_escaped(UNUSED void **state)
{
	is("\x1b]0;title\x07", "\\u001b]0;title\\u0007", 20);
	is("\x1b[2J\r\n\t\b\x7f", "\\u001b[2J\\u000d\\u000a\\u0009\\u0008\\u007f", 39);
	is("\xc2\x9b" "31m", "\\u009b31m", 9);
	for (unsigned char c = 1; c < 0x20; c++) {
		size_t columns;
		const char one[] = { (char)c, '\0' };

		assert_string_equal(shown(one, true, &columns), arena_printf(&a, "\\u%04x", c));
	}
}

static void
what_turns_or_hides_text_is_escaped(UNUSED void **state)
{
	is("\xe2\x80\xae" "evil", "\\u202eevil", 10);
	is("a\xe2\x80\x8b" "b\xef\xbb\xbf\xc2\xad", "a\\u200bb\\ufeff\\u00ad", 20);
	is("\xe2\x81\xa6\xe2\x80\xa8\xd8\x9c", "\\u2066\\u2028\\u061c", 18);
	is("\xf3\xa0\x81\x81", "\\U000e0041", 10);
}

static void
bytes_that_are_no_text_are_escaped(UNUSED void **state)
{
	is("\x9b" "31m", "\\x9b31m", 7);
	is("\xff\xfe", "\\xff\\xfe", 8);
	is("\xc3", "\\xc3", 4);
	is("\xe2\x80", "\\xe2\\x80", 8);
	is("\xc0\x9b", "\\xc0\\x9b", 8);
	is("\xed\xa0\x80", "\\xed\\xa0\\x80", 12);
	is("\xf0\x9f\x98", "\\xf0\\x9f\\x98", 12);
	is("\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80", 16);
}

static void
an_escape_is_always_ours(UNUSED void **state)
{
	is("\\u001b", "\\\\u001b", 7);
	is("\\", "\\\\", 2);
}

static void
a_terminal_of_bytes_gets_ascii_alone(UNUSED void **state)
{
	size_t columns;

	assert_string_equal(shown("\xc3\x9b[31m", false, &columns), "\\u00db[31m");
	assert_int_equal(columns, 10);
	assert_string_equal(shown("\xf0\x9f\x98\x80", false, &columns), "\\U0001f600");
}

static void
rfc8259_s7_json_is_ascii_and_means_the_same(UNUSED void **state)
{
	assert_string_equal(json(""), "\"\"");
	assert_string_equal(json("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
	assert_string_equal(json("\x1b[2J\n\x7f"), "\"\\u001b[2J\\u000a\\u007f\"");
	assert_string_equal(json("\xc3\xa9\xe2\x80\xae"), "\"\\u00e9\\u202e\"");
	assert_string_equal(json("\xf0\x9f\x98\x80"), "\"\\ud83d\\ude00\"");
	assert_string_equal(json("\xf4\x8f\xbf\xbf"), "\"\\udbff\\udfff\"");
	assert_string_equal(json("a\xff" "b"), "\"a\\ufffdb\"");
}

/* Whatever the bytes: nothing but printable text comes out. */
static void
no_two_bytes_make_a_control(UNUSED void **state)
{
	for (int first = 1; first < 256; first++)
		for (int second = 1; second < 256; second++) {
			const char text[] = { (char)first, (char)second, '\0' };
			size_t columns;
			const char *out;

			arena_reset(&a);
			out = shown(text, true, &columns);
			assert_true(utf8_valid(out, strlen(out)));
			for (const unsigned char *p = (const unsigned char *)out; *p != '\0'; p++)
				assert_true(*p >= 0x20 && *p != 0x7f && !(*p == 0xc2 && p[1] < 0xa0));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printable_stays),
		cmocka_unit_test(controls_of_both_sets_are_escaped),
		cmocka_unit_test(what_turns_or_hides_text_is_escaped),
		cmocka_unit_test(bytes_that_are_no_text_are_escaped),
		cmocka_unit_test(an_escape_is_always_ours),
		cmocka_unit_test(a_terminal_of_bytes_gets_ascii_alone),
		cmocka_unit_test(rfc8259_s7_json_is_ascii_and_means_the_same),
		cmocka_unit_test(no_two_bytes_make_a_control),
	};

	return RUN(tests, setup, teardown);
}
