/* SPDX-License-Identifier: MIT */
/* clock.h - what time it is: the only place that asks */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/attr.h"

int64_t		 clock_seconds(void);		/* since 1970, wall clock */
int64_t		 clock_microseconds(void);	/* the same, finer */
int64_t		 clock_monotonic_ms(void);	/* for durations only */
void		 clock_sleep_ms(int64_t);

#endif
