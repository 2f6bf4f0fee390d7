/* SPDX-License-Identifier: MIT */
/* What was put into a call does not come back from it. */
#include "service/transfer.h"

#include "transferring.h"

#define SECRET		"eyJ0eXAiOiJKV1QifQ.eyJvaWQiOiI3In0.c2lnbmF0dXJl"
#define HEAD(more)	"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" more "\r\n"
#define BETWEEN_MS	30

/* The answer in two parts, the second of which may be NULL. */
static void
run_with(const char *first, const char *second)
{
	up.answer = first;
	up.second = second;
	up.between_ms = BETWEEN_MS;
	run(CALL(.secret = SECRET));
}

static void
shown_in_one_piece_ends_it(UNUSED void **state)
{
	run_with(HEAD("") "data: " SECRET "\n\n", NULL);
	assert_int_equal(told.outcome, HTTP_SECRET);
	assert_int_equal(told.len, 0);
	assert_string_equal(told.error, "its answer holds the token that it was given");
}

static void
shown_in_two_it_is_seen_before_the_first_goes_by(UNUSED void **state)
{
	run_with(HEAD("") "data: eyJ0eXAiOiJKV1QifQ.eyJvaW", "QiOiI3In0.c2lnbmF0dXJl\n\n");
	assert_int_equal(told.outcome, HTTP_SECRET);
	assert_string_equal(told.body, "data: ");
}

static void
what_only_begins_so_comes_whole(UNUSED void **state)
{
	run_with(HEAD("") "data: eyJ0eXAiOiJKV1QifQ.eyJvaW", "! eyJ0eXAiOiJKV1\n\n");
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	assert_string_equal(told.body, "data: eyJ0eXAiOiJKV1QifQ.eyJvaW! eyJ0eXAiOiJKV1\n\n");
}

static void
what_ends_so_comes_whole(UNUSED void **state)
{
	run_with(HEAD("") "data: eyJ0eXAi", "OiJKV1QifQ.eyJvaW");
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	assert_string_equal(told.body, "data: eyJ0eXAiOiJKV1QifQ.eyJvaW");
}

/* Whatever is not taken at first comes once, and in its order. */
static void
a_pause_changes_nothing(UNUSED void **state)
{
	for (int pauses = 1; pauses < 4; pauses++) {
		memset(&told, 0, sizeof told);
		told.pauses = pauses;
		up.answer = HEAD("") "data: eyJ0eXAi";
		up.second = "OiJKV1QifQ.eyJvaW!\n\n";
		up.between_ms = BETWEEN_MS;
		begin(CALL(.secret = SECRET));
		while (told.dones == 0) {
			run_for(5);
			if (told.transfer != NULL)
				transfer_resume(told.transfer);
		}
		assert_int_equal(told.outcome, HTTP_ANSWERED);
		assert_string_equal(told.body, "data: eyJ0eXAiOiJKV1QifQ.eyJvaW!\n\n");
	}
}

static void
a_field_that_shows_it_is_none(UNUSED void **state)
{
	run_with(HEAD("Allow: GET, " SECRET "\r\nMcp-Session-Id: 7\r\n") "data: x\n\n", NULL);
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	assert_string_equal(told.allow, "-");
	assert_string_equal(told.session, "7");
}

static void
without_a_secret_everything_comes(UNUSED void **state)
{
	up.answer = HEAD("") "data: " SECRET "\n\n";
	run(CALL(.method = "GET"));
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	assert_string_equal(told.body, "data: " SECRET "\n\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRANSFER(shown_in_one_piece_ends_it),
		TRANSFER(shown_in_two_it_is_seen_before_the_first_goes_by),
		TRANSFER(what_only_begins_so_comes_whole),
		TRANSFER(what_ends_so_comes_whole),
		TRANSFER(a_pause_changes_nothing),
		TRANSFER(a_field_that_shows_it_is_none),
		TRANSFER(without_a_secret_everything_comes),
	};

	return RUN(tests, NULL, NULL);
}
