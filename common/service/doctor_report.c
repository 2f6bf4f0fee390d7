/* SPDX-License-Identifier: MIT */
#include "service/doctor_report.h"

#include <stdarg.h>

void
doctor_says(struct doctor *d, enum finding finding, const char *fmt, ...)
{
	static const char *const words[] = {
		[FINE] = "ok      ", [NOTE] = "note    ", [PROBLEM] = "PROBLEM ",
	};
	va_list ap;

	d->problems += finding == PROBLEM;
	fputs(words[finding], stdout);
	va_start(ap, fmt);
	vfprintf(stdout, fmt, ap);
	va_end(ap);
	fputc('\n', stdout);
	fflush(stdout);
}
