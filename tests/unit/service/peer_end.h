/* SPDX-License-Identifier: MIT */
/* peer_end.h - a peer whose other end, the web server's, is the test's own */
#ifndef UNIT_SERVICE_PEER_END_H
#define UNIT_SERVICE_PEER_END_H

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/peer.h"

#include "turning.h"

#define REQUEST_ID	0x1234

static struct peer peer;
static int server_fd;		/* the web server's end; -1 once it is closed */
static int drained, over;
static char heard[1024 * 1024];	/* all that it has read */
static size_t heard_len;

static inline void
count_drained(struct peer *p)
{
	assert_ptr_equal(p, &peer);
	drained++;
}

static inline void
count_over(struct peer *p)
{
	assert_ptr_equal(p, &peer);
	over++;
}

static inline void
begin_peer(struct io_connection at)
{
	peer = (struct peer){ .drained = count_drained, .over = count_over };
	peer_begin(&peer, loop, at);
	drained = over = 0;
	heard_len = 0;
}

/* Reads what is there; false at its end. */
static inline bool
hear_some(void)
{
	ssize_t n;

	while ((n = read(server_fd, heard + heard_len, sizeof heard - heard_len)) > 0)
		heard_len += (size_t)n;
	return n < 0;
}

static inline void
begin_on(int own, int servers, bool fastcgi)
{
	server_fd = servers;
	assert_int_equal(fcntl(servers, F_SETFL, O_NONBLOCK), 0);
	begin_peer((struct io_connection){ .fd = own, .fastcgi = fastcgi, .request = REQUEST_ID });
}

static inline int
open_fastcgi(void **state)
{
	int ends[2];

	(void)signal(SIGPIPE, SIG_IGN);
	(void)open_loop(state);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	begin_on(ends[0], ends[1], true);
	return 0;
}

static inline int
open_cgi(void **state)
{
	int ends[2];

	(void)signal(SIGPIPE, SIG_IGN);
	(void)open_loop(state);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	begin_on(ends[1], ends[0], false);
	return 0;
}

static inline void
close_server(void)
{
	close(server_fd);
	server_fd = -1;
}

static inline int
close_peer(void **state)
{
	peer_close(&peer);
	if (server_fd >= 0)
		close(server_fd);
	return close_loop(state);
}

/* Writes pieces until it is full. */
static inline size_t
fill(void)
{
	static const char piece[8192];
	size_t n = 0;

	while (!peer_full(&peer)) {
		assert_true(peer_write(&peer, piece, sizeof piece));
		n += sizeof piece;
		assert_true(n < sizeof heard);
	}
	return n;
}

#define FASTCGI(test)	cmocka_unit_test_setup_teardown(test, open_fastcgi, close_peer)
#define CGI(test)	cmocka_unit_test_setup_teardown(test, open_cgi, close_peer)

#endif
