/* SPDX-License-Identifier: MIT */
/* client.h - the clients that have registered, RFC 7591 */
#ifndef SERVICE_CLIENT_H
#define SERVICE_CLIENT_H

#include "protocol/client_metadata.h"
#include "service/request.h"

#define CLIENT_ID_MAX	128	/* bytes of a client_id parameter */

struct client {
	const char	*client_id;
	const char	*client_name;	/* "" when it gave none */
	const char	*client_uri;	/* NULL when it gave none */
	bool		 used;		/* somebody has signed in through it */
	struct json_object *redirect_uris;	/* array of strings; release with client_auto */
};

void		 client_auto(struct client *);

/* Registers; *client_id is new.  TEMPORARILY_UNAVAILABLE when `clients` are registered already. */
MUST_CHECK enum oauth_error client_register(struct request *, const struct client_metadata *,
		    const char **client_id);

/* INVALID_CLIENT when it is unknown or its registration ran out. */
MUST_CHECK enum oauth_error client_find(struct request *, const char *client_id, struct client *);
MUST_CHECK bool	 client_allows(struct request *, const struct client *, const char *redirect_uri);

/* Lets a registration that is in use live on; a failure costs nothing but its remaining time. */
void		 client_keep(struct request *, const char *client_id);

/* The store's failure as an answer: 503, with the driver's words for the log alone. */
enum oauth_error store_failed(struct request *);

#endif
