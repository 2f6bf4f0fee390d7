/* SPDX-License-Identifier: MIT */
/*
 * jsonrpc.h - JSON-RPC 2.0 messages as MCP narrows them
 *
 * An id is a string or an integer, never null or a fraction; it is kept and echoed as the source
 * text it came in, since a large integer does not survive json-c.
 */
#ifndef PROTOCOL_JSONRPC_H
#define PROTOCOL_JSONRPC_H

#include "protocol/json.h"

enum jsonrpc_kind { JSONRPC_REQUEST, JSONRPC_NOTIFICATION, JSONRPC_RESPONSE };

enum jsonrpc_code {
	JSONRPC_PARSE_ERROR	 = -32700,
	JSONRPC_INVALID_REQUEST	 = -32600,
	JSONRPC_METHOD_NOT_FOUND = -32601,
	JSONRPC_INVALID_PARAMS	 = -32602,
	JSONRPC_INTERNAL_ERROR	 = -32603,
	JSONRPC_SERVER_BUSY	 = -32000,	/* of the range that is the implementation's own */
};

struct jsonrpc_message {
	enum jsonrpc_kind	 kind;
	const char		*id;		/* source text; NULL in a notification */
	const char		*method;	/* NULL in a response */
	struct json_object	*params;	/* NULL when absent; borrowed from `value` */
	struct json_object	*value;		/* the whole message; owned by whoever parsed it */
};

#define JSONRPC_ID_MAX	256	/* bytes of an id's source text */
#define JSONRPC_METHOD_MAX 128	/* bytes of a method's name */

/*
 * Judges one parsed message.  `members` is json_scan's list of its source.  False, with a text for the error,
 * when it is no JSON-RPC 2.0 message; *id is then the request's id where it could be read, so that
 * the error can name it, else NULL.
 */
MUST_CHECK bool	 jsonrpc_read(struct arena *, const struct json_members *members,
		    struct json_object *value, struct jsonrpc_message *out, const char **id,
		    const char **why);

/* {"jsonrpc":"2.0","id":ID,"result":RESULT} where both are JSON texts. */
void		 jsonrpc_result(struct buf *, const char *id, const char *result);

/* {"jsonrpc":"2.0","id":ID,"error":{...}}; the id is left out when NULL, data (JSON text) too. */
void		 jsonrpc_error(struct buf *, const char *id, int code, const char *message,
		    const char *data);

#endif
