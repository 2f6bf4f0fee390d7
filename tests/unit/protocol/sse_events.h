/* SPDX-License-Identifier: MIT */
/* sse_events.h - the events of a stream in one line each, whatever pieces it comes in */
#ifndef UNIT_PROTOCOL_SSE_EVENTS_H
#define UNIT_PROTOCOL_SSE_EVENTS_H

#include "protocol/sse.h"

#include "../test.h"

#define DATA_MAX	64	/* bytes of data in one event of these tests */

static char told[8192];		/* one "event/id/retry/data|" for each event; "-" is none */
static size_t told_len;
static size_t taken;		/* events so far */
static size_t stop_after;	/* take says no at this one; 0: never */

static inline void
tell(const char *text, size_t n)
{
	assert_true(told_len + n < sizeof told);
	memcpy(told + told_len, text, n);
	told_len += n;
	told[told_len] = '\0';
}

static inline void
tell_text(const char *text)
{
	tell(text == NULL ? "-" : text, text == NULL ? 1 : strlen(text));
	tell("/", 1);
}

static inline bool
take(void *argument, const struct sse_event *e)
{
	assert_ptr_equal(argument, told);
	tell_text(e->event);
	tell_text(e->id);
	tell_text(e->retry);
	if (e->data != NULL)
		assert_int_equal(e->data[e->len], '\0');
	tell(e->data == NULL ? "-" : e->data, e->data == NULL ? 1 : e->len);
	tell("|", 1);
	return ++taken != stop_after;
}

static inline void
forget(void)
{
	told[0] = '\0';
	told_len = taken = 0;
}

/* Reads all of it in pieces of that size; false where the reader says no. */
static inline bool
read_pieces(const char *text, size_t n, size_t piece)
{
	struct sse_reader r = sse_reader_new(DATA_MAX);
	bool good = true;

	forget();
	for (size_t at = 0; good && at < n; at += piece) {
		size_t len = piece < n - at ? piece : n - at;
		char *copy = malloc(len);	/* so that a sanitizer sees a look beyond */

		assert_non_null(copy);
		memcpy(copy, text + at, len);
		good = sse_read(&r, copy, len, take, told);
		free(copy);
	}
	sse_reader_free(&r);
	return good;
}

/* The stream tells those events, cut at every byte and in pieces of every size. */
static inline void
bytes_tell(const char *text, size_t n, const char *events)
{
	for (size_t piece = 1; piece <= n; piece++) {
		assert_true(read_pieces(text, n, piece));
		if (strcmp(told, events) != 0)
			fail_msg(
			    "in pieces of %zu: %s, wanted %s, of: %s", piece, told, events, text);
	}
	for (size_t cut = 0; cut <= n; cut++) {
		struct sse_reader r = sse_reader_new(DATA_MAX);

		forget();
		assert_true(sse_read(&r, text, cut, take, told));
		assert_true(sse_read(&r, text + cut, n - cut, take, told));
		assert_string_equal(told, events);
		sse_reader_free(&r);
	}
}

static inline void
tells(const char *text, const char *events)
{
	bytes_tell(text, strlen(text), events);
}

#endif
