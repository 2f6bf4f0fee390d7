/* SPDX-License-Identifier: MIT */
#include "service/io.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#undef getenv	/* whether a web server started the program is in the environment */

bool
io_started_by_server(void)
{
	return getenv("GATEWAY_INTERFACE") != NULL || !FCGX_IsCGI();
}

static ssize_t
cgi_read(struct io *io UNUSED, void *to, size_t n)
{
	ssize_t got;

	do
		got = read(STDIN_FILENO, to, n);
	while (got < 0 && errno == EINTR);
	return got;
}

static bool
cgi_write(struct io *io UNUSED, const void *from, size_t n)
{
	const char *p = from;

	while (n > 0) {
		ssize_t put = write(STDOUT_FILENO, p, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

static void
cgi_end_connection(struct io *io UNUSED)
{
}

struct io
io_cgi(void)
{
	return (struct io){
		.read = cgi_read, .write = cgi_write, .end_connection = cgi_end_connection,
		.envp = environ, .by_hand = !io_started_by_server(),
	};
}

static ssize_t
fcgx_read(struct io *io, void *to, size_t n)
{
	FCGX_Stream *in = io->fcgx->in;
	int got;

	/* The signal that wakes workers from accept() at the end may come a moment later; libfcgi gives up then. */
	while ((got = FCGX_GetStr(to, n > INT_MAX ? INT_MAX : (int)n, in)) == 0 && FCGX_GetError(in) == EINTR) {
		FCGX_ClearError(in);
		in->isClosed = 0;
	}
	/* The stream ends the same way when the web server gives a request up halfway. */
	return got == 0 && FCGX_GetError(in) != 0 ? -1 : got;
}

static bool
fcgx_write(struct io *io, const void *from, size_t n)
{
	const char *p = from;

	while (n > 0) {
		int part = n > INT_MAX ? INT_MAX : (int)n;

		if (FCGX_PutStr(p, part, io->fcgx->out) != part)
			return false;
		p += part;
		n -= (size_t)part;
	}
	return true;
}

static bool
fcgx_flush(struct io *io)
{
	return FCGX_FFlush(io->fcgx->out) == 0;
}

static void
fcgx_end_connection(struct io *io)
{
	io->fcgx->keepConnection = 0;
}

struct io
io_fcgx(FCGX_Request *fcgx)
{
	return (struct io){
		.read = fcgx_read, .write = fcgx_write, .flush = fcgx_flush, .end_connection = fcgx_end_connection,
		.envp = fcgx->envp, .fcgx = fcgx,
	};
}

struct io_connection
io_detach(struct io *io)
{
	struct io_connection c = { .fd = STDOUT_FILENO, .may_block = io->by_hand };

	if (io->fcgx != NULL) {
		c = (struct io_connection){
			.fd = io->fcgx->ipcFd, .fastcgi = true, .request = (unsigned)io->fcgx->requestId,
		};
		io->fcgx->ipcFd = -1;
		FCGX_Free(io->fcgx, 0);
		io->fcgx->keepConnection = 1;	/* there is none to be closed */
		io->fcgx = NULL;
	}
	io->envp = NULL;
	return c;
}
