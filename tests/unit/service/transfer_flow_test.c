/* SPDX-License-Identifier: MIT */
/* A transfer that pauses, waits, falls silent or is given up, and many at once. */
#include "service/transfer.h"

#include "transferring.h"

#define HEAD(more)	"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" more "\r\n"
#define SHORT_MS	200	/* a silence that is too long in these tests */
#define BIG		(256 * 1024)

/* An answer with a body of BIG bytes, no two neighbours of which are equal. */
static const char *
big_answer(void)
{
	static char text[BIG + 256];
	int used = snprintf(text, sizeof text, HEAD("Content-Length: %d\r\n"), BIG);

	for (int i = 0; i < BIG; i++)
		text[used + i] = (char)('a' + i % 23);
	return text;
}

static void
body_is_big(void)
{
	assert_int_equal(told.len, BIG);
	for (int i = 0; i < BIG; i++)
		assert_int_equal(told.body[i], 'a' + i % 23);
}

static void
a_pause_holds_everything_until_it_is_resumed(UNUSED void **state)
{
	up.answer = big_answer();
	told.pauses = 1;
	begin(CALL(.method = "GET"));
	run_until(0);
	run_for(20);
	assert_int_equal(told.heads, 1);
	assert_int_equal(told.len, 0);
	assert_int_equal(told.dones, 0);
	transfer_resume(told.transfer);
	run_for(0);
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	body_is_big();
}

static void
it_may_pause_again_and_again(UNUSED void **state)
{
	up.answer = big_answer();
	told.pauses = 5;
	begin(CALL(.method = "GET"));
	for (int i = 0; i < 5; i++) {
		run_until(4 - i);
		assert_int_equal(told.dones, 0);
		assert_int_equal(told.len, 0);
		transfer_resume(told.transfer);
	}
	run_for(0);
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	body_is_big();
}

static void
the_last_bytes_may_have_been_held_back(UNUSED void **state)
{
	up.answer = HEAD("") "data: a\n\n";
	told.pauses = 1;
	begin(CALL(.method = "GET"));
	run_until(0);
	run_for(20);
	assert_int_equal(told.dones, 0);
	transfer_resume(told.transfer);
	run_for(0);
	assert_int_equal(told.dones, 1);
	assert_string_equal(told.body, "data: a\n\n");
}

static void
to_resume_what_did_not_pause_is_nothing(UNUSED void **state)
{
	up.answer = big_answer();
	begin(CALL(.method = "GET"));
	transfer_resume(told.transfer);
	run_for(0);
	body_is_big();
}

static void
a_silence_before_the_head_times_out(UNUSED void **state)
{
	up.keeps = true;
	run(CALL(.silence_ms = SHORT_MS));
	assert_int_equal(told.heads, 0);
	assert_int_equal(told.outcome, HTTP_TIMED_OUT);
}

static void
a_silence_within_the_body_times_out(UNUSED void **state)
{
	up.answer = HEAD("Content-Length: 10\r\n") "abc";
	up.keeps = true;
	run(CALL(.silence_ms = 5 * SHORT_MS));
	assert_int_equal(told.heads, 1);
	assert_string_equal(told.body, "abc");
	assert_int_equal(told.outcome, HTTP_TIMED_OUT);
}

static void
what_comes_in_time_again_and_again_may_last_longer(UNUSED void **state)
{
	up.answer = HEAD("Content-Length: 6\r\n") "abc";
	up.second = "def";
	up.between_ms = SHORT_MS;
	run(CALL(.silence_ms = 50 * SHORT_MS));
	assert_string_equal(told.body, "abcdef");
	assert_int_equal(told.outcome, HTTP_ANSWERED);
}

static void
an_answer_that_may_be_silent_is_waited_for(UNUSED void **state)
{
	up.answer = HEAD("Content-Length: 6\r\n") "abc";
	up.second = "def";
	up.between_ms = 15 * SHORT_MS;
	told.silent = true;
	run(CALL(.silence_ms = 10 * SHORT_MS));
	assert_string_equal(told.body, "abcdef");
	assert_int_equal(told.outcome, HTTP_ANSWERED);
}

