/* SPDX-License-Identifier: MIT */
/*
 * key_rotation.h - a new generation of a key, and the end of those that nobody needs
 *
 * Nobody is signed out: the new generation is used for new work when every process has seen it, and the
 * old ones stay for what they made.  A session moves on by itself when its client refreshes.
 */
#ifndef SERVICE_KEY_ROTATION_H
#define SERVICE_KEY_ROTATION_H

#include "service/key_use.h"

struct key_rotation {
	enum key_purpose	 purpose;
	bool			 add;		/* a new generation, beside dropping what is not needed */
	size_t			 dropped;
	const char		*kid;		/* the new generation's, NULL for none */
};

/*
 * Drops the generations that are not needed, and adds one where that is asked for, in one step; under
 * key_files_lock.  False with *why in the request's arena: nothing was changed then.
 */
MUST_CHECK bool	 key_rotate(struct request *, struct key_rotation *, const char **why);

#endif
