/* SPDX-License-Identifier: MIT */
#include "service/entra_answer.h"

#include <strings.h>

#include "base/number.h"
#include "protocol/entra_claims.h"
#include "protocol/entra_fault.h"
#include "protocol/json.h"
#include "service/setback.h"

/* The numbers that are looked at; both come as invalid_grant, and refuse nobody. */
#define LOOP_DETECTED		50196	/* throttling */
#define CODE_WAS_REDEEMED	54005	/* by us: a code is redeemed once, and the answer to that was lost */

static int64_t
first_code(struct json_object *json)
{
	struct json_object *codes = json_array_member(json, "error_codes");

	return codes == NULL || json_object_array_length(codes) == 0 ? 0 :
	    json_object_get_int64(json_object_array_get_idx(codes, 0));
}

/* Error word and number, for the log. */
static const char *
named(struct arena *a, struct json_object *json)
{
	return arena_printf(a, " %s AADSTS%lld", entra_fault_word(a, json_string(json, "error")),
	    (long long)first_code(json));
}

static const char *
advice(struct arena *a, int64_t code)
{
	const char *text = entra_fault_advice(code);

	return text == NULL ? "" : arena_printf(a, ": %s", text);
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

/* A number, and now and then a string of digits. */
static bool
read_seconds(struct json_object *json, const char *name, int64_t *out)
{
	const char *text = json_string(json, name);

	return (text != NULL ? number_read(text, INT32_MAX, out) : json_int(json, name, out)) && *out > 0;
}

static bool
read_expiry(struct request *rq, struct json_object *json, struct entra_reply *out)
{
	int64_t life, renew;

	if (!read_seconds(json, "expires_in", &life))
		return false;
	if (life > ENTRA_TOKEN_LIFE_MAX)
		life = ENTRA_TOKEN_LIFE_MAX;
	out->expires_at = rq->now + life;
	out->renew_at = out->expires_at - ENTRA_EARLY;
	if (read_seconds(json, "refresh_in", &renew) && renew < life && rq->now + renew < out->renew_at)
		out->renew_at = rq->now + renew;
	return true;
}

static const char *
text_or_empty(struct arena *a, struct json_object *json, const char *name)
{
	const char *text = json_string(json, name);

	return text == NULL ? "" : arena_string(a, text);
}

enum entra_outcome
entra_unavailable(struct request *rq, const char *reason)
{
	rq->failure.reason = reason;
	rq->failure.retry_after = 0;
	return ENTRA_UNAVAILABLE;
}

/* The same, and asking again at once would make it worse. */
enum entra_outcome
entra_busy(struct request *rq, const char *reason, int64_t seconds)
{
	rq->failure.reason = reason;
	rq->failure.retry_after = seconds > 0 ? seconds : SETBACK_BUSY;
	return ENTRA_UNAVAILABLE;
}

static enum entra_outcome
read_refusal(struct request *rq, const struct http_answer *answer, struct json_object *json,
    struct entra_reply *out)
{
	const char *error = json_string(json, "error");
	enum entra_outcome outcome;

	if (error == NULL)
		return entra_unavailable(rq, arena_printf(rq->arena, "entra token: status %d without an error",
		    answer->status));
	out->error = entra_fault_word(rq->arena, error);
	rq->failure.reason = arena_printf(rq->arena, "entra token:%s%s", named(rq->arena, json),
	    advice(rq->arena, first_code(json)));
	if (first_code(json) == LOOP_DETECTED)
		return entra_busy(rq, rq->failure.reason, SETBACK_SAME);
	if (first_code(json) == CODE_WAS_REDEEMED)
		return entra_unavailable(rq, rq->failure.reason);
	if ((outcome = judge(json)) == ENTRA_INTERACTION)
		out->claims = entra_claims_read(rq->arena, json_string(json, "claims"));
	return outcome;
}

enum entra_outcome
entra_answer_read(struct request *rq, const struct http_answer *answer, struct entra_reply *out)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, answer->body, answer->len);
	const char *type = json_string(json, "token_type");

	*out = (struct entra_reply){ 0 };
	if (answer->status == 429 || answer->status >= 500)
		return entra_busy(rq, arena_printf(rq->arena, "entra token: status %d%s", answer->status,
		    json_string(json, "error") == NULL ? "" : named(rq->arena, json)), answer->retry_after);
	if (answer->status != 200)
		return read_refusal(rq, answer, json, out);
	if (json_string(json, "access_token") == NULL || type == NULL || strcasecmp(type, "Bearer") != 0 ||
	    !read_expiry(rq, json, out))
		return entra_unavailable(rq, "entra token: an answer that is no token response");
	out->access_token = arena_string(rq->arena, json_string(json, "access_token"));
	out->refresh_token = text_or_empty(rq->arena, json, "refresh_token");
	out->id_token = text_or_empty(rq->arena, json, "id_token");
	return ENTRA_GRANTED;
}
