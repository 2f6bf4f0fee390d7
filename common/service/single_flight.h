/* SPDX-License-Identifier: MIT */
/*
 * single_flight.h - what many requests want at once is done by one of them, in whatever process
 *
 * A flight's name says what is done, for whom, with what.  Whoever gets the lease does it and lands;
 * the others wait for the result, backing off.  A kill at any point is harmless: the lease runs out.
 */
#ifndef SERVICE_SINGLE_FLIGHT_H
#define SERVICE_SINGLE_FLIGHT_H

#include "protocol/opaque_token.h"
#include "service/request.h"

struct flight {
	const char	*name;
	bool		(*look)(struct request *, void *);	/* true when there is a result */
	void		*argument;
	int64_t		 seconds;	/* that it may take; the others wait as long, the lease lasts twice that */
	bool		 impatient;	/* the others do not wait: they have what serves meanwhile */
};

enum boarded {
	FLIGHT_LANDED,		/* look() found a result */
	FLIGHT_OURS,		/* do it, leave the result where look() looks, and land */
	FLIGHT_LATE,		/* another is still at it, or the store failed */
};

MUST_CHECK enum boarded flight_board(struct request *, const struct flight *, struct opaque_token *owner);
void		 flight_land(struct request *, const struct flight *, const struct opaque_token *owner);

#endif
