/* SPDX-License-Identifier: MIT */
/*
 * account_session.h - who is signed in to the page of their own clients
 *
 * Begun by the callback with a random cookie of its own, so that a cookie from elsewhere is never
 * taken up; ended by its person, by the administrator, by Entra's sign-out, or after limits.account.
 * The row holds the cookie's hash, and who it is sealed under cookie and browser key: whoever writes to
 * the database is nobody else.  In the clear are the ids alone, as a session's are, to be found by.
 */
#ifndef SERVICE_ACCOUNT_SESSION_H
#define SERVICE_ACCOUNT_SESSION_H

#include "protocol/entra_token.h"
#include "protocol/opaque_token.h"
#include "service/request.h"
#include "service/session_revoke.h"
#include "service/store.h"

struct account_session {
	struct opaque_token	 token;		/* the browser's cookie */
	const char		*tenant_id;
	const char		*object_id;
	const char		*subject;	/* see session_subject */
	const char		*name;		/* for display; "" when Entra gave none */
	const char		*username;	/* the same */
	int64_t			 expires_at;
};

/* Signs the person in, in place of whom the browser's cookie stands for; sets the cookie. */
MUST_CHECK enum oauth_error account_session_begin(struct request *, struct response *,
		    const struct entra_identity *);

/* Whom the browser's cookie stands for; ABSENT when nobody, any more. */
MUST_CHECK enum stored account_session_find(struct request *, struct account_session *);

/* Signs out, and takes the cookie back. */
MUST_CHECK enum oauth_error account_session_end(struct request *, struct response *,
		    const struct account_session *);

/* As session_revoke_batch, of the persons that are meant: one statement ends a batch. */
MUST_CHECK bool	 account_session_revoke_batch(struct request *, struct session_revocation *);

#endif
