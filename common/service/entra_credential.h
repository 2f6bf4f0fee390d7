/* SPDX-License-Identifier: MIT */
/*
 * entra_credential.h - how we prove to Entra who we are, made or looked up anew for each call
 *
 * certificate:PATH[,PATH] signs an assertion, managed-identity has the platform give one,
 * federated-token-file:PATH holds one, secret-file:PATH holds a secret in one line.  No assertion is
 * a constant: a file counts as it is now, and a kept token only until its time is over.
 */
#ifndef SERVICE_ENTRA_CREDENTIAL_H
#define SERVICE_ENTRA_CREDENTIAL_H

#include "service/request.h"

/*
 * Appends the credential's parameters to a form for this token endpoint; `now` is Entra's clock, in
 * seconds.  TEMPORARILY_UNAVAILABLE when a managed identity's source cannot be asked just now,
 * SERVER_ERROR when the credential does not serve; the reason is set.
 */
MUST_CHECK enum oauth_error entra_credential_add(struct request *, const struct config_app *,
		    const char *token_endpoint, int64_t now, bool hurried, struct buf *form);

#endif
