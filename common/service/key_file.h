/* SPDX-License-Identifier: MIT */
/*
 * key_file.h - one purpose's file under state_dir/keys, as it is read and replaced
 *
 * A line is a generation, oldest first: "KID CREATED_AT BASE64URL".
 */
#ifndef SERVICE_KEY_FILE_H
#define SERVICE_KEY_FILE_H

#include "base/arena.h"
#include "service/keyring.h"

struct generations {
	struct key	 key[KEY_GENERATIONS_MAX];
	size_t		 count;
};

NONNULL const char	*key_file_path(struct arena *, const struct config *, enum key_purpose);

struct key		 key_new(void);				/* of this second */
NONNULL const char	*key_line(struct arena *, const struct key *);

/* False, with nothing in *out, when the file is missing, unreadable or malformed. */
MUST_CHECK bool		 key_file_read(struct arena *, const char *path, struct generations *out);
void			 generations_forget(struct generations *);	/* wipes */

/* Which of them is used for new work: the newest that has settled, else the first. */
size_t			 generations_current(const struct generations *, int64_t now);

/*
 * Puts these generations in the file's place: a reader finds the old file or the new one, whenever this
 * ends, and owner, group, mode and access list stay.  One at a time, under key_files_lock.  False with
 * *why in the arena.
 */
MUST_CHECK bool		 key_file_replace(struct arena *, const char *path, const struct generations *,
			    const char **why);

#define KEY_LOCK_WAIT	10	/* seconds */

/* A descriptor that holds the lock until it is closed; -1 with *why when somebody else has it. */
MUST_CHECK int		 key_files_lock(struct arena *, const struct config *, const char **why);

#endif
