/* SPDX-License-Identifier: MIT */
/* time.c - time that passes where it is waited for */
#include <sys/epoll.h>

#include "base/clock.h"

#include "door.h"

#define LONGEST		INT64_C(3600)	/* seconds that a request may wait in all */

static int64_t spent_us;

void
time_begin(void)
{
	spent_us = 0;
}

int64_t
clock_seconds(void)
{
	return NOW + spent_us / 1000000;
}

int64_t
clock_microseconds(void)
{
	return NOW * 1000000 + spent_us;
}

/* Who asks again and again sees it pass. */
int64_t
clock_monotonic_ms(void)
{
	return NOW * 1000 + ++spent_us / 1000;
}

void
clock_sleep_ms(int64_t ms)
{
	spent_us += ms * 1000;
	EXPECT(spent_us / 1000000 < LONGEST);
}

int		 __real_epoll_wait(int, struct epoll_event *, int, int);
int		 __wrap_epoll_wait(int, struct epoll_event *, int, int);

int
__wrap_epoll_wait(int fd, struct epoll_event *events, int most, int timeout)
{
	int n = __real_epoll_wait(fd, events, most, 0);

	EXPECT(n != 0 || timeout >= 0);		/* nobody else is there to end the wait */
	if (n == 0)
		clock_sleep_ms(timeout);
	return n;
}
