/* SPDX-License-Identifier: MIT */
#include "service/graph.h"

#include "protocol/json.h"
#include "service/http_client.h"

static enum graph_outcome
judge(int status)
{
	switch (status) {
	case 200:	return GRAPH_OK;
	case 401:	return GRAPH_UNAUTHORIZED;
	case 403:	return GRAPH_FORBIDDEN;
	case 404:	return GRAPH_NOT_FOUND;
	case 429:	return GRAPH_THROTTLED;
	default:	return GRAPH_UNAVAILABLE;
	}
}

enum graph_outcome
graph_me(struct request *rq, const char *access_token, struct json_object **user,
    int64_t *retry_after)
{
	struct http_call call = {
		.url = arena_printf(rq->arena, "%s/v1.0/me", rq->config->entra.graph_url),
		.header = {
			arena_printf(rq->arena, "Authorization: Bearer %s", access_token),
			"Accept: application/json",
			arena_printf(rq->arena, "client-request-id: %s", rq->id),
		},
	};
	struct http_answer answer;
	enum graph_outcome outcome;

	*retry_after = 0;
	if (http_client_call(rq->http, rq->arena, &call, &answer) != HTTP_ANSWERED) {
		rq->failure.reason = arena_printf(rq->arena, "graph: %s", http_client_error(rq->http));
		return GRAPH_UNAVAILABLE;
	}
	*retry_after = answer.retry_after;
	if ((outcome = judge(answer.status)) != GRAPH_OK) {
		rq->failure.reason = arena_printf(rq->arena, "graph: status %d", answer.status);
		return outcome;
	}
	*user = json_parse(rq->arena, answer.body, answer.len);
	if (*user == NULL || !json_object_is_type(*user, json_type_object)) {
		json_auto(user);
		*user = NULL;
		rq->failure.reason = "graph: an answer that is no JSON object";
		return GRAPH_UNAVAILABLE;
	}
	return GRAPH_OK;
}
