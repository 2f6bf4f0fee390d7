/* SPDX-License-Identifier: MIT */
/*
 * session_claim.h - how a client's secret opens its session, and what a used one does to it
 *
 * The one place for the rule: the session lives, the secret's wrap opens the data key, and the
 * sealed identity says what the clear columns say.
 */
#ifndef SERVICE_SESSION_CLAIM_H
#define SERVICE_SESSION_CLAIM_H

#include "service/session.h"

struct session_claim {
	struct sid			 sid;		/* of the row that the secret was found under */
	const char			*table;		/* what the wrap is bound to */
	const struct opaque_token	*token;		/* the secret */
	struct wrap			 wrap;
};

/* ABSENT when the claim is none, with *why for the log. */
MUST_CHECK enum stored	 session_claim_open(struct request *, const struct session_claim *,
		    struct session *, struct data_key *, const char **why);

/* A secret came back that had been used: the session ends with the caller's transaction, which is
 * committed here, and the log says what was replayed.  False if the store failed. */
MUST_CHECK bool		 session_claim_replayed(struct request *, struct transaction *,
		    const struct sid *, const char *what);

#endif
