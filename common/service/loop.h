/* SPDX-License-Identifier: MIT */
/*
 * loop.h - one thread that waits for many descriptors and times at once
 *
 * Watches and timers live in their owners; the loop keeps only pointers to those that are set.
 * All of it belongs to the thread that runs the loop, except loop_wake.
 */
#ifndef SERVICE_LOOP_H
#define SERVICE_LOOP_H

#include <sys/epoll.h>

#include "base/attr.h"

struct loop;

/* The struct that a watch or timer lies in. */
#define OWNER(pointer, type, member)	((type *)(void *)((char *)(pointer) - offsetof(type, member)))

struct loop_watch {
	int		 fd;
	uint32_t	 events;	/* EPOLLIN, EPOLLOUT; 0: not watched */
	void		(*ready)(struct loop_watch *, uint32_t events);	/* EPOLLHUP, EPOLLERR too */
};

struct loop_timer {
	int64_t		 at_ms;		/* monotonic */
	size_t		 place;		/* 0: not set */
	void		(*due)(struct loop_timer *);	/* once; it is no longer set then */
};

/* `served` is called after each function of a watch or timer.  Dies without means. */
struct loop	*loop_new(void (*woken)(void *), void (*served)(void *), void *argument);
void		 loop_free(struct loop *);

/* False for a descriptor that cannot be waited for: a regular file. */
MUST_CHECK bool	 loop_watch(struct loop *, struct loop_watch *, uint32_t events);
void		 loop_unwatch(struct loop *, struct loop_watch *);
void		 loop_timer_set(struct loop *, struct loop_timer *, int64_t at_ms);
void		 loop_timer_clear(struct loop *, struct loop_timer *);	/* fine when not set */

/* For a function that serves several: calls `served` between two of them. */
void		 loop_served(struct loop *);

/* Any thread may ask that `woken` be called. */
void		 loop_wake(struct loop *);

/* Waits, for ever if nothing is due, and serves what is ready. */
void		 loop_turn(struct loop *);

#endif
