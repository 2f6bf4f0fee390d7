/* SPDX-License-Identifier: MIT */
/*
 * browser.h - what binds a sign-in to one browser: cookies, and the form's proof
 *
 * Names begin with __Host-, or with __Secure- and public_url's path where it has one.  All are
 * Secure, HttpOnly and SameSite=Lax.
 */
#ifndef SERVICE_BROWSER_H
#define SERVICE_BROWSER_H

#include "protocol/opaque_token.h"
#include "service/request.h"

#define BROWSER_TRANSACTIONS_MAX	8	/* transaction cookies that one browser keeps */

/* The browser's own cookie, made and set when it has none. */
struct opaque_token	 browser_cookie(struct request *, struct response *);
MUST_CHECK bool		 browser_cookie_read(struct request *, struct opaque_token *);

/* HMAC over the browser and what its page shows, under the browser key, as text; NULL without the
 * key. */
MUST_CHECK const char	*browser_csrf(struct request *, const struct opaque_token *browser,
			    const char *binding);
/* Whether it was made so, under whatever generation of the key: a page may stand open while the key
 * is rotated. */
MUST_CHECK bool		 browser_csrf_is_ours(struct request *, const struct opaque_token *browser,
			    const char *binding, const char *csrf);

/* One cookie per transaction, named after the transaction's hash. */
void			 browser_transaction_set(struct request *, struct response *,
			    const uint8_t id_hash[static SHA256_SIZE], const struct opaque_token *cookie);
MUST_CHECK bool		 browser_transaction_read(struct request *,
			    const uint8_t id_hash[static SHA256_SIZE], struct opaque_token *);
void			 browser_transaction_clear(struct request *, struct response *,
			    const uint8_t id_hash[static SHA256_SIZE]);

/* Who is signed in to the page of their clients: account_session.h. */
void			 browser_account_set(struct request *, struct response *,
			    const struct opaque_token *);
MUST_CHECK bool		 browser_account_read(struct request *, struct opaque_token *);
void			 browser_account_clear(struct request *, struct response *);

/* A word of ours for the page that comes next and for none after it, which no link can put there. */
void			 browser_note_set(struct request *, struct response *, const char *word);
/* NULL when there is none. */
MUST_CHECK const char	*browser_note_take(struct request *, struct response *);

/* True unless the headers say that another site sent the form: Origin and Sec-Fetch-Site. */
MUST_CHECK bool		 browser_sent_by_ourselves(const struct request *);

#endif
