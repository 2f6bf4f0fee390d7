/* SPDX-License-Identifier: MIT */
/*
 * arc_key.h - the file with which Azure Arc has a program show that it runs on the machine
 *
 * The challenge comes over plain HTTP and names a file that is then sent back: so nothing is believed
 * of it but the name of a key file in the one folder where Arc's agent keeps them.
 */
#ifndef SERVICE_ARC_KEY_H
#define SERVICE_ARC_KEY_H

#include "base/arena.h"

#define ARC_KEY_MAX	4096	/* bytes of a key file */

/* The key for the challenge "Basic realm=FOLDER/NAME.key"; NULL with *why for the log. */
MUST_CHECK const char	*arc_key_read(struct arena *, const char *folder, const char *challenge,
			    const char **why);

#endif
