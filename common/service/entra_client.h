/* SPDX-License-Identifier: MIT */
/* entra_client.h - Entra's token endpoint: one form out, one judged answer back */
#ifndef SERVICE_ENTRA_CLIENT_H
#define SERVICE_ENTRA_CLIENT_H

#include "service/request.h"

#define ENTRA_TOKEN_LIFE_MAX	172800	/* seconds: a longer expires_in is cut */

enum entra_outcome {
	ENTRA_GRANTED,
	ENTRA_REFUSED,		/* invalid_grant: this code, token or person is done */
	ENTRA_INTERACTION,	/* the person must do something at Entra: MFA, consent, policy */
	ENTRA_MISCONFIGURED,	/* the application, its credential or its permissions */
	ENTRA_UNAVAILABLE,	/* down, slow, throttling, talking nonsense: try later */
};

struct entra_reply {
	const char	*access_token;	/* all NULL or 0 unless granted */
	const char	*refresh_token;	/* "" when Entra gave none */
	const char	*id_token;	/* "" when Entra gave none */
	int64_t		 expires_at;
	const char	*error;		/* Entra's error word, NULL when there was none */
	int64_t		 retry_after;	/* seconds, when unavailable; 0 when Entra did not say */
};

/* A form to be sent, begun with the grant type. */
struct buf	 entra_form(struct request *, const char *grant_type);
void		 entra_form_add(struct buf *, const char *name, const char *value);

/*
 * Adds the credential and posts.  Unless granted, the failure's reason says why in Entra's error
 * word and number; its texts go nowhere.
 */
MUST_CHECK enum entra_outcome entra_token_call(struct request *, struct buf *form,
		    struct entra_reply *);

#endif
