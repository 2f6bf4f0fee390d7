/* SPDX-License-Identifier: MIT */
#include "base/date.h"

#include <time.h>

#define DATE_MAX	64	/* characters: a year has ten of them at most */

static bool
calendar(int64_t at, struct tm *out)
{
	time_t t = (time_t)at;

	return gmtime_r(&t, out) != NULL;
}

char *
date_minute(struct arena *a, int64_t at)
{
	char text[DATE_MAX] = "?";
	struct tm tm;

	if (calendar(at, &tm))
		(void)strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
	return arena_string(a, text);
}

char *
date_second(struct arena *a, int64_t at)
{
	char text[DATE_MAX] = "?";
	struct tm tm;

	if (calendar(at, &tm))
		(void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_string(a, text);
}
