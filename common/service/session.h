/* SPDX-License-Identifier: MIT */
/*
 * session.h - one signed-in person at one client
 *
 * The row's clear columns are indexes.  What decides about rights is sealed beside them under the
 * session's data key and compared on each grant and each tool call: whoever writes to the database
 * becomes nobody else.
 */
#ifndef SERVICE_SESSION_H
#define SERVICE_SESSION_H

#include "service/request.h"
#include "service/seal.h"
#include "service/store.h"

#define SESSION_STEP_UP		60	/* seconds */
#define ENTRA_WORD_LASTS	3600	/* seconds that Entra's word on a person stands */
#define ENTRA_WORD_MOST		86400	/* seconds of Entra's silence after which a person is served no more */
#define ENTRA_SILENCE_MAX	7200	/* seconds that a stream lasts after entra_until */
#define SESSION_USED_EVERY	60	/* seconds: last_used_at is written at most so often */

struct session {
	struct sid	 sid;
	const char	*client_id;
	const char	*resource;
	const char	*scope;
	const char	*subject;	/* opaque, stable for a person at this issuer */
	const char	*tenant_id;
	const char	*object_id;
	int64_t		 created_at;
	struct bytes	 entra_sid;	/* see entra_sid.h; written, and never read back */
	int64_t		 expires_at;
	int64_t		 last_used_at;
	int64_t		 entra_until;	/* from then on Entra is asked again about the person: a hint */
};

/* Entra's own, sealed in the session's row; never anywhere else. */
struct entra_tokens {
	const char	*access_token;
	const char	*refresh_token;	/* "" when Entra gave none */
	int64_t		 expires_at;	/* of the access token */
	int64_t		 renew_at;	/* from then on it is refreshed */
	int64_t		 asked_at;	/* when Entra gave it: its last word on the person */
};

/* The subject that a person has here: SHA-256 over issuer, tenant and object id, as base64url. */
NONNULL char	*session_subject(struct request *, const char *tenant_id, const char *object_id);

/* A session that was last used then or before is over. */
int64_t		 session_idle_since(const struct request *);

/* Inserts the row with its sealed columns; within the caller's transaction. */
MUST_CHECK enum stored session_insert(struct request *, const struct session *,
		    const struct data_key *, const struct entra_tokens *);

/* The living session of that id, and its sealed identity. */
MUST_CHECK enum stored session_get(struct request *, const struct sid *, struct session *,
		    struct bytes *identity);

/* True when the sealed identity says what the clear columns say. */
MUST_CHECK bool	 session_identity_agrees(struct request *, const struct session *,
		    const struct data_key *, struct bytes identity);

/*
 * STORED while it has neither ended nor expired, nor been idle for too long, and entra_until is not
 * past by ENTRA_SILENCE_MAX.
 */
MUST_CHECK enum stored session_alive(struct request *, const struct sid *);

MUST_CHECK enum stored session_entra_tokens(struct request *, const struct session *,
		    const struct data_key *, struct entra_tokens *);

/*
 * Ends it: every wrap and sealed column is erased, tokens and codes go, the hashes of refresh
 * tokens stay to be recognised.  Within the caller's transaction.  Cannot be undone.
 */
MUST_CHECK enum stored session_end(struct request *, const struct sid *);

/* The same in a transaction of its own; `why` is logged with the session's public id. */
void		 session_end_now(struct request *, const struct sid *, const char *why);

/*
 * The client must ask its user for more.  Clients answer 403 by refreshing first, and give up when
 * that changes nothing: so their next refresh is refused, once and for SESSION_STEP_UP seconds,
 * without ending the session, and they open the browser.
 */
void		 session_step_up(struct request *, const struct sid *);
/* When Entra is to be asked about the person again, as these say. */
int64_t		 session_entra_until(const struct entra_tokens *);
/* The clear hint of that time. */
void		 session_ask_entra_at(struct request *, const struct sid *, int64_t when);
/* Within the caller's transaction: STORED when this refresh is the one to be refused. */
MUST_CHECK enum stored session_step_up_take(struct request *, const struct sid *);

/* A refresh lease: true for the one who may ask Entra now. */
MUST_CHECK bool	 session_lease(struct request *, const struct sid *, const struct opaque_token *owner,
		    int64_t seconds);
void		 session_release(struct request *, const struct sid *, const struct opaque_token *owner);
/* Stores and releases, only if the lease is still the owner's. */
MUST_CHECK enum stored session_store_entra_tokens(struct request *, const struct session *,
		    const struct data_key *, const struct opaque_token *owner,
		    const struct entra_tokens *);

#endif
