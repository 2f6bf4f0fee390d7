/* SPDX-License-Identifier: MIT */
/*
 * sse_transport.h - HTTP+SSE of 2024-11-05: /SERVER/sse and /SERVER/message
 *
 * The stream's first event names the address for messages; answers come over the stream.  Before
 * tools of our own and before an upstream of Streamable HTTP the stream is ours (mailbox.h); an
 * upstream of this same transport keeps its own, and its address is sealed into ours.
 */
#ifndef SERVICE_SSE_TRANSPORT_H
#define SERVICE_SSE_TRANSPORT_H

#include "protocol/mcp.h"
#include "service/person.h"

/* GET /SERVER/sse. */
MUST_CHECK enum oauth_error sse_transport_open(struct request *, struct response *,
		    const struct config_server *, const struct access *);

/* POST /SERVER/message?sid=...: NOT_FOUND for a stream that is not this session's. */
MUST_CHECK enum oauth_error sse_transport_post(struct request *, struct response *,
		    const struct config_server *, const struct access *, const struct mcp_post *);

#endif
