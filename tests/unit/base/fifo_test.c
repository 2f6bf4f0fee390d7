/* SPDX-License-Identifier: MIT */
#include "base/fifo.h"

#include "../test.h"

/* What is in it is exactly that text, with a NUL behind. */
static void
holds(const struct fifo *f, const char *text)
{
	assert_int_equal(fifo_len(f), strlen(text));
	assert_string_equal(fifo_front(f), text);
}

static void
a_new_one_is_empty_and_holds_no_memory(UNUSED void **state)
{
	struct fifo f = { 0 };

	holds(&f, "");
	fifo_drop(&f, 0);
	assert_null(f.data);
	fifo_free(&f);
	assert_null(f.data);
}

static void
what_is_put_first_comes_first(UNUSED void **state)
{
	struct fifo f = { 0 };

	assert_true(fifo_put(&f, "abc", 3));
	assert_true(fifo_put(&f, "def", 3));
	holds(&f, "abcdef");
	fifo_drop(&f, 2);
	holds(&f, "cdef");
	assert_true(fifo_put(&f, "g", 1));
	holds(&f, "cdefg");
	fifo_free(&f);
}

static void
nothing_may_be_put_and_still_ends_in_a_nul(UNUSED void **state)
{
	struct fifo f = { 0 };

	assert_true(fifo_put(&f, "", 0));
	holds(&f, "");
	assert_true(fifo_put(&f, "a", 1));
	assert_true(fifo_put(&f, NULL, 0));
	holds(&f, "a");
	fifo_free(&f);
}

static void
the_limit_counts_what_is_in_it_and_not_what_has_left(UNUSED void **state)
{
	struct fifo f = { .most = 4 };

	assert_false(fifo_put(&f, "abcde", 5));
	holds(&f, "");
	assert_true(fifo_put(&f, "abcd", 4));
	assert_false(fifo_put(&f, "e", 1));
	assert_false(fifo_put(&f, "e", SIZE_MAX));
	assert_true(fifo_put(&f, "", 0));
	holds(&f, "abcd");
	fifo_drop(&f, 1);
	assert_true(fifo_put(&f, "e", 1));
	holds(&f, "bcde");
	fifo_free(&f);
	assert_int_equal(f.most, 4);
}

static void
dropping_all_or_more_empties_it_and_gives_the_memory_back(UNUSED void **state)
{
	struct fifo f = { .most = 100 };

	assert_true(fifo_put(&f, "abc", 3));
	fifo_drop(&f, 3);
	assert_null(f.data);
	holds(&f, "");
	assert_true(fifo_put(&f, "abc", 3));
	fifo_drop(&f, 4);
	assert_null(f.data);
	assert_int_equal(f.most, 100);
}

static void
bytes_that_are_no_text_are_kept_as_they_are(UNUSED void **state)
{
	static const unsigned char bytes[] = { 0, 0xff, '\n', 0, 1 };
	struct fifo f = { 0 };

	assert_true(fifo_put(&f, bytes, sizeof bytes));
	assert_int_equal(fifo_len(&f), sizeof bytes);
	assert_memory_equal(fifo_front(&f), bytes, sizeof bytes);
	fifo_free(&f);
}

static void
what_leaves_it_is_wiped(UNUSED void **state)
{
	struct fifo f = { 0 };

	assert_true(fifo_put(&f, "secret", 6));
	fifo_drop(&f, 3);
	assert_memory_equal(f.data, "\0\0\0ret", 6);
	fifo_free(&f);
}

/* Byte i of an endless text. */
static unsigned char
nth(size_t i)
{
	return (unsigned char)(i * 7 + i / 251);
}

static void
a_long_stream_in_uneven_pieces_comes_out_as_it_went_in(UNUSED void **state)
{
	struct fifo f = { 0 };
	size_t in = 0, out = 0;

	for (size_t round = 0; round < 3000; round++) {
		unsigned char piece[97];
		size_t n = round % sizeof piece, leaving;

		for (size_t i = 0; i < n; i++)
			piece[i] = nth(in++);
		assert_true(fifo_put(&f, piece, n));
		leaving = round * 31 % (fifo_len(&f) + 1);
		for (size_t i = 0; i < leaving; i++)
			assert_int_equal((unsigned char)fifo_front(&f)[i], nth(out + i));
		fifo_drop(&f, leaving);
		out += leaving;
		assert_int_equal(fifo_len(&f), in - out);
	}
	fifo_free(&f);
}

static void
a_queue_that_is_read_as_it_is_written_needs_little_memory(UNUSED void **state)
{
	struct fifo f = { 0 };

	assert_true(fifo_put(&f, "0123456789", 10));
	for (int i = 0; i < 100000; i++) {
		assert_true(fifo_put(&f, "0123456789", 10));
		fifo_drop(&f, 10);
		assert_true(f.room <= 4096);
	}
	holds(&f, "0123456789");
	fifo_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one_is_empty_and_holds_no_memory),
		cmocka_unit_test(what_is_put_first_comes_first),
		cmocka_unit_test(nothing_may_be_put_and_still_ends_in_a_nul),
		cmocka_unit_test(the_limit_counts_what_is_in_it_and_not_what_has_left),
		cmocka_unit_test(dropping_all_or_more_empties_it_and_gives_the_memory_back),
		cmocka_unit_test(bytes_that_are_no_text_are_kept_as_they_are),
		cmocka_unit_test(what_leaves_it_is_wiped),
		cmocka_unit_test(a_long_stream_in_uneven_pieces_comes_out_as_it_went_in),
		cmocka_unit_test(a_queue_that_is_read_as_it_is_written_needs_little_memory),
	};

	return RUN(tests, NULL, NULL);
}
