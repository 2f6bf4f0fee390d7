/* SPDX-License-Identifier: MIT */
/* entra_client.h - Entra's token endpoint: one form out, one judged answer back */
#ifndef SERVICE_ENTRA_CLIENT_H
#define SERVICE_ENTRA_CLIENT_H

#include "service/request.h"

#define SETBACK_CREDENTIAL	10	/* seconds */
#define ENTRA_TOKEN_LIFE_MAX	172800	/* seconds: a longer expires_in is cut */
#define ENTRA_HURRY		2	/* seconds for a call that nobody waits for */
#define ENTRA_EARLY		300	/* seconds before expiry, where Entra says nothing else */

enum entra_outcome {
	ENTRA_GRANTED,
	ENTRA_REFUSED,		/* invalid_grant: this code, token or person is done */
	ENTRA_INTERACTION,	/* the person must do something at Entra: MFA, consent, policy */
	ENTRA_MISCONFIGURED,	/* the application, its credential or its permissions */
	ENTRA_UNAVAILABLE,	/* down, slow, throttling, talking nonsense: try later */
};

struct entra_call {
	const char		*tenant;	/* whose token endpoint; NULL: the configuration's */
	const struct config_app	*app;		/* who asks; NULL: the one that signs people in */
	const char		*claims;	/* demanded; NULL for none */
	bool			 once;		/* never asked again in the same words: nothing to remember */
	bool			 hurried;	/* nobody needs the answer: ENTRA_HURRY seconds, and no second try */
};

struct entra_reply {
	const char	*access_token;	/* all NULL or 0 unless granted */
	const char	*refresh_token;	/* "" when Entra gave none */
	const char	*id_token;	/* "" when Entra gave none */
	int64_t		 expires_at;
	int64_t		 renew_at;	/* when to refresh: Entra's refresh_in, or ENTRA_EARLY before expiry */
	const char	*error;		/* Entra's error word, NULL when there was none */
	const char	*claims;	/* what Entra demands of the person, on interaction; may be NULL */
	bool		 silent;	/* unavailable, and there was no answer at all */
};

/* A form to be sent, begun with the grant type. */
struct buf	 entra_form(struct request *, const char *grant_type);
void		 entra_form_add(struct buf *, const char *name, const char *value);

/*
 * Adds the application's credential and posts.  Unless granted, the failure's reason says why in
 * Entra's error word and number; its texts go nowhere.  When unavailable, the failure's retry_after
 * is what Entra said, or 0.
 *
 * A busy Entra is not asked again in the same words before its Retry-After, nor one that refused
 * for SETBACK_SAME seconds, by any process: the answer is the remembered one.  While it does not
 * accept our credential, it is asked every SETBACK_CREDENTIAL seconds.
 */
MUST_CHECK enum entra_outcome entra_token_call(struct request *, const struct entra_call *,
		    struct buf *form, struct entra_reply *);

#endif
