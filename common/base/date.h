/* SPDX-License-Identifier: MIT */
/* date.h - moments as people and programs write them, in UTC */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/arena.h"

/* Of seconds since 1970; "?" for what no calendar has. */
NONNULL char	*date_minute(struct arena *, int64_t);	/* "2026-11-23 14:05" */
NONNULL char	*date_second(struct arena *, int64_t);	/* "2026-11-23T14:05:09Z", RFC 3339 */

#endif
