/* SPDX-License-Identifier: MIT */
/*
 * membership.h - the groups of a person who is in more than a token holds
 *
 * Above 200 groups Entra leaves them out of its token.  Then Graph is asked, transitively and in
 * the person's name, about the groups that the configuration names, and about no others: the
 * permission User.Read is enough, and the answer small.  It is kept sealed with the session.
 */
#ifndef SERVICE_MEMBERSHIP_H
#define SERVICE_MEMBERSHIP_H

#include "service/session.h"

#define MEMBERSHIP_FRESH	3600	/* seconds that an answer serves */
#define MEMBERSHIP_BATCH	20	/* groups in one question: Graph takes no more */
#define MEMBERSHIP_MAX		200	/* groups that are asked about */

/*
 * *groups is a blank-separated list, "" for none of them.  Without a data key (no session yet)
 * nothing is kept.  TEMPORARILY_UNAVAILABLE or SERVER_ERROR when Graph does not tell: nobody is
 * let in by a guess.  INVALID_TOKEN when Graph demands more of the person first.
 */
MUST_CHECK enum oauth_error membership(struct request *, const struct session *,
		    const struct data_key *, const char *entra_token, const char **groups);

/*
 * True when the session, or what Graph last told, is no older than its silence may last.  When the
 * session began is a clear column: a hint.
 */
MUST_CHECK bool		 membership_was_told(struct request *, const struct session *,
		    const struct data_key *);

#endif
