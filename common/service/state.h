/* SPDX-License-Identifier: MIT */
/* state.h - the state directory: made by `sallyport init`, never by a program of the web */
#ifndef SERVICE_STATE_H
#define SERVICE_STATE_H

#include "service/config.h"

/*
 * Makes what is missing and leaves the rest: state_dir 3770, keys 2750 with one file per purpose
 * (0640), run 3770, the database (0660) with all migrations.  The sticky bit keeps a program of the
 * group from putting keys of its own in their place.  All of it goes to `group` where that
 * is not NULL.  False with *why set to one line.
 */
MUST_CHECK bool	 state_init(const struct config *, const char *group, const char **why);

#endif
