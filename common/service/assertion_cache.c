/* SPDX-License-Identifier: MIT */
#include "service/assertion_cache.h"

#include "base/clock.h"
#include "service/http_client.h"
#include "service/seal.h"
#include "service/setback.h"
#include "service/single_flight.h"
#include "service/store.h"

struct kept {
	const char	*name;		/* source, identity and audience */
	const char	*token;		/* NULL: none, or none that serves any more */
	int64_t		 renew_at;
};

static const char *
name_of(const struct request *rq, const struct config_app *app)
{
	const struct config_entra *e = &rq->config->entra;

	return arena_printf(rq->arena, "%s %s %s", managed_identity_source(e),
	    app->identity == NULL ? "-" : app->identity, e->exchange_audience);
}

static const char *
context(struct request *rq, const char *name)
{
	return arena_printf(rq->arena, "assertion.sealed %s", name);
}

static void
load(struct request *rq, struct kept *k)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ASSERTION_GET);

	k->token = NULL;
	statement_text(q, ":name", k->name);
	statement_int(q, ":now", clock_seconds() + ASSERTION_LAST);
	if (statement_row(q) != STORED)
		return;
	/* A time so far off was written by a clock that ran ahead. */
	if (statement_column_int(q, 2) > clock_seconds() + IDENTITY_LIFE_MAX)
		return;
	k->token = seal_open_for_server(rq->arena, rq->keys, KEY_CACHE, context(rq, k->name),
	    statement_column_blob(q, 0, rq->arena));
	k->renew_at = statement_column_int(q, 1);
}

/* A token that cannot be kept serves this request, and the next one asks again. */
static void
keep(struct request *rq, const char *name, const struct identity_answer *answer)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ASSERTION_PUT);
	int64_t life = answer->expires_at - clock_seconds(), half = life / 2;
	int64_t early = life >= ASSERTION_LONG || half < ASSERTION_EARLY ? half : ASSERTION_EARLY;
	struct bytes sealed;

	if (!seal_for_server(rq->arena, rq->keys, KEY_CACHE, context(rq, name), answer->token, &sealed))
		return;
	statement_text(q, ":name", name);
	statement_blob(q, ":sealed", sealed);
	statement_int(q, ":renew_at", answer->expires_at - early);
	statement_int(q, ":expires_at", answer->expires_at);
	if (statement_change(q) == STORE_FAILED)
		return;
}

static const char *
setback_name(struct request *rq, const char *name)
{
	return arena_printf(rq->arena, "assertion %s", name);
}

static enum oauth_error
failed(struct request *rq, enum identity_outcome outcome, const char *reason)
{
	return fail_because(&rq->failure, outcome == IDENTITY_REFUSED ? SERVER_ERROR :
	    TEMPORARILY_UNAVAILABLE, "the server is not ready", reason);
}

/* A failure that is remembered, as the request's own; OAUTH_OK when there is none. */
static enum oauth_error
remembered(struct request *rq, const char *name)
{
	struct setback s;

	return setback_read(rq, setback_name(rq, name), IDENTITY_UNAVAILABLE, &s) ?
	    failed(rq, (enum identity_outcome)s.outcome, s.reason) : OAUTH_OK;
}

/* The flight's result: a token that serves, or a failure that stands. */
static bool
look(struct request *rq, void *argument)
{
	struct kept *k = argument;

	load(rq, k);
	return (k->token != NULL && clock_seconds() < k->renew_at) ||
	    remembered(rq, k->name) != OAUTH_OK;
}

/* Whoever gave up because nobody waited for it has learnt nothing of the source. */
static enum identity_outcome
fetch(struct request *rq, const struct config_app *app, const char *name, bool patient,
    struct identity_answer *answer)
{
	enum identity_outcome outcome = managed_identity_ask(rq, app,
	    rq->config->entra.exchange_audience, patient, answer);

	if (outcome == IDENTITY_GIVEN)
		keep(rq, name, answer);
	else if (outcome == IDENTITY_REFUSED || http_client_wanted(rq->http))
		setback_note(rq, setback_name(rq, name), (int)outcome, rq->failure.reason,
		    answer->retry_after > ASSERTION_SETBACK ? answer->retry_after : ASSERTION_SETBACK);
	return outcome;
}

enum oauth_error
assertion_cached(struct request *rq, const struct config_app *app, bool hurried,
    const char **assertion)
{
	struct kept k = { .name = name_of(rq, app) };
	struct flight flight = {
		.name = arena_printf(rq->arena, "assertion %s", k.name), .look = look, .argument = &k,
		.seconds = IDENTITY_PATIENCE + rq->config->entra.timeout,
	};
	struct identity_answer answer = { 0 };
	struct failure before = rq->failure;
	struct opaque_token owner;
	enum identity_outcome outcome = IDENTITY_GIVEN;

	load(rq, &k);
	if (k.token != NULL && clock_seconds() < k.renew_at) {
		*assertion = k.token;
		return OAUTH_OK;
	}
	flight.impatient = k.token != NULL || hurried;
	if (flight_board(rq, &flight, &owner) == FLIGHT_OURS) {
		outcome = fetch(rq, app, k.name, k.token == NULL && !hurried, &answer);
		flight_land(rq, &flight, &owner);
	}
	*assertion = answer.token != NULL ? answer.token : k.token;
	if (*assertion != NULL) {
		rq->failure = before;	/* not what a look remembered, or a try met */
		return OAUTH_OK;
	}
	if (outcome != IDENTITY_GIVEN)
		return failed(rq, outcome, rq->failure.reason);
	TRY(remembered(rq, k.name));
	return failed(rq, IDENTITY_UNAVAILABLE,
	    "managed identity: another request is still asking for its token");
}

enum identity_outcome
assertion_renew(struct request *rq, const struct config_app *app, struct identity_answer *answer)
{
	return fetch(rq, app, name_of(rq, app), false, answer);
}
