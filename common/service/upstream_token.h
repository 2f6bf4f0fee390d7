/* SPDX-License-Identifier: MIT */
/* upstream_token.h - what an upstream is given to know the person by: never the client's own token */
#ifndef SERVICE_UPSTREAM_TOKEN_H
#define SERVICE_UPSTREAM_TOKEN_H

#include "service/person.h"
#include "service/relay.h"

/* Whether a request to this server needs Entra's token for us, for the upstream or for a rule. */
MUST_CHECK bool	 upstream_token_wants_entra(const struct config_server *);

/*
 * The token, NULL for none and for one that is a header of a file, which is in the plan then.  The
 * plan learns how a refusal of the token is answered.  FORBIDDEN when Entra wants the person to do
 * more, TEMPORARILY_UNAVAILABLE when Entra is.
 */
MUST_CHECK enum oauth_error upstream_token(struct request *, const struct config_server *,
		    const struct person *, struct relay_plan *, const char **token);

#endif
