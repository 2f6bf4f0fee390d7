/* SPDX-License-Identifier: MIT */
/* Events written, and the boundary between those that are handed on as they come. */
#include "sse_events.h"

/* The event as text is that. */
static void
writes(const struct sse_event *e, const char *text)
{
	struct fifo f = { 0 };

	sse_write(&f, e);
	assert_string_equal(fifo_front(&f), text);
	fifo_free(&f);
}

#define EVENT(...)	&(struct sse_event){ .event = "", __VA_ARGS__ }
#define TEXT(text)	.data = text, .len = sizeof text - 1

static void
an_event_is_its_fields_and_an_empty_line(UNUSED void **state)
{
	writes(EVENT(TEXT("{}")), "data: {}\n\n");
	writes(&(struct sse_event){ .event = "message", .id = "7", .retry = "100", TEXT("a") },
	    "event: message\nid: 7\nretry: 100\ndata: a\n\n");
	writes(EVENT(.id = "", TEXT("a")), "id: \ndata: a\n\n");
	writes(EVENT(TEXT(" a")), "data:  a\n\n");
}

static void
each_line_of_data_is_a_field_of_its_own_whatever_ends_it(UNUSED void **state)
{
	writes(EVENT(TEXT("a\nb\rc\r\nd")), "data: a\ndata: b\ndata: c\ndata: d\n\n");
	writes(EVENT(TEXT("a\n")), "data: a\ndata: \n\n");
	writes(EVENT(TEXT("\n\ndata: x")), "data: \ndata: \ndata: data: x\n\n");
	writes(EVENT(TEXT("a\r")), "data: a\ndata: \n\n");
}

static void
it_is_appended_to_what_is_there(UNUSED void **state)
{
	struct fifo f = { 0 };

	sse_write(&f, EVENT(TEXT("a")));
	sse_write(&f, EVENT(TEXT("b")));
	assert_string_equal(fifo_front(&f), "data: a\n\ndata: b\n\n");
	fifo_free(&f);
}

static bool
write_again(void *out, const struct sse_event *e)
{
	sse_write(out, e);
	return true;
}

/* What was read and written reads the same. */
static void
reads_the_same(const char *text)
{
	struct sse_reader r = sse_reader_new(DATA_MAX);
	struct fifo f = { 0 };
	char first[sizeof told];

	assert_true(sse_read(&r, text, strlen(text), write_again, &f));
	sse_reader_free(&r);
	assert_true(read_pieces(text, strlen(text), 1));
	memcpy(first, told, sizeof first);
	assert_true(read_pieces(fifo_front(&f), fifo_len(&f), 1));
	assert_string_equal(told, first);
	fifo_free(&f);
}

static void
what_was_read_and_written_reads_the_same(UNUSED void **state)
{
	reads_the_same("event: message\r\nid: 1\rretry: 5\ndata: a\r\ndata\ndata:  b\n\n");
	reads_the_same("data\n\nid:\ndata: a: b\n\n");
	reads_the_same("\xef\xbb\xbf" "data: \xe2\x82\xac\n\n: comment\n\nid: 2\n\n");
}

/* An event without data is not dispatched; with an empty data field it is, as an empty message. */
static void
html_s9_2_6_an_event_that_had_no_data_gets_none(UNUSED void **state)
{
	static const char *const texts[] = { "id: 1\n\n", "retry: 5\n\n", "id: 1\nretry: 5\n\n" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct sse_reader r = sse_reader_new(DATA_MAX);
		struct fifo f = { 0 };

		assert_true(sse_read(&r, texts[i], strlen(texts[i]), write_again, &f));
		assert_string_equal(fifo_front(&f), texts[i]);
		sse_reader_free(&r);
		fifo_free(&f);
	}
}

/* Whether a stream that has come so far may have something put behind it, cut at every byte. */
static bool
between(const char *text)
{
	size_t n = strlen(text);
	struct sse_boundary whole = { 0 };
	bool is = sse_boundary_follow(&whole, text, n);

	for (size_t cut = 0; cut <= n; cut++) {
		struct sse_boundary b = { 0 };

		(void)sse_boundary_follow(&b, text, cut);
		assert_int_equal(sse_boundary_follow(&b, text + cut, n - cut), is);
		assert_int_equal(!b.in_line && !b.in_event, is);
	}
	return is;
}

static void
something_may_be_put_before_the_first_event_and_between_two(UNUSED void **state)
{
	static const char *const yes[] = {
		"", "data: a\n\n", "data: a\r\n\r\n", "data: a\r\r", "data: a\r\n\r", "\n", "\n\n",
		": working\n\n", "data: a\n\ndata: b\n\n", "data: a\n\r", "data: a\r\n\n",
	};
	static const char *const no[] = {
		"d", "data: a", "data: a\n", "data: a\r\n", "data: a\r", ":", ": working\n",
		"data: a\n\nd", "data: a\n\ndata: b\r\n", "id: 1\ndata: a\n", "\n\nx\n",
	};

	for (size_t i = 0; i < COUNT(yes); i++)
		if (!between(yes[i]))
			fail_msg("not between events after: %s", yes[i]);
	for (size_t i = 0; i < COUNT(no); i++)
		if (between(no[i]))
			fail_msg("between events after: %s", no[i]);
}

/* A comment wherever the boundary allows one changes no event. */
static void
a_comment_at_each_boundary_changes_no_event(UNUSED void **state)
{
	static const char text[] = "data: a\r\ndata: b\r\n\r\nid: 1\rdata: c\r\rdata: d\n\n: x\n\n"
	    "event: e\ndata: f\n\r\n";
	struct sse_boundary b = { 0 };
	struct fifo f = { 0 };
	char first[sizeof told];
	size_t comments = 0;

	assert_true(read_pieces(text, sizeof text - 1, 1));
	memcpy(first, told, sizeof first);
	for (size_t i = 0; i < sizeof text - 1; i++) {
		assert_true(fifo_put(&f, text + i, 1));
		if (!sse_boundary_follow(&b, text + i, 1))
			continue;
		assert_true(fifo_put(&f, ": working\n\n", 11));
		comments++;
	}
	assert_true(comments >= 5);
	assert_true(read_pieces(fifo_front(&f), fifo_len(&f), 1));
	assert_string_equal(told, first);
	fifo_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_its_fields_and_an_empty_line),
		cmocka_unit_test(each_line_of_data_is_a_field_of_its_own_whatever_ends_it),
		cmocka_unit_test(it_is_appended_to_what_is_there),
		cmocka_unit_test(what_was_read_and_written_reads_the_same),
		cmocka_unit_test(html_s9_2_6_an_event_that_had_no_data_gets_none),
		cmocka_unit_test(something_may_be_put_before_the_first_event_and_between_two),
		cmocka_unit_test(a_comment_at_each_boundary_changes_no_event),
	};

	return RUN(tests, NULL, NULL);
}
