/* SPDX-License-Identifier: MIT */
/*
 * mcp.h - one POST to an MCP endpoint, judged: both eras on one URL
 *
 * The modern era (2026-07-28) describes each request in params._meta and mirrors it in headers;
 * the legacy era (2025-11-25 and before) opens with initialize.  mcp_read decides by the body, the
 * headers only cross-check, in the order of the specification's dual-era rules.  Nothing here
 * knows a tool, a token or a session.
 */
#ifndef PROTOCOL_MCP_H
#define PROTOCOL_MCP_H

#include "protocol/jsonrpc.h"

#define MCP_MODERN_VERSION	"2026-07-28"
#define MCP_LEGACY_LATEST	"2025-11-25"
#define MCP_BATCH_MAX		64	/* messages in one 2025-03-26 batch */

/* Beyond JSON-RPC's own: basic/index "Error Codes" of 2026-07-28. */
enum mcp_code {
	MCP_HEADER_MISMATCH	= -32020,
	MCP_MISSING_CAPABILITY	= -32021,
	MCP_UNSUPPORTED_VERSION	= -32022,
};

extern const char *const mcp_versions[];	/* newest first, NULL at the end */

enum mcp_era { MCP_LEGACY, MCP_MODERN };

/* Header values as they came, NULL when absent. */
struct mcp_headers {
	const char	*protocol_version;	/* MCP-Protocol-Version */
	const char	*method;		/* Mcp-Method */
	const char	*name;			/* Mcp-Name */
	bool		 modern_alone;		/* of what is spoken, a refusal names the modern version alone */
};

struct mcp_message {
	struct jsonrpc_message	 rpc;
	enum mcp_era		 era;
	const char		*version;	/* negotiated or assumed, one of mcp_versions */
};

/* A refusal: HTTP status, JSON-RPC error. */
struct mcp_refusal {
	int		 status;
	int		 code;
	const char	*id;		/* JSON text or NULL */
	const char	*message;
	const char	*data;		/* JSON text or NULL */
};

struct mcp_post {
	struct mcp_message	*message;
	size_t			 count;
	bool			 batch;		/* the body was an array (2025-03-26 only) */
	bool			 elsewhere;	/* its answers go over another stream; the caller's to set */
	struct json_object	*value;		/* owner of all that the messages borrow */
};

/*
 * Reads a body of n bytes.  On true every message is well-formed, its era and version are known,
 * and for modern requests envelope, headers and version agreed; the method is not yet looked up.
 * The caller releases post->value with json_auto.  On false *refusal says how to answer (its texts
 * are static or in the arena) and *post is as it was; a batch is refused as a whole, with no id.
 *
 * Order and codes: architecture's "Order of checks in mcp" and the dual-era table:
 *   bad JSON 400/-32700; no JSON-RPC 400/-32600; array: only with no or 2025-03-26 version header,
 *   not empty, at most MCP_BATCH_MAX, no initialize and no modern envelope inside, else 400/-32600;
 *   params._meta["io.modelcontextprotocol/protocolVersion"] present: modern candidate;
 *   initialize without that envelope: legacy, but with the modern version header 400/-32020;
 *   no envelope and a modern version header: 400/-32602 naming the missing key;
 *   no envelope: legacy; version header absent means 2025-03-26, an unknown one is 400/-32600
 *   ("Bad Request: Unsupported protocol version"), initialize ignores it;
 *   modern: protocolVersion a string and clientCapabilities an object, else 400/-32602;
 *   version header absent or different from the body 400/-32020; version not 2026-07-28
 *   400/-32022 with data {"supported":[...],"requested":...}; Mcp-Method absent or different
 *   400/-32020; Mcp-Name absent or different on tools/call, prompts/get (params.name) and
 *   resources/read (params.uri) 400/-32020, Base64 sentinel decoded first, an invalid one refused;
 *   header values are trimmed of blanks and compared byte by byte.
 * Two kinds have no rule in the modern specification.  Notifications need no clientCapabilities
 * and no headers, only what is there must agree; without an envelope a modern version header makes
 * them modern.  Responses are legacy, pass with a modern version header too, and are for dropping.
 */
MUST_CHECK bool	 mcp_read(struct arena *, const char *body, size_t n, const struct mcp_headers *,
		    struct mcp_post *post, struct mcp_refusal *refusal);

/*
 * The version that initialize answers with: the requested one where we speak it as legacy
 * (2024-11-05 too), else, and for NULL, MCP_LEGACY_LATEST.  An initialize message carries it.
 */
NONNULL const char *mcp_negotiate(const char *requested);

/*
 * The answer to subscriptions/listen, as events, where nothing is ever told: acknowledged with an
 * empty list, and over.  server_info (JSON text) is left out when NULL.
 */
void		 mcp_listen_to_nothing(struct buf *, const char *id, const char *server_info);

/* Writes a refusal as its JSON-RPC body. */
void		 mcp_refusal_body(struct buf *, const struct mcp_refusal *);

#endif
