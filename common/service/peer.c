/* SPDX-License-Identifier: MIT */
#include "service/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"

#define RECORD_MAX	((size_t)32 * 1024)	/* bytes of content in one record of ours */

/* FastCGI specification, section 3.3 and 8. */
enum { RECORD_VERSION = 1, RECORD_ABORT = 2, RECORD_END = 3, RECORD_OUT = 6, RECORD_HEADER = 8 };

static void	ready(struct loop_watch *, uint32_t);
static void	stalled(struct loop_timer *);

void
peer_begin(struct peer *p, struct loop *loop, struct io_connection at)
{
	p->at = at;
	p->loop = loop;
	p->watch = (struct loop_watch){ .fd = at.fd, .ready = ready };
	p->stall = (struct loop_timer){ .due = stalled };
	if (at.may_block)
		return;
	(void)fcntl(at.fd, F_SETFL, fcntl(at.fd, F_GETFL) | O_NONBLOCK);
	p->pollable = loop_watch(loop, &p->watch, at.fastcgi ? EPOLLIN : EPOLLERR);
}

void
peer_close(struct peer *p)
{
	loop_unwatch(p->loop, &p->watch);
	loop_timer_clear(p->loop, &p->stall);
	fifo_free(&p->out);
	if (p->at.fd >= 0)
		close(p->at.fd);
	p->at.fd = -1;
	p->gone = true;
}

/* `over` comes from the loop, never from within a call of the owner's. */
static void
lose(struct peer *p)
{
	p->gone = true;
	fifo_free(&p->out);
	loop_unwatch(p->loop, &p->watch);
	loop_timer_set(p->loop, &p->stall, 0);
}

static void
stalled(struct loop_timer *t)
{
	struct peer *p = OWNER(t, struct peer, stall);

	if (!p->gone) {
		p->gone = true;
		loop_unwatch(p->loop, &p->watch);
	}
	p->over(p);
}

/* Sends what the connection takes; false when it is gone. */
static bool
flush(struct peer *p)
{
	bool moved = false;

	while (fifo_len(&p->out) > 0) {
		ssize_t n = write(p->at.fd, fifo_front(&p->out), fifo_len(&p->out));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && p->pollable)
			break;
		if (n <= 0)
			return false;
		fifo_drop(&p->out, (size_t)n);
		moved = true;
	}
	if (fifo_len(&p->out) == 0)
		loop_timer_clear(p->loop, &p->stall);
	else if (moved || p->stall.place == 0)
		loop_timer_set(p->loop, &p->stall, clock_monotonic_ms() + PEER_STALL_MS);
	return !p->pollable || loop_watch(p->loop, &p->watch, (p->at.fastcgi ? EPOLLIN : EPOLLERR) |
	    (fifo_len(&p->out) > 0 || p->was_full ? (uint32_t)EPOLLOUT : 0));
}

/* Whatever the web server still sends: nothing that matters but an abort, or the end. */
static bool
hear(struct peer *p)
{
	unsigned char heard[512];
	ssize_t n = read(p->at.fd, heard, sizeof heard);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	return n >= RECORD_HEADER && heard[1] != RECORD_ABORT;
}

static void
ready(struct loop_watch *w, uint32_t events)
{
	struct peer *p = OWNER(w, struct peer, watch);

	if (((events & EPOLLIN) != 0 && !hear(p)) || (events & (EPOLLERR | EPOLLHUP)) != 0 ||
	    !flush(p)) {
		p->gone = true;
		loop_unwatch(p->loop, &p->watch);
		loop_timer_clear(p->loop, &p->stall);
		p->over(p);
		return;
	}
	if (p->ending && fifo_len(&p->out) == 0)
		p->over(p);
	else if (p->was_full && !peer_full(p)) {
		p->was_full = false;
		if (!flush(p))
			lose(p);
		else
			p->drained(p);
	}
}

static bool
put(struct peer *p, const void *bytes, size_t n)
{
	return fifo_put(&p->out, bytes, n);
}

static bool
put_record(struct peer *p, unsigned type, const void *content, size_t n)
{
	unsigned char header[RECORD_HEADER] = {
		RECORD_VERSION, (unsigned char)type, (unsigned char)(p->at.request >> 8),
		(unsigned char)p->at.request, (unsigned char)(n >> 8), (unsigned char)n,
	};

	return put(p, header, sizeof header) && (n == 0 || put(p, content, n));
}

bool
peer_write(struct peer *p, const void *bytes, size_t n)
{
	const char *from = bytes;

	if (p->gone || p->ending)
		return !p->gone;
	while (n > 0) {
		size_t part = n > RECORD_MAX ? RECORD_MAX : n;

		if (!(p->at.fastcgi ? put_record(p, RECORD_OUT, from, part) : put(p, from, part)))
			return false;
		from += part;
		n -= part;
	}
	p->was_full = p->was_full || peer_full(p);
	if (flush(p))
		return true;
	lose(p);
	return false;
}

bool
peer_full(const struct peer *p)
{
	return fifo_len(&p->out) >= PEER_FULL;
}

void
peer_end(struct peer *p)
{
	static const unsigned char complete[8];	/* status 0, the request is complete */

	if (p->gone || p->ending)
		return;
	if (p->at.fastcgi && (!put_record(p, RECORD_OUT, NULL, 0) ||
	    !put_record(p, RECORD_END, complete, sizeof complete)))
		return;
	p->ending = true;
	if (!flush(p) || fifo_len(&p->out) == 0)
		lose(p);
}

void
peer_break(struct peer *p)
{
	if (!p->gone)
		lose(p);
}
