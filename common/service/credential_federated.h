/* SPDX-License-Identifier: MIT */
/*
 * credential_federated.h - federated-token-file:PATH, an assertion that somebody else renews
 *
 * A platform such as Kubernetes replaces the file before its token expires.  It is read for each call
 * and kept nowhere: reading is cheap, and a copy would outlive what it was copied from.
 */
#ifndef SERVICE_CREDENTIAL_FEDERATED_H
#define SERVICE_CREDENTIAL_FEDERATED_H

#include "service/request.h"

/* What a token of this kind says of itself; unverified, for `sallyport check` alone. */
struct federated_claims {
	const char	*issuer;	/* each NULL where it is absent or no text */
	const char	*subject;
	const char	*audience;
	int64_t		 expires_at;	/* 0: unknown */
};

/* The file's token without the white space behind it.  SERVER_ERROR with the reason when it is no JWS. */
MUST_CHECK enum oauth_error credential_federated(struct request *, const char *path,
		    const char **assertion);

/* False when it is no JWT. */
MUST_CHECK bool	 federated_claims_read(struct arena *, const char *token, struct federated_claims *);

#endif
