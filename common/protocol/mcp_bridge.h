/* SPDX-License-Identifier: MIT */
/*
 * mcp_bridge.h - one era's messages as the other's: 2026-07-28, and 2025-11-25 and before
 *
 * Texts in, texts out; what is not named here stands as it stood in the source.  Nothing can be
 * bridged that needs a question to the client on a stream that is held open for it: capabilities
 * for that are not passed on, and what asks all the same is answered for the client.
 */
#ifndef PROTOCOL_MCP_BRIDGE_H
#define PROTOCOL_MCP_BRIDGE_H

#include "protocol/json.h"

#define MCP_BRIDGE_TEXT_MAX	((size_t)30 * 1024)	/* bytes of instructions, of serverInfo: longer is left out */

/* What the handshake of either era told of an upstream; JSON texts, NULL when absent. */
struct mcp_upstream {
	const char	*version;		/* plain text: what a legacy upstream negotiated */
	const char	*capabilities;
	const char	*server_info;
	const char	*instructions;
};

/* The text, NULL when it is NULL or too long. */
MUST_CHECK const char *mcp_bridge_short(const char *);

/* Of capabilities what one answer to one request can keep: no notices, subscriptions, tasks. */
NONNULL const char *mcp_bridge_capabilities(struct arena *, const char *text);

/* --- a modern client, a legacy upstream --------------------------------------------------------- */

/* The handshake's two messages. */
NONNULL const char *mcp_bridge_initialize(struct arena *);
extern const char mcp_bridge_initialized[];

/* Reads an initialize answer.  False when it is none. */
MUST_CHECK bool	 mcp_bridge_read_initialize(struct arena *, const char *text, size_t n,
		    struct mcp_upstream *);

/* server/discover answered from it. */
NONNULL const char *mcp_bridge_discover(struct arena *, const char *id, const struct mcp_upstream *);

/* A request without its envelope; NULL when it is not an object with params. */
MUST_CHECK const char *mcp_bridge_request_to_legacy(struct arena *, const char *text, size_t n);

/* Whether a legacy upstream has this method of a modern client. */
MUST_CHECK bool	 mcp_bridge_is_shared(const char *method);

/*
 * An answer as a modern client reads it; *status is HTTP's.  `asks_url`: the client can be sent to
 * a URL.  NULL when the text is no answer.
 */
MUST_CHECK const char *mcp_bridge_answer_to_modern(struct arena *, const char *text, size_t n,
		    const char *method, const struct mcp_upstream *, bool asks_url, int *status);

/* --- a legacy client, a modern upstream --------------------------------------------------------- */

NONNULL const char *mcp_bridge_ask_discover(struct arena *);

/* tools/list; cursor NULL for the first page. */
NONNULL const char *mcp_bridge_ask_tools(struct arena *, const char *cursor);

/* Reads an answer to server/discover.  False unless it lists 2026-07-28. */
MUST_CHECK bool	 mcp_bridge_read_discover(struct arena *, const char *text, size_t n,
		    struct mcp_upstream *);

/* initialize answered from it. */
NONNULL const char *mcp_bridge_initialize_answer(struct arena *, const char *id, const char *version,
		    const struct mcp_upstream *);

/* A request with an envelope; NULL when it is no object. */
MUST_CHECK const char *mcp_bridge_request_to_modern(struct arena *, const char *text, size_t n);

/* An answer as a legacy client reads it; NULL when the text is none. */
MUST_CHECK const char *mcp_bridge_answer_to_legacy(struct arena *, const char *text, size_t n,
		    const char *method);

#endif
