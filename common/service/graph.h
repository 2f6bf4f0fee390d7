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
	GRAPH_THROTTLED,	/* 429 */
	GRAPH_UNAVAILABLE,	/* down, slow, 5xx, or an answer that is no JSON object */
};

/* GET /v1.0/me.  On GRAPH_OK *user is an object to be released with json_auto.  Otherwise the
 * failure's reason says why, without a byte of Graph's answer; *retry_after is in seconds or 0. */
MUST_CHECK enum graph_outcome graph_me(struct request *, const char *access_token,
		    struct json_object **user, int64_t *retry_after);

#endif
