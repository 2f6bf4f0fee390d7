/* SPDX-License-Identifier: MIT */
/*
 * audit.h - who did what through which client: one line per event, to the store, to syslog, to a file
 *
 * The configuration says where.  No event holds a token, a code, a secret, a name or a mail address;
 * reasons are our own words.  What cannot be written is told to the log and fails no request.  Call
 * it outside of a transaction.
 */
#ifndef SERVICE_AUDIT_H
#define SERVICE_AUDIT_H

#include "service/session.h"

enum audit_event {
	AUDIT_CLIENT_REGISTERED,
	AUDIT_SIGN_IN_BEGUN,
	AUDIT_SIGN_IN_APPROVED,
	AUDIT_SIGN_IN_DENIED,
	AUDIT_SIGN_IN_REFUSED,
	AUDIT_SIGNED_IN,
	AUDIT_SIGNED_OUT,
	AUDIT_ACCOUNT_OPENED,
	AUDIT_PERSON_REVOKED,
	AUDIT_TOKEN_ISSUED,
	AUDIT_TOKEN_REFRESHED,
	AUDIT_TOKEN_REPLAYED,
	AUDIT_TOKEN_REVOKED,
	AUDIT_SESSION_ENDED,
	AUDIT_STEP_UP_DEMANDED,
	AUDIT_STEP_UP_MET,
	AUDIT_ACCESS_REFUSED,
	AUDIT_RATE_LIMITED,
	AUDIT_KEY_ROTATED,		/* these two: by the command, with a request of its own */
	AUDIT_ADMINISTRATOR_REVOKED,
	AUDIT_EVENTS
};

struct audit_event_info {
	const char	*name;
	bool		 repeats;	/* the same again within a minute is one event, counted */
};

extern const struct audit_event_info audit_events[AUDIT_EVENTS];

/* All but the event may be NULL. */
struct audit {
	enum audit_event	 event;
	const char		*reason;
	const struct session	*session;	/* whose it is; without client_id a person alone */
	const struct sid	*sid;		/* the same, to be looked up: one that has ended too */
	const char		*client_id;	/* else the session's, else the request's */
	const char		*server;	/* else the session's */
	const char		*tool;
};

void		 audit(struct request *, const struct audit *);

/* Of a session that is known by its id alone. */
void		 audit_sid(struct request *, enum audit_event, const struct sid *, const char *reason);

#endif
