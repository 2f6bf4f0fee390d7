/* SPDX-License-Identifier: MIT */
/* state.h - the state directory: made by `sallyport init`, never by a program of the web */
#ifndef SERVICE_STATE_H
#define SERVICE_STATE_H

#include "service/config.h"

/* Whose it becomes: the group of that name, groups by what is in them, or both NULL: it stays whose it is. */
struct state_groups {
	const char	*all;
	const char	*apart;		/* a prefix: PREFIX-state, and PREFIX-key-PURPOSE for each key file */
};

/*
 * Makes what is missing and leaves the rest: state_dir 3770, keys 2750 with a folder for each purpose
 * (2750) and a file in it (0640), run 3770, the database and SQLite's files beside it (0660) with all
 * migrations.  The sticky bit keeps a program of the group from putting keys of its own in their place;
 * with groups apart all of it belongs to the caller as well.  False with *why set to one line.
 */
MUST_CHECK bool	 state_init(const struct config *, const struct state_groups *, const char **why);

#endif
