/* SPDX-License-Identifier: MIT */
/*
 * client_resolve.h - finding a client whose metadata document may have to be fetched first
 *
 * For authorize alone: everybody else reads what is stored.  A document is kept as HTTP says, between
 * limits of ours; one that was withdrawn is used no longer, one that cannot be reached for a while.
 * Errors are not kept (the draft forbids it), but who cannot be reached is left alone for some seconds.
 */
#ifndef SERVICE_CLIENT_RESOLVE_H
#define SERVICE_CLIENT_RESOLVE_H

#include "service/client.h"

MUST_CHECK enum oauth_error client_resolve(struct request *, const char *client_id, struct client *);

#endif
