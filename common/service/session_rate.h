/* SPDX-License-Identifier: MIT */
/*
 * session_rate.h - how often a session may call the MCP endpoints: token buckets in memory
 *
 * Each process counts for itself and nothing is written anywhere; under plain CGI a process is one
 * request, and so nothing is counted.  The table has a fixed size: where a new session finds no room
 * the bucket goes that is nearest to full, so that nobody's flood is forgotten for others' calls.
 */
#ifndef SERVICE_SESSION_RATE_H
#define SERVICE_SESSION_RATE_H

#include "service/request.h"
#include "service/seal.h"

#define SESSION_RATES_SETS	1024
#define SESSION_RATES_WAYS	8	/* sessions of one set */

/* TOO_MANY_REQUESTS, with when to come again. */
MUST_CHECK enum oauth_error session_rate_take(struct request *, const struct sid *);

#endif
