/* SPDX-License-Identifier: MIT */
#include "service/graph.h"

#include "protocol/entra_claims.h"
#include "protocol/json.h"
#include "service/http_client.h"
#include "service/setback.h"

static enum graph_outcome
judge(int status)
{
	switch (status) {
	case 200:	return GRAPH_OK;
	case 401:	return GRAPH_UNAUTHORIZED;
	case 403:	return GRAPH_FORBIDDEN;
	case 404:	return GRAPH_NOT_FOUND;
	case 429:	return GRAPH_THROTTLED;
	case 408:	return GRAPH_UNAVAILABLE;
	default:	return status >= 400 && status < 500 ? GRAPH_REFUSED : GRAPH_UNAVAILABLE;
	}
}

const char *
graph_scope(struct request *rq)
{
	return arena_printf(rq->arena, "%s/.default", rq->config->entra.graph_url);
}

static enum graph_outcome
read_object(struct request *rq, const struct http_answer *answer, struct graph_reply *out)
{
	out->json = json_parse(rq->arena, answer->body, answer->len);
	if (out->json != NULL && json_object_is_type(out->json, json_type_object))
		return GRAPH_OK;
	json_auto(&out->json);
	out->json = NULL;
	rq->failure.reason = "graph: an answer that is no JSON object";
	return GRAPH_UNAVAILABLE;
}

static enum graph_outcome
ask(struct request *rq, const struct graph_call *call, struct graph_reply *out)
{
	struct http_call http = {
		.url = arena_printf(rq->arena, "%s%s", rq->config->entra.graph_url, call->path),
		.form = call->json,
		.header = {
			arena_printf(rq->arena, "Authorization: Bearer %s", call->access_token),
			"Accept: application/json",
			arena_printf(rq->arena, "client-request-id: %s", rq->id),
			call->json == NULL ? NULL : "Content-Type: application/json",
		},
	};
	struct http_answer answer;
	enum graph_outcome outcome;
	enum http_outcome got = http_client_call(rq->http, rq->arena, &http, &answer);

	if (got != HTTP_ANSWERED) {
		out->retry_after = got == HTTP_TIMED_OUT ? SETBACK_BUSY : 0;
		rq->failure.reason = arena_printf(rq->arena, "graph: %s", http_client_error(rq->http));
		return GRAPH_UNAVAILABLE;
	}
	if ((outcome = judge(answer.status)) == GRAPH_OK)
		return read_object(rq, &answer, out);
	rq->failure.reason = arena_printf(rq->arena, "graph: status %d", answer.status);
	out->retry_after = answer.retry_after;
	if (out->retry_after == 0 && outcome == GRAPH_THROTTLED)
		out->retry_after = SETBACK_BUSY;
	if (outcome == GRAPH_UNAUTHORIZED || outcome == GRAPH_FORBIDDEN)
		out->claims = entra_claims_challenge(rq->arena, answer.www_authenticate);
	return outcome;
}

enum graph_outcome
graph_call(struct request *rq, const struct graph_call *call, struct graph_reply *out)
{
	const char *name = arena_printf(rq->arena, "graph %s", call->subject);
	struct setback setback;
	enum graph_outcome outcome;

	*out = (struct graph_reply){ 0 };
	if (setback_read(rq, name, GRAPH_UNAVAILABLE, &setback)) {
		rq->failure.reason = arena_printf(rq->arena, "%s, a moment ago", setback.reason);
		out->retry_after = setback.seconds;
		return (enum graph_outcome)setback.outcome;
	}
	outcome = ask(rq, call, out);
	if ((outcome == GRAPH_THROTTLED || outcome == GRAPH_UNAVAILABLE) && out->retry_after > 0)
		setback_note(rq, name, (int)outcome, rq->failure.reason, out->retry_after);
	return outcome;
}
