/* SPDX-License-Identifier: MIT */
#include "service/entra_client.h"

#include <strings.h>

#include "base/log.h"
#include "base/number.h"
#include "protocol/entra_claims.h"
#include "protocol/entra_fault.h"
#include "protocol/json.h"
#include "service/entra_credential.h"
#include "service/entra_endpoints.h"
#include "service/http_client.h"
#include "service/setback.h"

#define FORM_MAX	((size_t)64 * 1024)	/* bytes */
#define CLOCK_APART	60	/* seconds that Entra's clock and ours may differ unremarked */

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
	if (read_seconds(json, "refresh_in", &renew) && rq->now + renew < out->renew_at)
		out->renew_at = rq->now + renew;
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
	rq->failure.retry_after = 0;
	return ENTRA_UNAVAILABLE;
}

/* The same, and asking again at once would make it worse. */
static enum entra_outcome
busy(struct request *rq, const char *reason, int64_t seconds)
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
		return unavailable(rq, arena_printf(rq->arena, "entra token: status %d without an error",
		    answer->status));
	out->error = word(rq->arena, error);
	rq->failure.reason = arena_printf(rq->arena, "entra token: %s AADSTS%lld%s", out->error,
	    (long long)first_code(json), advice(rq->arena, first_code(json)));
	if ((outcome = judge(json)) == ENTRA_INTERACTION)
		out->claims = entra_claims_read(rq->arena, json_string(json, "claims"));
	return outcome;
}

static enum entra_outcome
read_answer(struct request *rq, const struct http_answer *answer, struct entra_reply *out)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, answer->body, answer->len);
	const char *type = json_string(json, "token_type");

	*out = (struct entra_reply){ 0 };
	if (answer->status == 429 || answer->status >= 500)
		return busy(rq, arena_printf(rq->arena, "entra token: status %d", answer->status),
		    answer->retry_after);
	if (answer->status != 200)
		return read_refusal(rq, answer, json, out);
	if (json_string(json, "access_token") == NULL || type == NULL || strcasecmp(type, "Bearer") != 0 ||
	    !read_expiry(rq, json, out))
		return unavailable(rq, "entra token: an answer that is no token response");
	out->access_token = arena_string(rq->arena, json_string(json, "access_token"));
	out->refresh_token = text_or_empty(rq->arena, json, "refresh_token");
	out->id_token = text_or_empty(rq->arena, json, "id_token");
	return ENTRA_GRANTED;
}

/* `now` is Entra's clock: our assertion must be of its time. */
static enum entra_outcome
post(struct request *rq, const struct entra_call *call, const struct buf *question, int64_t now,
    struct http_answer *answer, struct entra_reply *out)
{
	const struct config_app *app = call->app != NULL ? call->app : &rq->config->entra.app;
	struct buf form = buf_new(rq->arena, FORM_MAX);
	struct entra_endpoints entra;
	struct http_call http = { .header = { "Accept: application/json" } };

	if (entra_endpoints(rq, call->tenant, &entra) != OAUTH_OK)
		return ENTRA_UNAVAILABLE;
	buf_bytes(&form, question->text, question->len);
	switch (entra_credential_add(rq, app, entra.token_endpoint, now, &form)) {
	case OAUTH_OK:
		break;
	case TEMPORARILY_UNAVAILABLE:
		return ENTRA_UNAVAILABLE;
	default:
		return ENTRA_MISCONFIGURED;
	}
	http.url = entra.token_endpoint;
	if ((http.form = buf_text(&form)) == NULL)
		return unavailable(rq, "entra token: the request is too long");
	switch (http_client_call(rq->http, rq->arena, &http, answer)) {
	case HTTP_ANSWERED:
		return read_answer(rq, answer, out);
	default:
		return busy(rq, arena_printf(rq->arena, "entra token: %s", http_client_error(rq->http)),
		    SETBACK_BUSY);
	}
}

/* Entra dates our assertion by its own clock: one that is off is seen in the answer, and allowed for. */
static enum entra_outcome
ask(struct request *rq, const struct entra_call *call, const struct buf *question,
    struct entra_reply *out)
{
	const struct config_app *app = call->app != NULL ? call->app : &rq->config->entra.app;
	struct http_answer answer = { 0 };
	enum entra_outcome outcome = post(rq, call, question, rq->now, &answer, out);
	int64_t apart = answer.date == 0 ? 0 : answer.date - rq->now;

	if (app->credential != CREDENTIAL_CERTIFICATE || out->error == NULL ||
	    strcmp(out->error, "invalid_client") != 0 ||
	    (apart <= CLOCK_APART && apart >= -CLOCK_APART))
		return outcome;
	log_line("the clock here is %lld seconds %s Entra's: set it right", (long long)(apart < 0 ?
	    -apart : apart), apart < 0 ? "ahead of" : "behind");
	return post(rq, call, question, answer.date, &answer, out);
}

/* What would be the same if it were asked again. */
static void
remember(struct request *rq, const char *name, enum entra_outcome outcome,
    const struct entra_reply *reply)
{
	bool refused = outcome == ENTRA_REFUSED || outcome == ENTRA_INTERACTION ||
	    (outcome == ENTRA_MISCONFIGURED && reply->error != NULL &&
	    strcmp(reply->error, "invalid_client") != 0);

	if (outcome == ENTRA_UNAVAILABLE && rq->failure.retry_after > 0)
		setback_note(rq, name, (int)outcome, rq->failure.reason, rq->failure.retry_after);
	else if (refused && reply->claims == NULL)
		setback_note(rq, name, (int)outcome, rq->failure.reason, SETBACK_SAME);
}

enum entra_outcome
entra_token_call(struct request *rq, const struct entra_call *call, struct buf *form,
    struct entra_reply *out)
{
	const char *claims = entra_claims_parameter(rq->arena, call->claims, rq->config->entra.cp1);
	const char *name;
	struct setback setback;
	enum entra_outcome outcome;

	*out = (struct entra_reply){ 0 };
	if (claims != NULL)
		entra_form_add(form, "claims", claims);
	if (buf_text(form) == NULL)
		return unavailable(rq, "entra token: the request is too long");
	if (call->once)
		return ask(rq, call, form, out);
	name = arena_printf(rq->arena, "entra token %s %s %s", call->tenant == NULL ? "" : call->tenant,
	    call->app == NULL ? "" : call->app->client_id, buf_text(form));
	if (setback_read(rq, name, &setback)) {
		rq->failure.reason = arena_printf(rq->arena, "%s, a moment ago", setback.reason);
		rq->failure.retry_after = setback.seconds;
		return (enum entra_outcome)setback.outcome;
	}
	outcome = ask(rq, call, form, out);
	remember(rq, name, outcome, out);
	return outcome;
}
