/* SPDX-License-Identifier: MIT */
/*
 * sse_fuzz - an event stream: the same events however its bytes are cut, the same when they are
 * written and read again, and with a comment wherever the boundary says that one may stand
 *
 * The first byte is the data that an event may have, the second says how the rest is cut.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "protocol/sse.h"

#define SIZE_MAX_TRIED	16384
#define TOLD_MAX	((size_t)256 * 1024)	/* bytes of all events as text */

static const char comment[] = ": working\n\n";

static void
tell(struct fifo *told, const char *text)
{
	EXPECT(text == NULL || strpbrk(text, "\r\n") == NULL);
	EXPECT(fifo_put(told, text == NULL ? "-" : text, text == NULL ? 1 : strlen(text)));
	EXPECT(fifo_put(told, "\1", 1));
}

static bool
take(void *argument, const struct sse_event *e)
{
	struct fifo *told = argument;

	EXPECT(e->event != NULL && (e->data != NULL || e->id != NULL || e->retry != NULL));
	EXPECT(e->data == NULL ? e->len == 0 : e->data[e->len] == '\0');
	EXPECT(e->len == 0 || memchr(e->data, '\r', e->len) == NULL);
	tell(told, e->event);
	tell(told, e->id);
	tell(told, e->retry);
	EXPECT(fifo_put(told, e->data == NULL ? "-" : e->data, e->data == NULL ? 1 : e->len));
	EXPECT(fifo_put(told, "\2", 1));
	return true;
}

/* Reads it in pieces of 1 to `most_piece` bytes; *good is what the reader said at last. */
static struct fifo
told_of(const char *text, size_t n, size_t limit, size_t most_piece, bool *good)
{
	struct sse_reader r = sse_reader_new(limit);
	struct fifo told = { .most = TOLD_MAX };
	unsigned seed = 1;

	*good = true;
	for (size_t at = 0; *good && at < n;) {
		size_t piece = 1 + (seed = seed * 1103515245u + 12345u) / 65536 % most_piece;

		piece = piece < n - at ? piece : n - at;
		*good = sse_read(&r, text + at, piece, take, &told);
		at += piece;
	}
	sse_reader_free(&r);
	return told;
}

static void
expect_same(struct fifo *a, struct fifo *b)
{
	EXPECT(fifo_len(a) == fifo_len(b));
	EXPECT(memcmp(fifo_front(a), fifo_front(b), fifo_len(a)) == 0);
	fifo_free(b);
}

static bool
write_again(void *out, const struct sse_event *e)
{
	sse_write(out, e);
	return true;
}

static void
check_writing(struct fifo *told, const char *text, size_t n, size_t limit)
{
	struct sse_reader r = sse_reader_new(limit);
	struct fifo out = { 0 }, again;
	bool good = sse_read(&r, text, n, write_again, &out), good_again;

	sse_reader_free(&r);
	again = told_of(fifo_front(&out), fifo_len(&out), limit, 7, &good_again);
	EXPECT(!good || good_again);
	if (good)
		expect_same(told, &again);
	fifo_free(&again);
	fifo_free(&out);
}

static bool
is_between(const struct sse_reader *r)
{
	return fifo_len(&r->line) == 0 && fifo_len(&r->event) == 0 && !r->has_data && !r->has_id &&
	    !r->has_retry;
}

/* Where the boundary sees none of an event, neither does the reader. */
static void
check_boundary(struct fifo *told, const char *text, size_t n, size_t limit)
{
	struct sse_reader r = sse_reader_new(limit);
	struct sse_boundary bytes = { 0 }, whole = { 0 };
	struct fifo out = { 0 }, unused = { .most = TOLD_MAX }, again;
	bool between = true, good = true;

	for (size_t i = 0; good && i < n; i++) {
		good = sse_read(&r, text + i, 1, take, &unused);
		between = sse_boundary_follow(&bytes, text + i, 1);
		EXPECT(!good || !between || is_between(&r));
		EXPECT(fifo_put(&out, text + i, 1));
		if (between)
			EXPECT(fifo_put(&out, comment, sizeof comment - 1));
	}
	EXPECT(!good || sse_boundary_follow(&whole, text, n) == between);
	sse_reader_free(&r);
	fifo_free(&unused);
	again = told_of(fifo_front(&out), fifo_len(&out), limit, 11, &good);
	expect_same(told, &again);
	fifo_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fifo told, other;
	bool good, good_other;
	const char *text = (const char *)data + 2;
	size_t n = size - 2, limit;

	if (size < 2 || size > SIZE_MAX_TRIED)
		return 0;
	limit = (size_t)1 + data[0];
	told = told_of(text, n, limit, 1, &good);
	other = told_of(text, n, limit, (size_t)2 + data[1], &good_other);
	EXPECT(good == good_other);
	expect_same(&told, &other);
	check_writing(&told, text, n, limit);
	check_boundary(&told, text, n, limit);
	fifo_free(&told);
	return 0;
}
