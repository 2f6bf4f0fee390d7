/* SPDX-License-Identifier: MIT */
/*
 * entra_sid.h - Entra's own session, by which its sign-out finds ours
 *
 * A session's row holds the sid of its ID token only as an HMAC under the logout key, behind that
 * key's kid: who has the database finds neither a sid in it nor the sessions of one.
 */
#ifndef SERVICE_ENTRA_SID_H
#define SERVICE_ENTRA_SID_H

#include "service/request.h"

#define ENTRA_SID_BATCH		100	/* sessions that one transaction ends */
#define ENTRA_SID_BATCHES	100	/* transactions of one sign-out and generation of the key */

/* What session.entra_sid holds for a sid; no data for "".  SERVER_ERROR without the key. */
MUST_CHECK enum oauth_error entra_sid_mark(struct request *, const char *sid, struct bytes *out);

/*
 * Ends every session that was opened with this sid, under whatever generation of the key, and the
 * person's being signed in to the page of their clients.  *ended counts the sessions, those before
 * a failure too.
 */
MUST_CHECK enum oauth_error entra_sid_end(struct request *, const char *sid, int64_t *ended);

#endif
