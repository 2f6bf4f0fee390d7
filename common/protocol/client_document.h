/* SPDX-License-Identifier: MIT */
/*
 * client_document.h - a client id metadata document: what a client publishes of itself
 *
 * draft-ietf-oauth-client-id-metadata-document section 4, with MCP's rules: the document is found at
 * the client_id, so who controls that address speaks for the client, and for no other.
 */
#ifndef PROTOCOL_CLIENT_DOCUMENT_H
#define PROTOCOL_CLIENT_DOCUMENT_H

#include "protocol/client_metadata.h"

#define CLIENT_DOCUMENT_MAX	5120	/* bytes, as the draft recommends */

struct client_document {
	struct client_metadata	 metadata;
	bool			 private_key_jwt;	/* else it is a public client */
	const char		*jwks;			/* the keys, where they stand in the document; NULL */
	const char		*jwks_uri;		/* where they are else; NULL */
};

/*
 * client_id must be `url` byte for byte; client_name and redirect_uris must be there; no secret and
 * no way to authenticate by one.  A client_uri of another origin is left out: nobody vouches for it.
 */
MUST_CHECK enum oauth_error client_document_read(struct arena *, struct json_object *, const char *url,
		    const char *const *schemes, struct client_document *out, struct failure *);

#endif
