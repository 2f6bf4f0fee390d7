/* SPDX-License-Identifier: MIT */
/* key_replace.h - a key file with other generations in its place; for the administrator's command alone */
#ifndef SERVICE_KEY_REPLACE_H
#define SERVICE_KEY_REPLACE_H

#include "service/key_file.h"

/*
 * A reader finds the old file or the new one, whenever this ends, and owner, group, mode and access list
 * stay.  One at a time, under key_files_lock.  False with *why in the arena.
 */
MUST_CHECK bool		 key_file_replace(struct arena *, const char *path, const struct generations *,
			    const char **why);

#define KEY_LOCK_WAIT	10	/* seconds */

/* A descriptor that holds the lock until it is closed; -1 with *why when somebody else has it. */
MUST_CHECK int		 key_files_lock(struct arena *, const struct config *, const char **why);

#endif
