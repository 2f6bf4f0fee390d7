/* SPDX-License-Identifier: MIT */
#include "service/loop.h"

#include <errno.h>
#include <limits.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"

#define BATCH	64	/* events taken at once */

struct loop {
	int			 epoll;
	struct loop_watch	 wake;
	void			(*woken)(void *), (*served)(void *);
	void			*argument;
	struct epoll_event	 batch[BATCH];	/* NULL where the watch has gone meanwhile */
	int			 count;
	struct loop_timer	**timer;	/* a heap from 1 on: the next one due is the first */
	size_t			 timers, room;
};

static void
wake_ready(struct loop_watch *w, uint32_t events UNUSED)
{
	struct loop *l = OWNER(w, struct loop, wake);
	uint64_t count;

	if (read(w->fd, &count, sizeof count) < 0)
		return;		/* somebody else's turn has read it */
	l->woken(l->argument);
}

struct loop *
loop_new(void (*woken)(void *), void (*served)(void *), void *argument)
{
	struct loop *l = calloc(1, sizeof *l);

	if (l == NULL)
		die("no memory for a loop");
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->wake = (struct loop_watch){
		.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .ready = wake_ready,
	};
	l->woken = woken;
	l->served = served;
	l->argument = argument;
	if (l->epoll < 0 || l->wake.fd < 0 || !loop_watch(l, &l->wake, EPOLLIN))
		die("a loop cannot be set up: %s", strerror(errno));
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	close(l->wake.fd);
	close(l->epoll);
	free(l->timer);
	free(l);
}

bool
loop_watch(struct loop *l, struct loop_watch *w, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = w };

	if (events == w->events)
		return true;
	if (events == 0) {
		loop_unwatch(l, w);
		return true;
	}
	if (epoll_ctl(l->epoll, w->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, w->fd, &event) != 0)
		return false;
	w->events = events;
	return true;
}

void
loop_unwatch(struct loop *l, struct loop_watch *w)
{
	if (w->events == 0)
		return;
	(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	w->events = 0;
	for (int i = 0; i < l->count; i++)
		if (l->batch[i].data.ptr == w)
			l->batch[i].data.ptr = NULL;
}

void
loop_wake(struct loop *l)
{
	static const uint64_t one = 1;

	if (write(l->wake.fd, &one, sizeof one) < 0)
		return;		/* it is awake already: the counter is full */
}

/* --- the heap of timers -------------------------------------------------------------------------- */

static void
put(struct loop *l, size_t place, struct loop_timer *t)
{
	l->timer[place] = t;
	t->place = place;
}

static void
rise(struct loop *l, size_t place, struct loop_timer *t)
{
	while (place > 1 && l->timer[place / 2]->at_ms > t->at_ms) {
		put(l, place, l->timer[place / 2]);
		place /= 2;
	}
	put(l, place, t);
}

static void
sink(struct loop *l, size_t place, struct loop_timer *t)
{
	for (;;) {
		size_t child = 2 * place;

		if (child < l->timers && l->timer[child + 1]->at_ms < l->timer[child]->at_ms)
			child++;
		if (child > l->timers || l->timer[child]->at_ms >= t->at_ms)
			break;
		put(l, place, l->timer[child]);
		place = child;
	}
	put(l, place, t);
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, int64_t at_ms)
{
	loop_timer_clear(l, t);
	if (l->timers + 2 > l->room) {
		l->room = l->room == 0 ? 64 : 2 * l->room;
		if ((l->timer = realloc(l->timer, l->room * sizeof(struct loop_timer *))) == NULL)
			die("no memory for timers");
	}
	t->at_ms = at_ms;
	rise(l, ++l->timers, t);
}

void
loop_timer_clear(struct loop *l, struct loop_timer *t)
{
	struct loop_timer *last;
	size_t place = t->place;

	if (place == 0)
		return;
	t->place = 0;
	last = l->timer[l->timers--];
	if (last == t)
		return;
	if (place > 1 && l->timer[place / 2]->at_ms > last->at_ms)
		rise(l, place, last);
	else
		sink(l, place, last);
}

static void
serve_timers(struct loop *l)
{
	int64_t now_ms = clock_monotonic_ms();

	while (l->timers > 0 && l->timer[1]->at_ms <= now_ms) {
		struct loop_timer *t = l->timer[1];

		loop_timer_clear(l, t);
		t->due(t);
		l->served(l->argument);
	}
}

/* ------------------------------------------------------------------------------------------------- */

void
loop_served(struct loop *l)
{
	l->served(l->argument);
}

static int
wait_ms(const struct loop *l)
{
	int64_t left;

	if (l->timers == 0)
		return -1;
	left = l->timer[1]->at_ms - clock_monotonic_ms();
	return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

void
loop_turn(struct loop *l)
{
	l->count = epoll_wait(l->epoll, l->batch, BATCH, wait_ms(l));
	for (int i = 0; i < l->count; i++) {
		struct loop_watch *w = l->batch[i].data.ptr;

		if (w == NULL)
			continue;
		w->ready(w, l->batch[i].events);
		l->served(l->argument);
	}
	l->count = 0;
	serve_timers(l);
}
