/* SPDX-License-Identifier: MIT */
/* graph.h - Microsoft Graph, called in a person's name */
#ifndef SERVICE_GRAPH_H
#define SERVICE_GRAPH_H

#include <json-c/json_object.h>

#include "service/request.h"

enum graph_outcome {
	GRAPH_OK,
	GRAPH_UNAUTHORIZED,	/* 401: the token, or what stands behind it, is not accepted */
	GRAPH_FORBIDDEN,	/* 403 */
	GRAPH_NOT_FOUND,	/* 404 */
	GRAPH_REFUSED,		/* 4xx otherwise: it would be the same again */
	GRAPH_THROTTLED,	/* 429 */
	GRAPH_UNAVAILABLE,	/* down, slow, 5xx, or an answer that is no JSON object */
};

struct graph_call {
	const char	*path;		/* "/v1.0/me" */
	const char	*json;		/* a POST's body; NULL: GET */
	const char	*subject;	/* in whose name: a busy Graph is left alone per person */
	const char	*access_token;
};

struct graph_reply {
	struct json_object	*json;		/* on GRAPH_OK an object, to be released with json_auto */
	const char		*claims;	/* what Graph demands of the person, on 401 or 403; or NULL */
	int64_t			 retry_after;	/* seconds, or 0 */
};

/* Unless GRAPH_OK the failure's reason says why, without a byte of Graph's answer. */
MUST_CHECK enum graph_outcome graph_call(struct request *, const struct graph_call *,
		    struct graph_reply *);

/* The scope of a token for Graph in this cloud. */
NONNULL const char *graph_scope(struct request *);

#endif
