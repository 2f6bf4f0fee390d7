/* SPDX-License-Identifier: MIT */
/*
 * access_token.h - the session token that a client holds: a JWT that holds only a reference
 *
 * typ at+jwt (RFC 9068), HS256.  `jti` is the secret from which the data key's wrap is derived: it
 * is stored only as hash and never logged.  A forged or expired token dies before the store is
 * asked.
 */
#ifndef SERVICE_ACCESS_TOKEN_H
#define SERVICE_ACCESS_TOKEN_H

#include "service/session.h"

/* What the token endpoint answers with, RFC 6749 section 5.1. */
struct grant {
	const char	*access_token;
	int64_t		 expires_in;	/* seconds */
	const char	*refresh_token;
	const char	*scope;
	struct sid	 sid;		/* of its session: for the audit */
};

struct access {
	struct session		 session;
	const char		*scope;		/* of the token: within the session's */
	int64_t			 issued_at, expires_at;
	struct opaque_token	 jti;
	struct wrap		 wrap;
};

/*
 * Mints a token for the session and inserts its row, within the caller's transaction.  `refresh`
 * is the refresh token issued beside it; `confirms` is the hash of the rotation's predecessor that
 * the first use of this token confirms, NULL for none.
 */
MUST_CHECK enum oauth_error access_token_issue(struct request *, const struct session *,
		    const struct data_key *, const char *scope, const struct opaque_token *refresh,
		    const uint8_t *confirms, struct grant *);

/*
 * Verifies a bearer token for one resource and finds its living session: one HMAC, one statement.
 * INVALID_TOKEN for whatever is wrong with it, without telling what; the log's reason does.
 */
MUST_CHECK enum oauth_error access_token_verify(struct request *, const char *token,
		    const char *resource, struct access *);

/* The session's data key, opened with the token; ABSENT when the rows were tampered with. */
MUST_CHECK enum stored access_token_unseal(struct request *, const struct access *, struct data_key *);

/* The hash that a token's row stands under, read without judging it; for revocation. */
MUST_CHECK bool	 access_token_hash(struct request *, const char *token, uint8_t out[static SHA256_SIZE]);

#endif
