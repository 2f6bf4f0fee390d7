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

/*
 * A message for a stream of this very process, past the store; false when it is not one.  From the
 * streams' thread alone.  mailbox_full: who sends much waits, and is resumed when it has gone down.
 */
MUST_CHECK bool	 mailbox_hand(struct stream *from, const uint8_t hash[static SHA256_SIZE],
		    const char *message, size_t n);
MUST_CHECK bool	 mailbox_full(struct stream *from, const uint8_t hash[static SHA256_SIZE]);

#endif
