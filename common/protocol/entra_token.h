/* SPDX-License-Identifier: MIT */
/*
 * entra_token.h - what Entra's tokens must say: claims judged, no key, no network
 *
 * The signature is checked by the caller (jws.h, jwk.h); the order of the whole is: split, alg,
 * kid, signature, then one of these.  On failure `why` names the broken rule for the log, without
 * values, and nothing else is written; on success `why` is left alone.  An expectation left NULL
 * refuses every token that the rule applies to.
 */
#ifndef PROTOCOL_ENTRA_TOKEN_H
#define PROTOCOL_ENTRA_TOKEN_H

#include "protocol/json.h"

#define ENTRA_CLOCK_SKEW	300	/* seconds, both ways, as Microsoft's own libraries have it */
#define ENTRA_SID_MAX		128	/* bytes of Entra's session id, which is a GUID so far */

struct entra_expectation {
	const char	*tenant_id;		/* the one tenant, a GUID in lower case */
	const char	*issuer_v2;		/* from discovery, exact */
	const char	*issuer_v1;		/* from v1 discovery, exact; NULL if not known */
	const char	*const *audience;	/* access token: "aud" accepted, NULL at the end */
	const char	*nonce;			/* ID token only */
	const char	*client_id;		/* ID token: aud; both: azp (v1: appid) where present */
	int64_t		 now;			/* seconds */
};

struct entra_identity {
	const char	*tenant_id;		/* tid */
	const char	*object_id;		/* oid */
	const char	*name;			/* display only; "" when absent */
	const char	*username;		/* preferred_username, upn; display only; "" when absent */
	const char	*sid;			/* Entra's session; "" when absent, too long or not printable */
	int64_t		 expires_at;
};

/* OpenID Connect Core 3.1.3.7: ver "2.0" with issuer_v2; aud is client_id, a string; azp where
 * present; exp, nbf, iat; nonce equal (constant time); tid the tenant and oid, both GUIDs. */
MUST_CHECK bool	 entra_id_token_check(struct arena *, struct json_object *claims,
		    const struct entra_expectation *, struct entra_identity *out, const char **why);

/* An access token for us: ver "1.0" with issuer_v1, "2.0" with issuer_v2; aud, a string, in the
 * list; exp, nbf; tid the tenant; a user's: idtyp absent or "user", scp not empty; oid a GUID; azp or appid, where
 * present, client_id. */
MUST_CHECK bool	 entra_access_token_check(struct arena *, struct json_object *claims,
		    const struct entra_expectation *, struct entra_identity *out, const char **why);

/* The tenant that a token names, unverified: whose keys to judge it by.  NULL when it is no GUID. */
MUST_CHECK const char *entra_token_tenant(struct arena *, const char *token);

/* The JOSE header: alg RS256, typ JWT or at+jwt or absent, no crit, kid a string.  False else.
 * `kid` is an arena copy. */
MUST_CHECK bool	 entra_token_header(struct arena *, struct json_object *header, const char **kid,
		    const char **why);

#endif
