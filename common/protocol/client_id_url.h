/* SPDX-License-Identifier: MIT */
/* client_id_url.h - client ids that are the URL of a metadata document, and the URL of its keys */
#ifndef PROTOCOL_CLIENT_ID_URL_H
#define PROTOCOL_CLIENT_ID_URL_H

#include "protocol/uri.h"

#define CLIENT_ID_URL_MAX	512	/* bytes */

/* Whether it looks like one; ids of ours never do. */
MUST_CHECK bool	 client_id_is_url(const char *client_id);

/*
 * draft-ietf-oauth-client-id-metadata-document section 3: https with a host and a path, without
 * user information, fragment and dot segments (escaped ones included).  Scheme and host are in
 * lower case and a numeric host is an address in its usual notation, so that a client has one id.
 */
MUST_CHECK bool	 client_id_url_read(struct arena *, const char *, struct uri *out);

#endif
