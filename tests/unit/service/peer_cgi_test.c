/* SPDX-License-Identifier: MIT */
/* A CGI program's answer: a pipe to the web server, or a person's file. */
#include "service/peer.h"

#include "peer_end.h"

static void
rfc3875_s6_the_bytes_go_out_as_they_are(UNUSED void **state)
{
	assert_true(peer_write(&peer, "Status: 200\r\n\r\n", 15));
	peer_end(&peer);
	assert_true(hear_some());
	assert_int_equal(heard_len, 15);
	assert_memory_equal(heard, "Status: 200\r\n\r\n", 15);
	turn();
	assert_int_equal(over, 1);
}

static void
a_full_pipe_is_waited_for(UNUSED void **state)
{
	size_t n = fill();

	turn();
	assert_int_equal(drained + over, 0);
	peer_end(&peer);
	for (int i = 0; i < 100 && over == 0; i++) {
		assert_true(hear_some());
		turn();
	}
	assert_int_equal(over, 1);
	(void)hear_some();
	assert_int_equal(heard_len, n);
}

/* Nothing is ever to be read from a pipe that is written to; its loss is told all the same. */
static void
a_reader_that_is_gone_is_noticed_without_a_write(UNUSED void **state)
{
	turn();
	assert_int_equal(over, 0);
	close_server();
	turn();
	assert_int_equal(over, 1);
	turn();
	assert_int_equal(over, 1);
}

static void
a_write_to_a_reader_that_is_gone_says_so(UNUSED void **state)
{
	close_server();
	assert_false(peer_write(&peer, "a", 1));
	assert_int_equal(over, 0);
	turn();
	assert_int_equal(over, 1);
}

/* Begins on a file of its own; its descriptor for the test. */
static int
begin_file(bool may_block)
{
	char path[] = "/tmp/sallyport-XXXXXX";
	int fd = mkstemp(path), own = dup(fd);

	assert_true(own >= 0);
	assert_int_equal(unlink(path), 0);
	peer_close(&peer);
	begin_peer((struct io_connection){ .fd = own, .may_block = may_block });
	return fd;
}

static void
a_file_takes_all_of_it_at_once(UNUSED void **state)
{
	for (int may_block = 0; may_block < 2; may_block++) {
		static char piece[3 * PEER_FULL];
		int fd = begin_file(may_block);

		assert_false(peer.pollable);
		assert_true(peer_write(&peer, piece, sizeof piece));
		assert_false(peer_full(&peer));
		assert_int_equal(lseek(fd, 0, SEEK_END), sizeof piece);
		peer_end(&peer);
		assert_int_equal(over, 0);
		turn();
		assert_int_equal(over, 1);
		close(fd);
	}
}

static void
a_persons_own_descriptor_is_left_as_it_was(UNUSED void **state)
{
	int fd = begin_file(true);

	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	close(fd);
	fd = begin_file(false);
	assert_int_not_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	close(fd);
}

static void
a_full_disk_is_the_end_of_it(UNUSED void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	peer_close(&peer);
	begin_peer((struct io_connection){ .fd = fd, .may_block = true });
	assert_false(peer_write(&peer, "a", 1));
	turn();
	assert_int_equal(over, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CGI(rfc3875_s6_the_bytes_go_out_as_they_are),
		CGI(a_full_pipe_is_waited_for),
		CGI(a_reader_that_is_gone_is_noticed_without_a_write),
		CGI(a_write_to_a_reader_that_is_gone_says_so),
		CGI(a_file_takes_all_of_it_at_once),
		CGI(a_persons_own_descriptor_is_left_as_it_was),
		CGI(a_full_disk_is_the_end_of_it),
	};

	return RUN(tests, NULL, NULL);
}
