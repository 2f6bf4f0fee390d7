/* SPDX-License-Identifier: MIT */
/* client_metadata.h - RFC 7591 section 2: what a client says of itself when it registers */
#ifndef PROTOCOL_CLIENT_METADATA_H
#define PROTOCOL_CLIENT_METADATA_H

#include "base/buf.h"
#include "protocol/json.h"
#include "protocol/oauth.h"

#define CLIENT_NAME_MAX		128	/* bytes */
#define CLIENT_URI_MAX		512	/* bytes */
#define CLIENT_REDIRECT_URIS_MAX 16

struct client_metadata {
	const char	*client_name;		/* "" when the client gives none; unverified */
	const char	*client_uri;		/* NULL when absent; http or https */
	const char	*application_type;	/* native or web, NULL when absent */
	const char	*redirect_uri[CLIENT_REDIRECT_URIS_MAX];
	size_t		 redirect_uris;		/* at least one */
};

/*
 * Reads a registration request.  Unknown members are ignored (section 2); grant and response types
 * must allow the code flow; whatever authentication is asked for, the client is registered with
 * "none" and told so (section 3.2.1 lets a server replace values).
 */
MUST_CHECK enum oauth_error client_metadata_read(struct arena *, struct json_object *,
		    const char *const *schemes, struct client_metadata *out, struct failure *);

/* Section 3.2.1: the registered metadata with its client_id, as JSON. */
void		 client_metadata_response(struct buf *, const char *client_id, int64_t issued_at,
		    const struct client_metadata *);

#endif
