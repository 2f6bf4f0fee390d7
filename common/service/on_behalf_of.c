/* SPDX-License-Identifier: MIT */
#include "service/on_behalf_of.h"

#include "service/reauthentication.h"
#include "service/single_flight.h"

#define SEALED	"exchanged_token.sealed"

struct want {
	const struct session	*session;
	const struct data_key	*key;
	const char		*assertion;
	const char		*scope;
	const char		*stale;		/* the cached token that must not be given again */
	struct exchanged	*out;
};

static const char *
cached(struct request *rq, const struct want *w)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_EXCHANGED_TOKEN_GET);

	statement_blob(q, ":sid", sid_bytes(rq->arena, &w->session->sid));
	statement_text(q, ":scope", w->scope);
	statement_int(q, ":now", rq->now + EXCHANGED_MARGIN);
	if (statement_row(q) != STORED)
		return NULL;
	return seal_open_column(rq->arena, w->key, arena_printf(rq->arena, SEALED " %s", w->scope),
	    &w->session->sid, statement_column_blob(q, 0, rq->arena));
}

/* A token that cannot be kept serves this request and is asked for again by the next. */
static void
keep(struct request *rq, const struct want *w, const struct entra_reply *reply)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_EXCHANGED_TOKEN_PUT);

	statement_blob(q, ":sid", sid_bytes(rq->arena, &w->session->sid));
	statement_text(q, ":scope", w->scope);
	statement_blob(q, ":sealed", seal_column(rq->arena, w->key,
	    arena_printf(rq->arena, SEALED " %s", w->scope), &w->session->sid, reply->access_token));
	statement_int(q, ":expires_at", reply->expires_at);
	if (statement_change(q) == STORE_FAILED)
		return;
}

void
on_behalf_of_forget(struct request *rq, const struct session *s, const char *scope)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_EXCHANGED_TOKEN_DELETE);

	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_text(q, ":scope", scope);
	if (statement_change(q) == STORE_FAILED)
		return;		/* it expires */
}

/* What was demanded would be demanded again; once somebody met it, only Entra knows. */
static bool
awaits_the_person(struct request *rq, const struct want *w)
{
	struct reauthentication demand;

	if (reauthentication_find(rq, w->session, &demand) != STORED ||
	    demand.met || !reauthentication_awaits(rq, w->session, &demand))
		return false;
	w->out->claims = demand.claims;
	rq->failure.reason = "what Entra demanded of the person has not been met yet";
	return true;
}

/* A token, or that there can be none. */
static bool
look(struct request *rq, void *argument)
{
	struct want *w = argument;
	const char *token = cached(rq, w);

	if (token == NULL || (w->stale != NULL && strcmp(token, w->stale) == 0))
		return awaits_the_person(rq, w);
	w->out->access_token = token;
	return true;
}

static enum entra_outcome
landed(const struct want *w)
{
	return w->out->access_token != NULL ? ENTRA_GRANTED : ENTRA_INTERACTION;
}

static enum entra_outcome
ask(struct request *rq, const struct want *w)
{
	const struct entra_call call = {
		.tenant = w->session->tenant_id, .app = &rq->config->entra.resource_app,
	};
	struct buf form = entra_form(rq, "urn:ietf:params:oauth:grant-type:jwt-bearer");
	struct entra_reply reply;
	enum entra_outcome outcome;

	entra_form_add(&form, "assertion", w->assertion);
	entra_form_add(&form, "requested_token_use", "on_behalf_of");
	entra_form_add(&form, "scope", w->scope);
	outcome = entra_token_call(rq, &call, &form, &reply);
	*w->out = (struct exchanged){ .access_token = reply.access_token, .claims = reply.claims };
	if (outcome == ENTRA_GRANTED && w->key != NULL)
		keep(rq, w, &reply);
	return outcome;
}

enum entra_outcome
on_behalf_of(struct request *rq, const struct session *s, const struct data_key *key,
    const char *assertion, const char *scope, bool fresh, struct exchanged *out)
{
	struct want want = {
		.session = s, .key = key, .assertion = assertion, .scope = scope, .out = out,
	};
	const struct flight flight = {
		.name = arena_printf(rq->arena, "on behalf of %s %s", sid_text(rq->arena, &s->sid), scope),
		.look = look, .argument = &want, .seconds = rq->config->entra.timeout,
	};
	struct opaque_token owner;
	enum entra_outcome outcome;

	*out = (struct exchanged){ 0 };
	if (key == NULL)
		return ask(rq, &want);
	if (fresh)
		want.stale = cached(rq, &want);
	else if (look(rq, &want))
		return landed(&want);
	switch (flight_board(rq, &flight, &owner)) {
	case FLIGHT_LANDED:
		return landed(&want);
	case FLIGHT_LATE:
		rq->failure.reason = "another request is still exchanging the token";
		return ENTRA_UNAVAILABLE;
	default:
		outcome = ask(rq, &want);
		flight_land(rq, &flight, &owner);
		return outcome;
	}
}
