/* SPDX-License-Identifier: MIT */
/* turning.h - a loop under a clock that stands still until pass() moves it */
#ifndef UNIT_SERVICE_TURNING_H
#define UNIT_SERVICE_TURNING_H

#include "base/clock.h"
#include "service/loop.h"

#include "../test.h"

static struct loop *loop;
static int64_t now_ms;
static int woken, served;

int64_t
clock_seconds(void)
{
	return now_ms / 1000;
}

int64_t
clock_monotonic_ms(void)
{
	return now_ms;
}

void
clock_sleep_ms(int64_t ms)
{
	now_ms += ms;
}

static inline void
pass(int64_t ms)
{
	now_ms += ms;
}

static inline void
count_woken(void *argument)
{
	assert_ptr_equal(argument, &loop);
	woken++;
}

static inline void
count_served(void *argument)
{
	assert_ptr_equal(argument, &loop);
	served++;
}

static inline void
never_due(struct loop_timer *t UNUSED)
{
}

/* A turn that does not wait: for what is ready now, and due now. */
static inline void
turn(void)
{
	static struct loop_timer now = { .due = never_due };

	loop_timer_set(loop, &now, now_ms);
	loop_turn(loop);
	served--;
}

static inline int
open_loop(UNUSED void **state)
{
	now_ms = 1000000;
	loop = loop_new(count_woken, count_served, &loop);
	woken = served = 0;
	return 0;
}

static inline int
close_loop(UNUSED void **state)
{
	loop_free(loop);
	return 0;
}

#endif
