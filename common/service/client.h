/* SPDX-License-Identifier: MIT */
/*
 * client.h - the clients: registered (RFC 7591), known by a metadata document, or configured
 *
 * The first two have a row each; a configured one is read from the configuration alone.
 */
#ifndef SERVICE_CLIENT_H
#define SERVICE_CLIENT_H

#include "protocol/client_metadata.h"
#include "service/request.h"

#define CLIENT_ID_MAX	512	/* bytes of a client_id parameter: CLIENT_ID_URL_MAX */

struct client {
	const char	*client_id;
	const char	*client_name;	/* "" when it gave none */
	const char	*client_uri;	/* NULL when it gave none */
	bool		 used;		/* somebody has signed in through it */
	const char	*host;		/* of its metadata document, with the port; NULL: it has none */
	const char	*jwks;		/* the keys of one that signs assertions; NULL: see configured */
	const struct config_client *configured;	/* NULL for the others */
	struct json_object *redirect_uris;	/* array of strings; release with client_auto */
};

void		 client_auto(struct client *);

/* Registers; *client_id is new.  TEMPORARILY_UNAVAILABLE when `clients` are registered already. */
MUST_CHECK enum oauth_error client_register(struct request *, const struct client_metadata *,
		    const char **client_id);

/*
 * INVALID_CLIENT when it is unknown, its registration ran out, or documents of its host are no
 * longer taken.  A metadata document is never fetched here: see client_resolve.h.
 */
MUST_CHECK enum oauth_error client_find(struct request *, const char *client_id, struct client *);
MUST_CHECK bool	 client_allows(struct request *, const struct client *, const char *redirect_uri);

/* What it may be given of the scopes that a server knows, blank-separated. */
NONNULL const char *client_scope_known(struct request *, const struct client *, const char *known);

/* redirect_uris as a row has them. */
NONNULL const char *client_redirect_uris_json(struct arena *, const struct client_metadata *);

/* Lets a registration that is in use live on; a failure costs nothing but its remaining time. */
void		 client_keep(struct request *, const char *client_id);

#endif
