/* SPDX-License-Identifier: MIT */
#include "base/die.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void
die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	fflush(stderr);
	_exit(70);
}

void
die_of_want(const char *what)
{
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EIO)
		die("%s: %s", what, strerror(errno));
}
