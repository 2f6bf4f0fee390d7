/* SPDX-License-Identifier: MIT */
/*
 * setback.h - what another has said that need not be asked again before its time, for all processes
 *
 * "Too many requests, come back in a minute", and "no" to a question that would be asked again in
 * the same words.
 */
#ifndef SERVICE_SETBACK_H
#define SERVICE_SETBACK_H

#include "service/request.h"

#define SETBACK_SAME	60	/* seconds: the same question gets the same refusal from here */
#define SETBACK_MAX	3600	/* seconds */
#define SETBACK_BUSY	5	/* seconds, where a busy peer named none */

struct setback {
	int		 outcome;	/* the caller's */
	const char	*reason;	/* for the log */
	int64_t		 seconds;	/* until it may be asked again, 1 at least */
};

/*
 * True when that question need not be asked.  A name is text of any length; it is kept as a hash.  An
 * outcome is from 1 (0 is success, and nobody's setback) to `most`, the caller's last: a row that says
 * anything else, or holds for longer than SETBACK_MAX, is none of ours.
 */
MUST_CHECK bool	 setback_read(struct request *, const char *name, int most, struct setback *);

void		 setback_note(struct request *, const char *name, int outcome, const char *reason,
		    int64_t seconds);

#endif