/* The silence is then the owner's. */
static void
a_pause_is_no_silence(UNUSED void **state)
{
	up.answer = big_answer();
	told.pauses = 1;
	begin(CALL(.silence_ms = 10 * SHORT_MS));
	run_until(0);
	run_for(15 * SHORT_MS);
	assert_int_equal(told.dones, 0);
	transfer_resume(told.transfer);
	run_for(0);
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	body_is_big();
}

static void
an_owner_who_takes_no_more_ends_it(UNUSED void **state)
{
	up.answer = big_answer();
	told.stops = true;
	run(CALL(.method = "GET"));
	assert_int_equal(told.heads, 1);
	assert_int_equal(told.len, 0);
	assert_int_equal(told.outcome, HTTP_UNREACHABLE);
}

static void
what_was_cancelled_tells_nothing_more(UNUSED void **state)
{
	up.answer = HEAD("Content-Length: 6\r\n") "abc";
	up.second = "def";
	up.between_ms = 3 * SHORT_MS;
	begin(CALL(.silence_ms = 100 * SHORT_MS));
	run_until(-1);
	assert_string_equal(told.body, "abc");
	transfer_cancel(told.transfer);
	told.transfer = NULL;
	run_for(5 * SHORT_MS);
	assert_string_equal(told.body, "abc");
	assert_int_equal(told.dones, 0);
	transfer_cancel(NULL);
}

static void
what_was_cancelled_at_once_is_not_even_begun(UNUSED void **state)
{
	begin(CALL(.silence_ms = SHORT_MS));
	transfer_cancel(told.transfer);
	told.transfer = NULL;
	run_for(2 * SHORT_MS);
	assert_int_equal(told.heads + told.dones, 0);
}

static void
what_is_paused_can_be_cancelled(UNUSED void **state)
{
	up.answer = big_answer();
	told.pauses = 1;
	begin(CALL(.method = "GET"));
	run_until(0);
	transfer_cancel(told.transfer);
	told.transfer = NULL;
	run_for(SHORT_MS);
	assert_int_equal(told.dones, 0);
}

static int answered;

static void
no_head(void *unused UNUSED, struct transfer *t)
{
	assert_int_equal(transfer_status(t), 200);
}

static enum taken
any_data(void *unused UNUSED, const char *bytes UNUSED, size_t n UNUSED)
{
	return TAKEN;
}

static void
count_answer(void *unused UNUSED, enum http_outcome outcome)
{
	answered += outcome == HTTP_ANSWERED;
}

static void
many_go_on_at_once(UNUSED void **state)
{
	static const struct transfer_owner counting = {
		.head = no_head, .data = any_data, .done = count_answer,
	};
	int64_t until_ms = clock_monotonic_ms() + TOO_LATE_MS;

	up.answer = big_answer();
	answered = 0;
	for (int i = 0; i < 60; i++)
		assert_non_null(transfer_begin(transfers, CALL(.method = "GET"), &counting, &told));
	while (answered < 60 && clock_monotonic_ms() < until_ms)
		loop_turn(loop);
	assert_int_equal(answered, 60);
	assert_int_equal(atomic_load(&up.requests), 60);
}

static void
transfers_that_never_began_are_freed_too(UNUSED void **state)
{
	transfers_free(NULL);
	transfers_free(transfers_new(loop, &config));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRANSFER(a_pause_holds_everything_until_it_is_resumed),
		TRANSFER(it_may_pause_again_and_again),
		TRANSFER(the_last_bytes_may_have_been_held_back),
		TRANSFER(to_resume_what_did_not_pause_is_nothing),
		TRANSFER(a_silence_before_the_head_times_out),
		TRANSFER(a_silence_within_the_body_times_out),
		TRANSFER(what_comes_in_time_again_and_again_may_last_longer),
		TRANSFER(an_answer_that_may_be_silent_is_waited_for),
		TRANSFER(a_pause_is_no_silence),
		TRANSFER(an_owner_who_takes_no_more_ends_it),
		TRANSFER(what_was_cancelled_tells_nothing_more),
		TRANSFER(what_was_cancelled_at_once_is_not_even_begun),
		TRANSFER(what_is_paused_can_be_cancelled),
		TRANSFER(many_go_on_at_once),
		TRANSFER(transfers_that_never_began_are_freed_too),
	};

	return RUN(tests, NULL, NULL);
}
