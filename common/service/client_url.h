/* SPDX-License-Identifier: MIT */
/* client_url.h - which URLs of metadata documents, and of clients' keys, are asked for at all */
#ifndef SERVICE_CLIENT_URL_H
#define SERVICE_CLIENT_URL_H

#include "service/request.h"

/*
 * INVALID_CLIENT unless documents are switched on and it is well-formed, of one of metadata_domains
 * and metadata_ports, and not our own.
 */
MUST_CHECK enum oauth_error client_url_check(struct request *, const char *url);

/* Its host and port as the consent page shows them; NULL when it is no such URL. */
MUST_CHECK const char	*client_url_host(struct arena *, const char *url);

#endif
