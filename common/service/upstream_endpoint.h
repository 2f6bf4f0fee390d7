/* SPDX-License-Identifier: MIT */
/* upstream_endpoint.h - the address for messages that an upstream of 2024-11-05 names */
#ifndef SERVICE_UPSTREAM_ENDPOINT_H
#define SERVICE_UPSTREAM_ENDPOINT_H

#include "service/config.h"

/*
 * Path and query of what an endpoint event says: a path, or a URL of the upstream's own origin.
 * NULL for anything else: an upstream cannot send our token elsewhere.
 */
MUST_CHECK const char *upstream_endpoint(struct arena *, const struct config_server *,
		    const char *said);

/* The URL at the upstream's own origin. */
NONNULL const char *upstream_endpoint_url(struct arena *, const struct config_server *,
		    const char *path);

#endif
