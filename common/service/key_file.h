/* SPDX-License-Identifier: MIT */
/*
 * key_file.h - one purpose's file under state_dir/keys, as it is read; key_replace.h changes it
 *
 * Each purpose has a folder of its own, so that a program can be given it whatever file is in it next.
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

#endif
