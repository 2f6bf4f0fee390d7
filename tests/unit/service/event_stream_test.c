/* SPDX-License-Identifier: MIT */
#include "service/event_stream.h"

#include "fake_io.h"

#define HEARTBEAT	15
#define LATEST		((START + 60) * 1000)	/* milliseconds */

static struct response rs;
static int flushed;

static bool
count_flush(struct io *io UNUSED)
{
	flushed++;
	return !web.gone;
}

/* A FastCGI request that accepts what is given. */
static void
request(const char *accept)
{
	WEB_REQUEST("", arena_printf(&fix.arena, "HTTP_ACCEPT=%s", accept));
	web.io.flush = count_flush;
	fix.rq.method = "POST";
	rs = response_new(&fix.arena);
	response_header(&rs, "Vary", "Origin");
	flushed = 0;
}

static void
it_is_possible_where_the_client_names_events_and_the_server_passes_them_on(UNUSED void **state)
{
	request("application/json, text/event-stream");
	assert_true(event_stream_possible(&fix.rq));
	request("*/*");
	assert_false(event_stream_possible(&fix.rq));
	request("application/json");
	assert_false(event_stream_possible(&fix.rq));
	request("text/event-stream");
	web.io.flush = NULL;
	assert_false(event_stream_possible(&fix.rq));
}

static void
before_a_second_nothing_is_written(UNUSED void **state)
{
	struct event_stream s;

	request("text/event-stream");
	s = event_stream_begin(&fix.rq, &rs, true, LATEST);
	assert_true(event_stream_wanted(&s));
	assert_null(web.answer);
	assert_false(rs.opened);
}

static void
after_a_second_it_opens_and_then_says_at_each_heartbeat_that_it_lives(UNUSED void **state)
{
	struct event_stream s;

	request("text/event-stream");
	s = event_stream_begin(&fix.rq, &rs, true, LATEST);
	at(1);
	assert_true(event_stream_wanted(&s));
	assert_true(rs.opened);
	assert_string_equal(web.answer, "Status: 200\r\nContent-Type: text/event-stream\r\n"
	    "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
	    "Vary: Origin\r\nX-Accel-Buffering: no\r\n\r\n: working\n\n");
	assert_int_equal(flushed, 1);
	at(HEARTBEAT);
	assert_true(event_stream_wanted(&s));
	assert_int_equal(flushed, 1);
	at(HEARTBEAT + 1);
	assert_true(event_stream_wanted(&s));
	assert_string_equal(web.answer, ": working\n\n");
	assert_int_equal(flushed, 2);
}

static void
a_client_that_is_gone_wants_nothing_more(UNUSED void **state)
{
	struct event_stream s;

	request("text/event-stream");
	s = event_stream_begin(&fix.rq, &rs, true, LATEST);
	at(1);
	assert_true(event_stream_wanted(&s));
	web.gone = true;
	at(HEARTBEAT + 1);
	assert_false(event_stream_wanted(&s));
}

static void
nobody_waits_beyond_the_time_of_the_call(UNUSED void **state)
{
	struct event_stream s;

	request("text/event-stream");
	s = event_stream_begin(&fix.rq, &rs, false, LATEST);
	at(60);
	assert_true(event_stream_wanted(&s));
	at(61);
	assert_false(event_stream_wanted(&s));
	assert_null(web.answer);
}

static void
what_follows_an_opened_head_is_the_body_alone(UNUSED void **state)
{
	struct event_stream s;

	request("text/event-stream");
	s = event_stream_begin(&fix.rq, &rs, true, LATEST);
	at(1);
	assert_true(event_stream_wanted(&s));
	buf_lit(&rs.body, "event: message\ndata: {}\n\n");
	assert_true(response_send(&fix.rq, &rs));
	assert_string_equal(web.answer, "event: message\ndata: {}\n\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(it_is_possible_where_the_client_names_events_and_the_server_passes_them_on),
		CASE(before_a_second_nothing_is_written),
		CASE(after_a_second_it_opens_and_then_says_at_each_heartbeat_that_it_lives),
		CASE(a_client_that_is_gone_wants_nothing_more),
		CASE(nobody_waits_beyond_the_time_of_the_call),
		CASE(what_follows_an_opened_head_is_the_body_alone),
	};

	return RUN(tests, NULL, NULL);
}
