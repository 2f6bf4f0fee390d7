/* SPDX-License-Identifier: MIT */
/* entra_endpoints.h - where Entra is, from its discovery documents, pinned to the authority */
#ifndef SERVICE_ENTRA_ENDPOINTS_H
#define SERVICE_ENTRA_ENDPOINTS_H

#include "service/request.h"

struct entra_endpoints {
	const char	*issuer;		/* v2 */
	const char	*authorization_endpoint;
	const char	*token_endpoint;
	const char	*jwks_uri;
};

/*
 * Those of a tenant; NULL is the configuration's own, which may be organizations or common: their
 * issuer is a template.  TEMPORARILY_UNAVAILABLE when Entra cannot be asked and nothing is known.
 * Needs the cache key.
 */
MUST_CHECK enum oauth_error entra_endpoints(struct request *, const char *tenant,
		    struct entra_endpoints *);

/* The issuer of that tenant's version 1.0 tokens, from the v1 document. */
MUST_CHECK enum oauth_error entra_issuer_v1(struct request *, const char *tenant,
		    const char **issuer);

/*
 * Where browsers are sent to sign in and out, for authorize (which fetches both), consent, account
 * and logout (which only read).  Needs no key.  TEMPORARILY_UNAVAILABLE when it is not known.
 */
MUST_CHECK enum oauth_error entra_authorization_endpoint(struct request *, const char **url);
MUST_CHECK enum oauth_error entra_end_session_endpoint(struct request *, const char **url);

/* The authority as an origin, for policies. */
NONNULL const char	*entra_authority_origin(struct request *);

/*
 * True for an issuer of version 2.0 tokens at the authority, whatever its tenant; the issuer of
 * version 1.0, at a host of its own, is none.
 */
MUST_CHECK bool	 entra_is_issuer(struct request *, const char *issuer);

#endif
