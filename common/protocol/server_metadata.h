/* SPDX-License-Identifier: MIT */
/* server_metadata.h - RFC 8414: what the authorization server tells of itself */
#ifndef PROTOCOL_SERVER_METADATA_H
#define PROTOCOL_SERVER_METADATA_H

#include "base/buf.h"

struct server_metadata {
	const char	*issuer;		/* public_url, byte by byte */
	bool		 registration;		/* RFC 7591 is served */
	bool		 documents;		/* client ids may be URLs of metadata documents */
	bool		 secrets;		/* some client has a secret */
	bool		 keys;			/* some client may sign assertions */
	bool		 introspection;		/* RFC 7662 is served to somebody */
	bool		 openid;		/* the OpenID form: SDKs refuse it without three members */
};

/*
 * Writes the JSON document.  The OpenID form (OpenID Connect Discovery 1.0 section 3) names an
 * empty key set, "public" subjects and RS256: no ID token is ever issued, and no scope is openid.
 */
void		 server_metadata(struct buf *, const struct server_metadata *);

/* Where the empty key set is, below the issuer. */
#define SERVER_METADATA_KEYS	"/.well-known/openid-configuration/keys"

#endif
