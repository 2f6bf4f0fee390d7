/* SPDX-License-Identifier: MIT */
/*
 * upstream_session.h - an upstream's Mcp-Session-Id, in a client's hands
 *
 * The client gets it sealed under its own session's data key: nothing is stored, every process
 * reads it, and in anybody else's hands it opens nothing.
 */
#ifndef SERVICE_UPSTREAM_SESSION_H
#define SERVICE_UPSTREAM_SESSION_H

#include "service/seal.h"

#define UPSTREAM_ID_MAX		1024	/* bytes of an upstream's id, and of an endpoint's address */

/* `use` is what it is for: the name of a server, or of an endpoint.  NULL when it is too long. */
MUST_CHECK const char *upstream_session_seal(struct arena *, const struct data_key *,
			    const struct sid *, const char *use, const char *id);

/* NULL unless it was sealed for this use and session. */
MUST_CHECK const char *upstream_session_open(struct arena *, const struct data_key *,
			    const struct sid *, const char *use, const char *sealed);

#endif
