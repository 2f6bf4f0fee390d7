/* SPDX-License-Identifier: MIT */
/*
 * session_revoke.h - the sessions that somebody means are ended, a batch at a time
 *
 *	struct session_revocation r = { .of = ..., .event = ..., .reason = ... };
 *
 *	while (!r.over)
 *		if (!session_revoke_batch(rq, &r))
 *			...
 *
 * In the order of their ids, so that it ends: what begins meanwhile is not meant.  Those that ran out
 * are ended too, so that no change of a limit brings them back; but nobody counts them.
 */
#ifndef SERVICE_SESSION_REVOKE_H
#define SERVICE_SESSION_REVOKE_H

#include "service/audit.h"
#include "service/session_selection.h"

#define SESSION_BATCH	100	/* sessions ended in one transaction */

struct session_revocation {
	struct session_selection	 of;
	enum audit_event		 event;		/* one for each session */
	const char			*reason;
	int64_t				 ended;		/* those that lived, so far */
	bool				 over;

	/* From here on session_revoke.c's own: where the next batch begins. */
	struct sid			 after;
	size_t				 after_len;	/* 0: at the first */
};

/* One transaction.  False when the store fails; what was ended before is counted. */
MUST_CHECK bool	 session_revoke_batch(struct request *, struct session_revocation *);

#endif
