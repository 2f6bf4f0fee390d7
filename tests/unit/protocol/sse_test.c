/* SPDX-License-Identifier: MIT */
/* The reader of event streams: WHATWG HTML section 9.2, "Server-sent events". */
#include "sse_events.h"

static void
html_s9_2_6_an_event_ends_with_an_empty_line(UNUSED void **state)
{
	tells("data: a\n\n", "/-/-/a|");
	tells("data: a\n\ndata: b\n\n", "/-/-/a|/-/-/b|");
	tells("\n\n\ndata: a\n\n\n\n", "/-/-/a|");
	tells("data: a\n", "");
	tells("data: a", "");
}

static void
html_s9_2_5_lines_end_in_lf_cr_or_both(UNUSED void **state)
{
	tells("data: a\r\n\r\n", "/-/-/a|");
	tells("data: a\r\r", "/-/-/a|");
	tells("data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", "/-/-/a\nb|/-/-/c|");
	tells("data: a\rdata: b\n\rdata: c\n\n", "/-/-/a\nb|/-/-/c|");
	tells("data: a\n\rdata: b\r\n\n", "/-/-/a|/-/-/b|");
	tells("data: a\r\n\ndata: b\r\r\n", "/-/-/a|/-/-/b|");
}

static void
html_s9_2_6_data_of_many_lines_is_joined(UNUSED void **state)
{
	tells("data: a\ndata: b\ndata:c\n\n", "/-/-/a\nb\nc|");
	tells("data\ndata\n\n", "/-/-/\n|");
	tells("data:\n\n", "/-/-/|");
	tells("data\n\n", "/-/-/|");
	tells("data: {\ndata: \"a\": 1\ndata: }\n\n", "/-/-/{\n\"a\": 1\n}|");
}

static void
html_s9_2_6_one_blank_after_the_colon_goes(UNUSED void **state)
{
	tells("data:a\n\n", "/-/-/a|");
	tells("data:  a\n\n", "/-/-/ a|");
	tells("data: \n\n", "/-/-/|");
	tells("data:\ta\n\n", "/-/-/\ta|");
	tells("data: a: b:c\n\n", "/-/-/a: b:c|");
}

static void
html_s9_2_6_comments_and_unknown_fields_are_ignored(UNUSED void **state)
{
	tells(": working\n\n", "");
	tells(":\n:data: a\n\n", "");
	tells(": a\ndata: b\n:c\ndata: d\n\n", "/-/-/b\nd|");
	tells("data: a\nnoise: b\nDATA: c\n data: d\ndatax: e\ndat: f\nx\n\n", "/-/-/a|");
}

static void
html_s9_2_6_event_id_and_retry_belong_to_their_event(UNUSED void **state)
{
	tells("event: message\nid: 7\nretry: 3000\ndata: a\n\ndata: b\n\n",
	    "message/7/3000/a|/-/-/b|");
	tells("event: x\nevent: y\nid: 1\nid: 2\ndata: a\n\n", "y/2/-/a|");
	tells("id\nretry\ndata: a\n\n", "///a|");
	tells("id:\ndata: a\n\n", "//-/a|");
}

static void
an_event_without_data_is_taken_if_it_carries_an_id_or_a_retry(UNUSED void **state)
{
	tells("id: 1\n\n", "/1/-/-|");
	tells("retry: 5\n\n", "/-/5/-|");
	tells("event: ping\n\n", "");
	tells("event: ping\n\ndata: a\n\n", "/-/-/a|");
}

static void
html_s9_2_6_an_id_with_a_nul_is_ignored(UNUSED void **state)
{
	static const char text[] = "id: 1\nid: a\0b\ndata: c\n\n";
	static const char alone[] = "id: a\0b\n\n";

	bytes_tell(text, sizeof text - 1, "/1/-/c|");
	bytes_tell(alone, sizeof alone - 1, "");
}

static void
a_nul_in_data_is_data(UNUSED void **state)
{
	static const char text[] = "data: a\0b\n\n";

	for (size_t piece = 1; piece < sizeof text; piece++) {
		assert_true(read_pieces(text, sizeof text - 1, piece));
		assert_int_equal(told_len, sizeof "/-/-/a\0b|" - 1);
		assert_memory_equal(told, "/-/-/a\0b|", told_len);
	}
}

