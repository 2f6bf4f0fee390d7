/* SPDX-License-Identifier: MIT */
/*
 * audit_sink.h - where a line of the audit goes, beside the store
 *
 * Events are rare, so nothing is kept open: a file that was moved away (logrotate) is made anew by the
 * next line, and no signal is needed.  A line is one write, at the end of the file, or one datagram
 * that waits for nobody.
 */
#ifndef SERVICE_AUDIT_SINK_H
#define SERVICE_AUDIT_SINK_H

#include "base/attr.h"

#define AUDIT_FILE	"file:"		/* how a file is named in the configuration */
#define AUDIT_SYSLOG	"/dev/log"

/* A regular file that has one name, made with mode 0660 less the umask; no link is followed. */
MUST_CHECK bool	 audit_to_file(const char *path, const char *line, const char **why);
/* The same without a line, for the doctor. */
MUST_CHECK bool	 audit_file_is_good(const char *path, const char **why);

/* LOG_AUTHPRIV, LOG_INFO.  A machine without syslog is no failure. */
MUST_CHECK bool	 audit_to_syslog(const char *socket_path, const char *line, const char **why);

#endif
