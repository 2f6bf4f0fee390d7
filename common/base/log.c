/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

void
log_line(const char *fmt, ...)
{
	char line[LOG_LINE_MAX + 1];
	va_list ap;
	int prefix, n;
	size_t len;

	prefix = snprintf(line, sizeof line, "sallyport %.64s: ", program_invocation_short_name);
	va_start(ap, fmt);
	n = vsnprintf(line + prefix, sizeof line - (size_t)prefix, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	len = (size_t)(prefix + n) < LOG_LINE_MAX ? (size_t)(prefix + n) : LOG_LINE_MAX - 1;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < 0x20 || (unsigned char)line[i] > 0x7e)
			line[i] = '?';
	line[len] = '\n';
	if (write(STDERR_FILENO, line, len + 1) < 0)
		return;	/* a log that cannot be written is no reason to fail a request */
}