static void
html_s9_2_5_one_byte_order_mark_at_the_beginning_is_left_out(UNUSED void **state)
{
	tells("\xef\xbb\xbf" "data: a\n\n", "/-/-/a|");
	tells("\xef\xbb\xbf\n" "data: a\n\n", "/-/-/a|");
	tells("\xef\xbb\xbf\xef\xbb\xbf" "data: a\n\n", "");
	tells("\n\xef\xbb\xbf" "data: a\n\n", "");
	tells("data: a\n\n\xef\xbb\xbf" "data: b\n\n", "/-/-/a|");
	tells("data: \xef\xbb\xbf\n\n", "/-/-/\xef\xbb\xbf|");
	tells("id\ndata: a\n\n", "//-/a|");
	tells("x\n\xef\xbb\xbf" "data: a\n\n", "");
}

/* A line of that field with so many bytes of value, and an empty line. */
static const char *
long_field(const char *name, size_t n)
{
	static char text[8192];
	int used = snprintf(text, sizeof text, "%s: ", name);

	memset(text + used, 'x', n);
	memcpy(text + used + n, "\n\n", sizeof "\n\n");
	return text;
}

static void
data_beyond_the_limit_ends_the_reading(UNUSED void **state)
{
	const char *fits = long_field("data", DATA_MAX);

	assert_true(read_pieces(fits, strlen(fits), 7));
	assert_int_equal(taken, 1);
	for (size_t piece = 1; piece < DATA_MAX; piece++) {
		const char *more = long_field("data", DATA_MAX + 1);

		assert_false(read_pieces(more, strlen(more), piece));
		assert_int_equal(taken, 0);
	}
}

static void
data_is_counted_over_all_lines_with_their_ends(UNUSED void **state)
{
	static char text[16 * DATA_MAX];
	size_t n = 0;

	for (size_t i = 0; i < DATA_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "data\n");
	(void)snprintf(text + n, sizeof text - n, "\n");
	assert_true(read_pieces(text, n + 1, 3));	/* one line feed less than lines */
	assert_int_equal(taken, 1);
	(void)snprintf(text + n, sizeof text - n, "data\ndata\n");
	assert_false(read_pieces(text, strlen(text), 3));
}

static void
other_fields_have_a_limit_of_their_own(UNUSED void **state)
{
	static const char *const names[] = { "event", "id", "retry" };

	for (size_t i = 0; i < COUNT(names); i++) {
		const char *line = long_field(names[i], DATA_MAX + 1);

		assert_true(read_pieces(line, strlen(line), 100));
		line = long_field(names[i], SSE_FIELD_MAX + 1);
		assert_false(read_pieces(line, strlen(line), 100));
	}
}

static void
a_line_that_never_ends_is_not_held_for_ever(UNUSED void **state)
{
	struct sse_reader r = sse_reader_new(DATA_MAX);
	size_t n = 0;

	forget();
	while (n < 100000 && sse_read(&r, ":::::::::::::::", 15, take, told))
		n += 15;
	assert_true(n <= DATA_MAX + SSE_FIELD_MAX);
	sse_reader_free(&r);
}

static void
a_no_from_the_taker_ends_the_reading(UNUSED void **state)
{
	stop_after = 2;
	assert_false(read_pieces("data: a\n\ndata: b\n\ndata: c\n\n", 27, 27));
	assert_string_equal(told, "/-/-/a|/-/-/b|");
	stop_after = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_s9_2_6_an_event_ends_with_an_empty_line),
		cmocka_unit_test(html_s9_2_5_lines_end_in_lf_cr_or_both),
		cmocka_unit_test(html_s9_2_6_data_of_many_lines_is_joined),
		cmocka_unit_test(html_s9_2_6_one_blank_after_the_colon_goes),
		cmocka_unit_test(html_s9_2_6_comments_and_unknown_fields_are_ignored),
		cmocka_unit_test(html_s9_2_6_event_id_and_retry_belong_to_their_event),
		cmocka_unit_test(an_event_without_data_is_taken_if_it_carries_an_id_or_a_retry),
		cmocka_unit_test(html_s9_2_6_an_id_with_a_nul_is_ignored),
		cmocka_unit_test(a_nul_in_data_is_data),
		cmocka_unit_test(html_s9_2_5_one_byte_order_mark_at_the_beginning_is_left_out),
		cmocka_unit_test(data_beyond_the_limit_ends_the_reading),
		cmocka_unit_test(data_is_counted_over_all_lines_with_their_ends),
		cmocka_unit_test(other_fields_have_a_limit_of_their_own),
		cmocka_unit_test(a_line_that_never_ends_is_not_held_for_ever),
		cmocka_unit_test(a_no_from_the_taker_ends_the_reading),
	};

	return RUN(tests, NULL, NULL);
}
