/* SPDX-License-Identifier: MIT */
#include "service/peer.h"

#include "peer_records.h"

static void
fastcgi_s3_3_each_piece_is_a_record_of_standard_output(UNUSED void **state)
{
	struct record r;
	size_t at = 0;

	assert_true(peer_write(&peer, "Status: 200\r\n\r\n", 15));
	assert_true(peer_write(&peer, "", 0));
	assert_true(peer_write(&peer, "a", 1));
	assert_true(hear_some());
	r = record_at(&at);
	assert_int_equal(r.type, 6);
	assert_int_equal(r.len, 15);
	assert_memory_equal(r.content, "Status: 200\r\n\r\n", 15);
	r = record_at(&at);
	assert_int_equal(r.len, 1);
	assert_int_equal(at, heard_len);
	turn();
	assert_int_equal(over + drained, 0);
}

static void
a_long_piece_is_several_records_that_fit_their_length(UNUSED void **state)
{
	static char piece[200000];
	bool ended;

	memset(piece, 'x', sizeof piece);
	assert_true(peer_write(&peer, piece, sizeof piece));
	while (fifo_len(&peer.out) > 0) {
		assert_true(hear_some());
		turn();
	}
	assert_true(hear_some());
	assert_int_equal(content_from(0, &ended), sizeof piece);
	assert_false(ended);
}

static void
fastcgi_s5_the_end_is_an_empty_record_and_one_that_ends_the_request(UNUSED void **state)
{
	struct record r;
	size_t at = 0;

	assert_true(peer_write(&peer, "a", 1));
	peer_end(&peer);
	assert_int_equal(over, 0);
	turn();
	assert_int_equal(over, 1);
	assert_true(hear_some());
	(void)record_at(&at);
	r = record_at(&at);
	assert_int_equal(r.type, 6);
	assert_int_equal(r.len, 0);
	r = record_at(&at);
	assert_int_equal(r.type, 3);
	assert_int_equal(r.len, 8);
	assert_int_equal(at, heard_len);
}

static void
the_end_is_told_once_and_after_the_last_byte_alone(UNUSED void **state)
{
	size_t n = fill();
	bool ended;

	peer_end(&peer);
	peer_end(&peer);
	assert_true(peer_write(&peer, "too late", 8));
	turn();
	assert_int_equal(over, 0);
	for (int i = 0; i < 100 && over == 0; i++) {
		assert_true(hear_some());
		turn();
	}
	assert_int_equal(over, 1);
	turn();
	assert_int_equal(over, 1);
	(void)hear_some();
	assert_int_equal(content_from(0, &ended), n);
	assert_true(ended);
}

static void
what_the_other_side_does_not_take_is_held_and_its_going_down_told(UNUSED void **state)
{
	size_t n = fill();
	bool ended;

	assert_true(fifo_len(&peer.out) >= PEER_FULL);
	turn();
	assert_int_equal(drained, 0);
	for (int i = 0; i < 100 && drained == 0; i++) {
		assert_true(hear_some());
		turn();
	}
	assert_int_equal(drained, 1);
	assert_false(peer_full(&peer));
	for (int i = 0; i < 100 && fifo_len(&peer.out) > 0; i++) {
		assert_true(hear_some());
		turn();
	}
	assert_true(hear_some());
	assert_int_equal(content_from(0, &ended), n);
	assert_int_equal(drained, 1);
	assert_int_equal(over, 0);
}

/* Else an owner who paused, and then wrote a heartbeat, would wait for ever. */
static void
what_a_write_of_ones_own_sends_counts_too(UNUSED void **state)
{
	(void)fill();
	for (int i = 0; i < 100 && peer_full(&peer); i++) {
		assert_true(hear_some());
		assert_true(peer_write(&peer, ": working\n\n", 11));
	}
	assert_false(peer_full(&peer));
	for (int i = 0; i < 3; i++) {
		(void)hear_some();
		turn();
	}
	assert_int_equal(drained, 1);
}

