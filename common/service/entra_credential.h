/* SPDX-License-Identifier: MIT */
/*
 * entra_credential.h - how we prove to Entra who we are, made fresh for each call
 *
 * certificate:PATH signs a client assertion (RFC 7523 section 2.2) with PS256 and x5t#S256;
 * secret-file:PATH sends the file's one line.  Both files are read when needed, so that a new one
 * counts at once.
 */
#ifndef SERVICE_ENTRA_CREDENTIAL_H
#define SERVICE_ENTRA_CREDENTIAL_H

#include "service/request.h"

#define ENTRA_ASSERTION_LIFE	300	/* seconds */

/* Appends the credential's parameters to a form for this token endpoint; `now` is Entra's clock.  SERVER_ERROR with the
 * reason set when file or key are not usable. */
MUST_CHECK enum oauth_error entra_credential_add(struct request *, const struct config_app *,
		    const char *token_endpoint, int64_t now, struct buf *form);

#endif
