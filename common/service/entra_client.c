/* SPDX-License-Identifier: MIT */
#include "service/entra_client.h"

#include <strings.h>

#include "base/number.h"
#include "protocol/json.h"
#include "service/entra_credential.h"
#include "service/entra_endpoints.h"
#include "service/http_client.h"

#define FORM_MAX	((size_t)64 * 1024)	/* bytes */

struct buf
entra_form(struct request *rq, const char *grant_type)
{
	struct buf form = buf_new(rq->arena, FORM_MAX);

	buf_lit(&form, "grant_type=");
	buf_query(&form, grant_type);
	return form;
}

void
entra_form_add(struct buf *form, const char *name, const char *value)
{
	buf_lit(form, "&");
	buf_lit(form, name);
	buf_lit(form, "=");
	buf_query(form, value);
}

/* A wire word for the log: lower-case letters and _, so that nothing else of the answer gets out. */
static const char *
word(struct arena *a, const char *text)
{
	size_t n = text == NULL ? 0 : strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	return n == 0 || n > 40 || text[n] != '\0' ? "unreadable" : arena_string(a, text);
}

static int64_t
first_code(struct json_object *json)
{
	struct json_object *codes = json_array_member(json, "error_codes");

	return codes == NULL || json_object_array_length(codes) == 0 ? 0 :
	    json_object_get_int64(json_object_array_get_idx(codes, 0));
}

static const struct judgement {
	const char		*error;
	enum entra_outcome	 outcome;
} judgements[] = {
	{ "invalid_grant",		ENTRA_REFUSED },
	{ "interaction_required",	ENTRA_INTERACTION },
	{ "login_required",		ENTRA_INTERACTION },
	{ "consent_required",		ENTRA_INTERACTION },
	{ "temporarily_unavailable",	ENTRA_UNAVAILABLE },
	{ "server_error",		ENTRA_UNAVAILABLE },
};

/* Branch on error, suberror and claims; numbers and texts are for the log (entra-docs warn). */
static enum entra_outcome
judge(struct json_object *json)
{
	const char *error = json_string(json, "error"), *suberror = json_string(json, "suberror");

	if (json_string(json, "claims") != NULL || (suberror != NULL &&
	    (strcmp(suberror, "basic_action") == 0 || strcmp(suberror, "consent_required") == 0 ||
	    strcmp(suberror, "additional_action") == 0 || strcmp(suberror, "message_only") == 0)))
		return ENTRA_INTERACTION;
	for (size_t i = 0; i < COUNT(judgements); i++)
		if (strcmp(judgements[i].error, error) == 0)
			return judgements[i].outcome;
	return ENTRA_MISCONFIGURED;
}

/* expires_in is a number, and now and then a string of digits. */
static bool
read_expiry(struct request *rq, struct json_object *json, int64_t *expires_at)
{
	const char *text = json_string(json, "expires_in");
	int64_t n;

	if (!(text != NULL ? number_read(text, INT32_MAX, &n) : json_int(json, "expires_in", &n)) || n <= 0)
		return false;
	*expires_at = rq->now + (n < ENTRA_TOKEN_LIFE_MAX ? n : ENTRA_TOKEN_LIFE_MAX);
	return true;
}

static const char *
text_or_empty(struct arena *a, struct json_object *json, const char *name)
{
	const char *text = json_string(json, name);

	return text == NULL ? "" : arena_string(a, text);
}

static enum entra_outcome
unavailable(struct request *rq, const char *reason)
{
	rq->failure.reason = reason;
	return ENTRA_UNAVAILABLE;
}

static enum entra_outcome
read_answer(struct request *rq, const struct http_answer *answer, struct entra_reply *out)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, answer->body, answer->len);
	const char *type = json_string(json, "token_type");

	out->retry_after = answer->retry_after;
	if (answer->status == 429 || answer->status >= 500)
		return unavailable(rq, arena_printf(rq->arena, "entra token: status %d", answer->status));
	if (answer->status != 200) {
		if (json_string(json, "error") == NULL)
			return unavailable(rq, arena_printf(rq->arena, "entra token: status %d without an error",
			    answer->status));
		out->error = word(rq->arena, json_string(json, "error"));
		rq->failure.reason = arena_printf(rq->arena, "entra token: %s AADSTS%lld", out->error,
		    (long long)first_code(json));
		return judge(json);
	}
	if (json_string(json, "access_token") == NULL || type == NULL || strcasecmp(type, "Bearer") != 0 ||
	    !read_expiry(rq, json, &out->expires_at))
		return unavailable(rq, "entra token: an answer that is no token response");
	out->access_token = arena_string(rq->arena, json_string(json, "access_token"));
	out->refresh_token = text_or_empty(rq->arena, json, "refresh_token");
	out->id_token = text_or_empty(rq->arena, json, "id_token");
	return ENTRA_GRANTED;
}

enum entra_outcome
entra_token_call(struct request *rq, struct buf *form, struct entra_reply *out)
{
	struct entra_endpoints entra;
	struct http_answer answer;
	struct http_call call;

	*out = (struct entra_reply){ 0 };
	if (entra_endpoints(rq, &entra) != OAUTH_OK)
		return ENTRA_UNAVAILABLE;
	if (entra_credential_add(rq, &rq->config->entra.app, entra.token_endpoint, form) != OAUTH_OK)
		return ENTRA_MISCONFIGURED;
	if (buf_text(form) == NULL)
		return unavailable(rq, "entra token: the request is too long");
	call = (struct http_call){
		.url = entra.token_endpoint, .form = buf_text(form),
		.header = { "Accept: application/json" },
	};
	if (http_client_call(rq->http, rq->arena, &call, &answer) != HTTP_ANSWERED)
		return unavailable(rq, arena_printf(rq->arena, "entra token: %s",
		    http_client_error(rq->http)));
	return read_answer(rq, &answer, out);
}
