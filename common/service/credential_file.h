/* SPDX-License-Identifier: MIT */
/* credential_file.h - the files that a credential is made of: small, and read when they are needed */
#ifndef SERVICE_CREDENTIAL_FILE_H
#define SERVICE_CREDENTIAL_FILE_H

#include "service/request.h"

#define CREDENTIAL_FILE_MAX	((size_t)64 * 1024)	/* bytes */

/* The whole file with a NUL behind it; NULL, with *why for the log, when it cannot be read, is empty,
 * or longer than `max`. */
MUST_CHECK char	*credential_file_read(struct arena *, const char *path, size_t max, const char **why);

/* SERVER_ERROR with the reason "credential PATH: WHAT". */
enum oauth_error credential_unusable(struct request *, const char *path, const char *what);

#endif
