/* SPDX-License-Identifier: MIT */
/*
 * authorization_request.h - the transaction between /authorize and /oauth-callback
 *
 * Its id, Entra's state and the approving browser's cookie are opaque tokens, kept as hashes.
 * Nonce and verifier exist only after the approval, sealed under that cookie.  Used once.
 *
 * The clear columns say who gets the answer, so they are bound: the page's form to what the page
 * showed, and the sealed column to what was approved.  Whoever writes to the database between two
 * steps cannot send one person's answer to somebody else.
 */
#ifndef SERVICE_AUTHORIZATION_REQUEST_H
#define SERVICE_AUTHORIZATION_REQUEST_H

#include "protocol/opaque_token.h"
#include "service/request.h"
#include "service/store.h"

struct authorization_request {
	struct bytes	 id_hash;
	const char	*client_id;
	const char	*redirect_uri;
	const char	*state;			/* the client's; NULL when it sent none */
	const char	*code_challenge;
	const char	*scope;
	const char	*resource;
	bool		 account;		/* for the person's own page: no client, all texts "" */
	const char	*reauthenticates;	/* of whom Entra demanded what, in the second round; NULL: the first */
	struct bytes	 browser_hash;		/* of the browser that approved; no data before */
};

/* What the approval adds, for the way to Entra and back. */
struct entra_round {
	struct opaque_token	 state;
	struct opaque_token	 cookie;
	const char		*nonce;
	const char		*code_verifier;
};

MUST_CHECK enum stored authorization_request_open(struct request *,
		    const struct authorization_request *, struct opaque_token *id);
MUST_CHECK enum stored authorization_request_get(struct request *, const struct opaque_token *id,
		    struct authorization_request *);

/* A digest of all that is asked, its id included; NULL when the row is too long to be ours. */
MUST_CHECK const char *authorization_request_binding(struct request *,
		    const struct authorization_request *);

/* Makes the round and binds it to the browser; ABSENT when another has approved, or it ran out. */
MUST_CHECK enum stored authorization_request_approve(struct request *,
		    const struct authorization_request *, const struct opaque_token *browser,
		    struct entra_round *);

/* The transaction that Entra's state belongs to, and what the cookie must match. */
MUST_CHECK enum stored authorization_request_by_state(struct request *,
		    const struct opaque_token *state, struct authorization_request *,
		    struct bytes *cookie_hash, struct bytes *sealed);

/* Opens nonce and verifier with the browser's cookie; false too when the row is not what was
 * approved. */
MUST_CHECK bool	 authorization_request_unseal(struct request *, const struct authorization_request *,
		    const struct opaque_token *cookie, struct bytes sealed, const char **nonce,
		    const char **code_verifier);

/* STORED for the one who may go on with it. */
MUST_CHECK enum stored authorization_request_close(struct request *, struct bytes id_hash);

#endif
