/* SPDX-License-Identifier: MIT */
#include "service/entra_client.h"

#include "base/log.h"
#include "protocol/entra_claims.h"
#include "service/assertion_cache.h"
#include "service/entra_answer.h"
#include "service/entra_credential.h"
#include "service/entra_endpoints.h"
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

/* Whoever gave up because nobody waited for it has learnt nothing of Entra. */
static enum entra_outcome
unreached(struct request *rq)
{
	const char *reason = arena_printf(rq->arena, "entra token: %s", http_client_error(rq->http));

	return http_client_wanted(rq->http) ? entra_busy(rq, reason, SETBACK_BUSY) : entra_unavailable(rq, reason);
}

static const struct config_app *
app_of(const struct request *rq, const struct entra_call *call)
{
	return call->app != NULL ? call->app : &rq->config->entra.app;
}

/* `now` is Entra's clock: our assertion must be of its time. */
static enum entra_outcome
post(struct request *rq, const struct entra_call *call, const struct buf *question, int64_t now,
    struct http_answer *answer, struct entra_reply *out)
{
	const struct config_app *app = app_of(rq, call);
	struct buf form = buf_new(rq->arena, FORM_MAX);
	struct entra_endpoints entra;
	struct http_call http = { .header = { "Accept: application/json" } };

	if (entra_endpoints(rq, call->tenant, &entra) != OAUTH_OK)
		return ENTRA_UNAVAILABLE;
	buf_bytes(&form, question->text, question->len);
	switch (entra_credential_add(rq, app, entra.token_endpoint, now, call->hurried, &form)) {
	case OAUTH_OK:
		break;
	case TEMPORARILY_UNAVAILABLE:
		return ENTRA_UNAVAILABLE;
	default:
		return ENTRA_MISCONFIGURED;
	}
	http.url = entra.token_endpoint;
	http.timeout = call->hurried ? ENTRA_HURRY : 0;
	if ((http.form = buf_text(&form)) == NULL)
		return entra_unavailable(rq, "entra token: the request is too long");
	switch (http_client_call(rq->http, rq->arena, &http, answer)) {
	case HTTP_ANSWERED:
		return entra_answer_read(rq, answer, out);
	default:
		out->silent = http_client_wanted(rq->http);
		return unreached(rq);
	}
}

/*
 * What a second try with a credential made otherwise may mend.  A certificate's assertion is dated,
 * and Entra judges it by its own clock; a managed identity's token that is kept may be dead.
 */
static bool
another_credential(struct request *rq, const struct config_app *app, int64_t date, int64_t *now)
{
	int64_t apart = date == 0 ? 0 : date - rq->now;
	const char *name = arena_printf(rq->arena, "entra refused the identity of %s", app->client_id);
	struct identity_answer answer = { 0 };
	struct failure before = rq->failure;
	struct setback setback;
	bool renewed;

	if (app->credential == CREDENTIAL_CERTIFICATE && (apart > CLOCK_APART || apart < -CLOCK_APART)) {
		log_line("the clock here is %lld seconds %s Entra's: set it right", (long long)(apart < 0 ?
		    -apart : apart), apart < 0 ? "ahead of" : "behind");
		*now = date;
		return true;
	}
	if (app->credential != CREDENTIAL_MANAGED_IDENTITY ||
	    setback_read(rq, name, ENTRA_UNAVAILABLE, &setback))
		return false;
	setback_note(rq, name, (int)ENTRA_MISCONFIGURED, "", SETBACK_SAME);
	renewed = assertion_renew(rq, app, &answer) == IDENTITY_GIVEN;
	rq->failure = before;
	return renewed;
}

static enum entra_outcome
ask(struct request *rq, const struct entra_call *call, const struct buf *question,
    struct entra_reply *out)
{
	struct http_answer answer = { 0 };
	int64_t now = rq->now;
	enum entra_outcome outcome = post(rq, call, question, now, &answer, out);

	if (out->error == NULL || strcmp(out->error, "invalid_client") != 0 || call->hurried ||
	    !another_credential(rq, app_of(rq, call), answer.date, &now))
		return outcome;
	return post(rq, call, question, now, &answer, out);
}

/* What would be the same if it were asked again. */
static void
remember(struct request *rq, const char *name, enum entra_outcome outcome,
    const struct entra_reply *reply)
{
	bool refused = outcome == ENTRA_REFUSED || outcome == ENTRA_INTERACTION ||
	    (outcome == ENTRA_MISCONFIGURED && reply->error != NULL);

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
	const char *name, *client;
	struct setback setback;
	enum entra_outcome outcome;

	*out = (struct entra_reply){ 0 };
	if (claims != NULL)
		entra_form_add(form, "claims", claims);
	if (buf_text(form) == NULL)
		return entra_unavailable(rq, "entra token: the request is too long");
	if (call->once)
		return ask(rq, call, form, out);
	name = arena_printf(rq->arena, "entra token %s %s %s", call->tenant == NULL ? "" : call->tenant,
	    call->app == NULL ? "" : call->app->client_id, buf_text(form));
	client = arena_printf(rq->arena, "entra client %s %.*s", app_of(rq, call)->client_id,
	    (int)strcspn(buf_text(form), "&"), buf_text(form));
	if (setback_read(rq, client, ENTRA_UNAVAILABLE, &setback) ||
	    setback_read(rq, name, ENTRA_UNAVAILABLE, &setback)) {
		rq->failure.reason = arena_printf(rq->arena, "%s, a moment ago", setback.reason);
		rq->failure.retry_after = setback.seconds;
		return (enum entra_outcome)setback.outcome;
	}
	outcome = ask(rq, call, form, out);
	/* A hurried call made no second try: that may mend it for the next. */
	if (out->error != NULL && strcmp(out->error, "invalid_client") == 0 && call->hurried)
		return outcome;
	if (out->error != NULL && strcmp(out->error, "invalid_client") == 0)
		setback_note(rq, client, (int)outcome, rq->failure.reason, SETBACK_CREDENTIAL);
	else
		remember(rq, name, outcome, out);
	return outcome;
}
