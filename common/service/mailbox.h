/* SPDX-License-Identifier: MIT */
/*
 * mailbox.h - the event stream of the transport of 2024-11-05: answers to messages that are posted
 * elsewhere, by way of the store
 *
 * Whichever process takes a message, its answer reaches the stream.  A waiting stream costs
 * nothing: its process is hinted at, and looks once a second, for all of its streams at once, for
 * what a lost hint left behind.
 */
#ifndef SERVICE_MAILBOX_H
#define SERVICE_MAILBOX_H

#include "service/mailbox_store.h"
#include "service/relay.h"

#define MAILBOX_LOOK_EVERY	1000	/* milliseconds */
#define MAILBOX_PULL_AGAIN	5000	/* milliseconds, before an upstream's own stream is asked for again */

/*
 * Leaves the answer to a stream whose first event is the endpoint, a path of this origin.  `pull`
 * is how an upstream's own stream is asked for; NULL: there is none.
 */
MUST_CHECK enum oauth_error mailbox_begin(struct request *, const struct response *,
			    const struct config_server *, const struct session *,
			    const struct data_key *, const struct relay_plan *pull);

#endif
