/* SPDX-License-Identifier: MIT */
/*
 * seal.h - the two layers of sealing
 *
 * A session has one random data key.  It is stored only wrapped, once per live secret of a client:
 * wrapping key = HKDF-SHA-256(ikm = the secret, salt = a server key, info = table and kid).  So
 * the database opens nothing without the key files, nor do both without a token in somebody's hand.
 */
#ifndef SERVICE_SEAL_H
#define SERVICE_SEAL_H

#include "base/aead.h"
#include "protocol/opaque_token.h"
#include "service/keyring.h"

#define SID_SIZE	16	/* bytes of a session id */

struct data_key {
	uint8_t		 key[AEAD_KEY_SIZE];
};

struct sid {
	uint8_t		 id[SID_SIZE];
};

struct wrap {
	const char	*kid;		/* the server key's generation */
	struct bytes	 sealed;
};

struct data_key	 data_key_new(void);
struct sid	 sid_new(void);
NONNULL char	*sid_text(struct arena *, const struct sid *);		/* 32 hexadecimal digits */
MUST_CHECK bool	 sid_read(const char *text, struct sid *);
struct bytes	 sid_bytes(struct arena *, const struct sid *);		/* for binding */
MUST_CHECK bool	 sid_from_bytes(struct bytes, struct sid *);		/* as a column holds it */

/* Wraps for the holder of `token`, whose row stands in `table`.  False without the server's key. */
MUST_CHECK bool	 seal_wrap(struct arena *, struct keyring *, const char *table,
		    const struct opaque_token *token, const struct sid *, const struct data_key *,
		    struct wrap *out);
/* False unless token, table, session, key generation and wrap belong together. */
MUST_CHECK bool	 seal_unwrap(struct arena *, struct keyring *, const char *table,
		    const struct opaque_token *token, const struct sid *, const struct wrap *,
		    struct data_key *out);

/* One column of a session's rows; `column` is "table.column" and authenticated with the sid. */
struct bytes	 seal_column(struct arena *, const struct data_key *, const char *column,
		    const struct sid *, const char *text);
MUST_CHECK const char *seal_open_column(struct arena *, const struct data_key *, const char *column,
		    const struct sid *, struct bytes sealed);

/*
 * Something for whoever holds `holder` alone, outside any session: a transaction's nonce and
 * verifier under its cookie, a successor under its predecessor.
 */
MUST_CHECK bool	 seal_for_holder(struct arena *, struct keyring *, enum key_purpose,
		    const char *column, const struct opaque_token *holder, const void *, size_t n,
		    struct bytes *out);
MUST_CHECK bool	 seal_open_for_holder(struct arena *, struct keyring *, enum key_purpose,
		    const char *column, const struct opaque_token *holder, struct bytes sealed,
		    struct bytes *out);

/*
 * Something of the server's own, which key files and database together open: `context` names table
 * and row.
 */
MUST_CHECK bool	 seal_for_server(struct arena *, struct keyring *, enum key_purpose,
		    const char *context, const char *text, struct bytes *out);
/* NULL unless key, context and message belong together. */
MUST_CHECK const char *seal_open_for_server(struct arena *, struct keyring *, enum key_purpose,
		    const char *context, struct bytes sealed);

#endif
