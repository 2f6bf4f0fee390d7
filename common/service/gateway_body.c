/* SPDX-License-Identifier: MIT */
#include "service/gateway_body.h"

#include "protocol/json_edit.h"
#include "protocol/json_member.h"

#define MORE	((size_t)64 * 1024)	/* bytes by which a body may grow */

static const char *
quoted(struct arena *a, const char *token)
{
	struct buf b = buf_new(a, MORE);

	buf_json(&b, token);
	return buf_text(&b);
}

/* params.arguments with the token; NULL when arguments are no object. */
static const char *
with_token(struct arena *a, const struct json_members *params, const char *token, size_t room)
{
	struct json_members arguments = { 0 };
	struct buf b = buf_new(a, room);

	if (json_member_has(params, "arguments") &&
	    !json_edit_open(a, params, "arguments", &arguments))
		return NULL;
	json_edit(&b, &arguments, &(struct json_edit){ GATEWAY_TOKEN_ARGUMENT, token }, 1);
	return buf_text(&b);
}

static bool
write_call(struct request *rq, const struct json_member *message, const char *token, struct buf *out)
{
	struct json_members top, params;
	struct buf b = buf_new(rq->arena, out->limit);
	const char *arguments;

	if (json_scan(rq->arena, message->text, message->len, &top) != JSON_FINE ||
	    !json_edit_open(rq->arena, &top, "params", &params) ||
	    (arguments = with_token(rq->arena, &params, token, out->limit)) == NULL)
		return false;
	json_edit(&b, &params, &(struct json_edit){ "arguments", arguments }, 1);
	if (buf_text(&b) == NULL)
		return false;
	json_edit(out, &top, &(struct json_edit){ "params", buf_text(&b) }, 1);
	return true;
}

static bool
write_message(struct request *rq, const struct mcp_message *m, const struct json_member *source,
    const char *token, struct buf *out)
{
	bool call = m->rpc.method != NULL && strcmp(m->rpc.method, "tools/call") == 0;

	if (call && token != NULL)
		return write_call(rq, source, token, out);
	buf_bytes(out, source->text, source->len);
	return true;
}

bool
gateway_body_token(struct request *rq, const struct mcp_post *post, const char *token,
    const char **body, size_t *len)
{
	struct buf out = buf_new(rq->arena, 2 * rq->body_len + post->count * MORE);
	struct json_member whole = { .text = rq->body, .len = rq->body_len };
	struct json_members list = { .member = &whole, .count = 1 };

	if (token != NULL && (token = quoted(rq->arena, token)) == NULL)
		return false;
	if (post->batch && json_scan_elements(rq->arena, rq->body, rq->body_len, &list) != JSON_FINE)
		return false;
	buf_lit(&out, post->batch ? "[" : "");
	for (size_t i = 0; i < post->count; i++) {
		buf_lit(&out, i == 0 ? "" : ",");
		if (!write_message(rq, &post->message[i], &list.member[i], token, &out))
			return false;
	}
	buf_lit(&out, post->batch ? "]" : "");
	if (buf_text(&out) == NULL)
		return false;
	*body = out.text;
	*len = out.len;
	return true;
}
