/* SPDX-License-Identifier: MIT */
/*
 * relay_bridge.h - a call whose client and upstream are of different eras
 *
 * Which eras an upstream speaks is asked when somebody needs to know, and kept for a while.  A
 * legacy upstream's session is the gateway's own, one for each session of ours, sealed in the
 * store.
 */
#ifndef SERVICE_RELAY_BRIDGE_H
#define SERVICE_RELAY_BRIDGE_H

#include "service/relay.h"

/*
 * Looks whether the call needs a bridge.  False when it is for relay.c to make as it is; else all
 * that follows comes from here.
 */
MUST_CHECK bool	 relay_bridge_begin(struct relay *);
void		 relay_bridge_free(struct relay *);

/* Whether messages are changed on their way to the client. */
MUST_CHECK bool	 relay_bridge_stands(const struct relay *);

/*
 * A message on its way to the client: *text NULL when it is not for the client, *status HTTP's.
 * False when it cannot be judged.
 */
MUST_CHECK bool	 relay_bridge_message(struct relay *, const char *message, size_t n, const char **text,
		    int *status);

/* The upstream took the call: it speaks the client's era. */
void		 relay_bridge_accepted(struct relay *);
/* It answered with 4xx: true when that is no answer yet, and another call is under way. */
MUST_CHECK bool	 relay_bridge_refused(struct relay *, const char *body, size_t n);

#endif
