/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include "../test.h"

static struct arena a;

static int
open_arena(UNUSED void **state)
{
	arena_init(&a, 1024 * 1024);
	return 0;
}

static int
close_arena(UNUSED void **state)
{
	arena_free(&a);
	return 0;
}

/* What one append of the text writes; NULL when it sticks. */
static const char *
written(void (*append)(struct buf *, const char *), const char *text)
{
	struct buf b = buf_new(&a, 4096);

	append(&b, text);
	return buf_text(&b);
}

static void
a_new_buffer_is_the_empty_text(UNUSED void **state)
{
	struct buf b = buf_new(&a, 0);

	assert_string_equal(buf_text(&b), "");
	buf_lit(&b, "");
	assert_string_equal(buf_text(&b), "");
}

static void
text_up_to_the_limit_fits_and_one_byte_more_sticks(UNUSED void **state)
{
	struct buf b = buf_new(&a, 4);

	buf_lit(&b, "ab");
	buf_lit(&b, "cd");
	assert_string_equal(buf_text(&b), "abcd");
	buf_lit(&b, "e");
	assert_null(buf_text(&b));
	buf_lit(&b, "");
	assert_null(buf_text(&b));
}

static void
a_failed_append_sticks_even_if_a_later_one_would_fit(UNUSED void **state)
{
	struct buf b = buf_new(&a, 4);

	buf_lit(&b, "abcde");
	buf_lit(&b, "a");
	assert_null(buf_text(&b));
}

static void
a_length_that_would_wrap_sticks(UNUSED void **state)
{
	struct buf b = buf_new(&a, SIZE_MAX);

	buf_lit(&b, "ab");
	buf_bytes(&b, "c", SIZE_MAX - 1);
	assert_null(buf_text(&b));
}

static void
text_grows_over_many_appends(UNUSED void **state)
{
	struct buf b = buf_new(&a, 100000);

	for (int i = 0; i < 10000; i++)
		buf_lit(&b, "0123456789");
	assert_int_equal(b.len, 100000);
	assert_int_equal(strlen(buf_text(&b)), 100000);
	for (size_t i = 0; i < b.len; i++)
		assert_int_equal(buf_text(&b)[i], '0' + (int)(i % 10));
}

static void
numbers_are_written_in_full(UNUSED void **state)
{
	struct buf b = buf_new(&a, 100);

	buf_number(&b, INT64_MIN);
	buf_lit(&b, " ");
	buf_number(&b, 0);
	buf_lit(&b, " ");
	buf_number(&b, INT64_MAX);
	assert_string_equal(buf_text(&b), "-9223372036854775808 0 9223372036854775807");
}

static void
html_escapes_text_and_both_kinds_of_quoted_attribute(UNUSED void **state)
{
	assert_string_equal(written(buf_html, "<a b=\"c\" d='e'>&amp;</a> \xc3\xa9"),
	    "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;&lt;/a&gt; \xc3\xa9");
}

static void
rfc3986_s2_3_query_values_keep_the_unreserved_characters_alone(UNUSED void **state)
{
	assert_string_equal(written(buf_query, "AZaz09-._~"), "AZaz09-._~");
	assert_string_equal(written(buf_query, "a b&c=d+e%f/?#\r\n"),
	    "a%20b%26c%3Dd%2Be%25f%2F%3F%23%0D%0A");
	assert_string_equal(written(buf_query, "\xc3\xa9\xff"), "%C3%A9%FF");
}

static void
rfc8259_s7_json_strings_escape_quote_backslash_and_controls(UNUSED void **state)
{
	assert_string_equal(written(buf_json, ""), "\"\"");
	assert_string_equal(written(buf_json, "a\"b\\c/\xc3\xa9"), "\"a\\\"b\\\\c/\xc3\xa9\"");
	assert_string_equal(written(buf_json, "\x01\n\x1f \x7f"),
	    "\"\\u0001\\u000a\\u001f \\u007f\"");
}

static void
members_open_an_object_and_go_on_with_commas_and_absent_ones_leave_no_trace(UNUSED void **state)
{
	struct buf b = buf_new(&a, 100);

	buf_member(&b, "a", NULL);
	assert_string_equal(buf_text(&b), "");
	buf_member(&b, "a", "x\"y");
	buf_member(&b, "b", NULL);
	buf_member(&b, "c", "");
	assert_string_equal(buf_text(&b), "{\"a\":\"x\\\"y\",\"c\":\"\"");
}

static void
rfc9110_s5_6_4_quoted_strings_escape_quote_and_backslash(UNUSED void **state)
{
	assert_string_equal(written(buf_quoted, ""), "\"\"");
	assert_string_equal(written(buf_quoted, "a \"b\"\t\\"), "\"a \\\"b\\\"\t\\\\\"");
	assert_null(written(buf_quoted, "a\r\nSet-Cookie: b"));
}

static void
rfc9110_s5_5_a_control_character_in_a_header_sticks(UNUSED void **state)
{
	char text[] = "a?b";

	assert_string_equal(written(buf_header, "text/html; charset=\"utf-8\"\t\xc3\xa9"),
	    "text/html; charset=\"utf-8\"\t\xc3\xa9");
	for (int c = 1; c < 0x80; c++) {
		bool control = (c < 0x20 && c != '\t') || c == 0x7f;

		text[1] = (char)c;
		assert_int_equal(buf_header_takes(text, 3), !control);
		if (control)
			assert_null(written(buf_header, text));
		else
			assert_string_equal(written(buf_header, text), text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_buffer_is_the_empty_text),
		cmocka_unit_test(text_up_to_the_limit_fits_and_one_byte_more_sticks),
		cmocka_unit_test(a_failed_append_sticks_even_if_a_later_one_would_fit),
		cmocka_unit_test(a_length_that_would_wrap_sticks),
		cmocka_unit_test(text_grows_over_many_appends),
		cmocka_unit_test(numbers_are_written_in_full),
		cmocka_unit_test(html_escapes_text_and_both_kinds_of_quoted_attribute),
		cmocka_unit_test(rfc3986_s2_3_query_values_keep_the_unreserved_characters_alone),
		cmocka_unit_test(rfc8259_s7_json_strings_escape_quote_backslash_and_controls),
		cmocka_unit_test(members_open_an_object_and_go_on_with_commas_and_absent_ones_leave_no_trace),
		cmocka_unit_test(rfc9110_s5_6_4_quoted_strings_escape_quote_and_backslash),
		cmocka_unit_test(rfc9110_s5_5_a_control_character_in_a_header_sticks),
	};

	return RUN(tests, open_arena, close_arena);
}
