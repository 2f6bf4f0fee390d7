/* SPDX-License-Identifier: MIT */
/* audit_store.h - the table of events: bounded by age and by number; see audit.h */
#ifndef SERVICE_AUDIT_STORE_H
#define SERVICE_AUDIT_STORE_H

#include "service/audit_record.h"
#include "service/session.h"

/* Whose a session is, or was. */
MUST_CHECK enum stored audit_store_session(struct request *, const struct sid *, struct session *);

/*
 * Writes it down, in a quick transaction of its own.  One that repeats is counted where the same
 * happened within the minute; *times says how often.  False with *why set if the store failed.
 */
MUST_CHECK bool	 audit_store_put(struct request *, const struct audit_record *, bool repeats,
		    int64_t *times, const char **why);

/* The events since then, oldest first: of one person, by object id or subject, or of all ("").  False
 * if the store failed.  A record lives until the next call of `each`. */
MUST_CHECK bool	 audit_store_list(struct store *, struct arena *, int64_t since, const char *person,
		    void (*each)(const struct audit_record *, void *), void *context);

#endif