static void
a_side_that_takes_nothing_for_two_minutes_is_gone(UNUSED void **state)
{
	(void)fill();
	pass(PEER_STALL_MS - 1);
	turn();
	assert_int_equal(over, 0);
	assert_true(hear_some());
	turn();		/* it has taken something */
	(void)fill();
	pass(PEER_STALL_MS - 1);
	turn();
	assert_int_equal(over, 0);
	pass(1);
	turn();
	assert_int_equal(over, 1);
	assert_true(peer.gone);
	assert_false(peer_write(&peer, "a", 1));
}

static void
a_side_that_has_nothing_to_take_may_wait_for_ever(UNUSED void **state)
{
	assert_true(peer_write(&peer, "a", 1));
	pass(100 * PEER_STALL_MS);
	turn();
	assert_int_equal(over, 0);
	assert_true(peer_write(&peer, "a", 1));
}

static void
the_other_side_closes(UNUSED void **state)
{
	close_server();
	turn();
	assert_int_equal(over, 1);
	assert_true(peer.gone);
	assert_false(peer_write(&peer, "a", 1));
	turn();
	assert_int_equal(over, 1);
}

static void
a_write_to_a_side_that_has_closed_says_so_and_over_follows(UNUSED void **state)
{
	close_server();
	assert_false(peer_write(&peer, "a", 1));
	assert_int_equal(over, 0);
	assert_false(peer_write(&peer, "a", 1));
	peer_end(&peer);
	peer_break(&peer);
	turn();
	turn();
	assert_int_equal(over, 1);
}

static void
fastcgi_s5_4_an_abort_of_the_request_ends_it(UNUSED void **state)
{
	static const unsigned char abort_request[8] = { 1, 2, REQUEST_ID >> 8, REQUEST_ID & 255 };

	assert_int_equal(write(server_fd, abort_request, sizeof abort_request), 8);
	turn();
	assert_int_equal(over, 1);
}

static void
what_else_the_other_side_sends_does_not_matter(UNUSED void **state)
{
	static const unsigned char end_of_input[8] = { 1, 5, REQUEST_ID >> 8, REQUEST_ID & 255 };

	assert_int_equal(write(server_fd, end_of_input, sizeof end_of_input), 8);
	turn();
	assert_int_equal(over, 0);
	assert_true(peer_write(&peer, "a", 1));
}

static void
an_answer_that_is_broken_off_has_no_proper_end(UNUSED void **state)
{
	bool ended;

	assert_true(peer_write(&peer, "a", 1));
	peer_break(&peer);
	assert_int_equal(over, 0);
	turn();
	assert_int_equal(over, 1);
	peer_close(&peer);
	assert_false(hear_some());
	assert_int_equal(content_from(0, &ended), 1);
	assert_false(ended);
}

static void
closed_at_once_it_tells_nothing_more(UNUSED void **state)
{
	(void)fill();
	peer_close(&peer);
	peer_close(&peer);
	pass(2 * PEER_STALL_MS);
	turn();
	assert_int_equal(over + drained, 0);
	assert_int_equal(peer.at.fd, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FASTCGI(fastcgi_s3_3_each_piece_is_a_record_of_standard_output),
		FASTCGI(a_long_piece_is_several_records_that_fit_their_length),
		FASTCGI(fastcgi_s5_the_end_is_an_empty_record_and_one_that_ends_the_request),
		FASTCGI(the_end_is_told_once_and_after_the_last_byte_alone),
		FASTCGI(what_the_other_side_does_not_take_is_held_and_its_going_down_told),
		FASTCGI(what_a_write_of_ones_own_sends_counts_too),
		FASTCGI(a_side_that_takes_nothing_for_two_minutes_is_gone),
		FASTCGI(a_side_that_has_nothing_to_take_may_wait_for_ever),
		FASTCGI(the_other_side_closes),
		FASTCGI(a_write_to_a_side_that_has_closed_says_so_and_over_follows),
		FASTCGI(fastcgi_s5_4_an_abort_of_the_request_ends_it),
		FASTCGI(what_else_the_other_side_sends_does_not_matter),
		FASTCGI(an_answer_that_is_broken_off_has_no_proper_end),
		FASTCGI(closed_at_once_it_tells_nothing_more),
	};

	return RUN(tests, NULL, NULL);
}
