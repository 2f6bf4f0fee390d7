/* SPDX-License-Identifier: MIT */
/*
 * hint.h - a word from whoever put something into the store to the process that waits for it
 *
 * A datagram socket in state_dir/run for each process with open streams.  A hint names a stream by
 * its hash and carries nothing else; a lost one costs a second, a false one a look.
 */
#ifndef SERVICE_HINT_H
#define SERVICE_HINT_H

#include "base/arena.h"
#include "base/digest.h"
#include "service/config.h"

struct hint_socket {
	int		 fd;		/* -1: none */
	char		 name[64];	/* in state_dir/run; "" while there is none */
};

/* False when it cannot be made: the store is then looked at once a second and that is all. */
bool		 hint_open(const struct config *, struct hint_socket *);
void		 hint_close(const struct config *, struct hint_socket *);

/* False at the end of what has come.  What is no hint names nobody's stream. */
MUST_CHECK bool	 hint_receive(const struct hint_socket *, uint8_t hash[static SHA256_SIZE]);

/* False when nobody listens there any more. */
bool		 hint_send(const struct config *, const char *name,
		    const uint8_t hash[static SHA256_SIZE]);

#endif
