/* SPDX-License-Identifier: MIT */
/*
 * gateway.h - an MCP server that is somebody else's, behind ours
 *
 * The worker judges the request, gets the token that the upstream is given and leaves the call to
 * a stream; it never waits for the upstream itself.
 */
#ifndef SERVICE_GATEWAY_H
#define SERVICE_GATEWAY_H

#include "protocol/mcp.h"
#include "service/person.h"
#include "service/relay.h"

/* A POST that was read and judged: the body goes on as it came, unless something must be put in. */
MUST_CHECK enum oauth_error gateway_post(struct request *, struct response *,
		    const struct config_server *, const struct access *, const struct mcp_post *);

/*
 * For the transport of 2024-11-05: the stream; a message for an upstream of the same transport,
 * at the address that is sealed in `sid`; one for a mailbox before an upstream of Streamable HTTP.
 */
MUST_CHECK enum oauth_error gateway_events(struct request *, struct response *,
		    const struct config_server *, const struct access *);
MUST_CHECK enum oauth_error gateway_message(struct request *, struct response *,
		    const struct config_server *, const struct access *, const struct mcp_post *,
		    const char *sid);
MUST_CHECK enum oauth_error gateway_mailbox(struct request *, struct response *,
		    const struct config_server *, const struct access *, const struct mcp_post *,
		    const struct relay_mailbox *);

/* GET and DELETE. */
MUST_CHECK enum oauth_error gateway_other(struct request *, struct response *,
		    const struct config_server *, const struct access *);

#endif
