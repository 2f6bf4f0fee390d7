/* SPDX-License-Identifier: MIT */
/*
 * rate.h - how often somebody may ask: token buckets in the store, for all processes together
 *
 * A row of the table in rate.c is an endpoint and whose bucket: an address's, an IPv6 network's, a
 * client's, everyone's.  Nothing is taken where any of them is empty.  Where the store fails all come
 * in: an endpoint that has buckets can do nothing without the store itself.
 */
#ifndef SERVICE_RATE_H
#define SERVICE_RATE_H

#include "protocol/address.h"
#include "service/request.h"

/* TOO_MANY_REQUESTS, with when to come again.  For an endpoint's `admit`. */
MUST_CHECK enum oauth_error rate_take(struct request *);

/* The same for the client, once rq->client_id is one that is registered. */
MUST_CHECK enum oauth_error rate_take_client(struct request *);

/* Who asks, as the web server says, or proxies that are trusted; false where nobody says. */
MUST_CHECK bool	 rate_address(const struct request *, struct address *);

#endif
