/* SPDX-License-Identifier: MIT */
/*
 * log.h - one line to standard error, whole or not at all
 *
 * The web server, systemd or the terminal keeps it.  Control characters and bytes beyond ASCII
 * become '?', so that nobody outside writes a line of ours.  Callers never pass a secret.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

#define LOG_LINE_MAX	1024	/* bytes; the rest of a longer line is cut */

PRINTF(1, 2) void	 log_line(const char *fmt, ...);

#endif
