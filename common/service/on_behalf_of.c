/* SPDX-License-Identifier: MIT */
#include "service/on_behalf_of.h"

#define SEALED	"exchanged_token.sealed"

static const char *
cached(struct request *rq, const struct session *s, const struct data_key *key, const char *scope)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_EXCHANGED_TOKEN_GET);

	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_text(q, ":scope", scope);
	statement_int(q, ":now", rq->now + EXCHANGED_MARGIN);
	if (statement_row(q) != STORED)
		return NULL;
	return seal_open_column(rq->arena, key, arena_printf(rq->arena, SEALED " %s", scope), &s->sid,
	    statement_column_blob(q, 0, rq->arena));
}

/* A token that cannot be kept serves this request and is asked for again by the next. */
static void
keep(struct request *rq, const struct session *s, const struct data_key *key, const char *scope,
    const struct entra_reply *reply)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_EXCHANGED_TOKEN_PUT);

	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_text(q, ":scope", scope);
	statement_blob(q, ":sealed", seal_column(rq->arena, key,
	    arena_printf(rq->arena, SEALED " %s", scope), &s->sid, reply->access_token));
	statement_int(q, ":expires_at", reply->expires_at);
	if (statement_change(q) == STORE_FAILED)
		return;
}

enum entra_outcome
on_behalf_of(struct request *rq, const struct session *s, const struct data_key *key,
    const char *assertion, const char *scope, bool fresh, const char **access_token)
{
	struct buf form = entra_form(rq, "urn:ietf:params:oauth:grant-type:jwt-bearer");
	const char *known = fresh ? NULL : cached(rq, s, key, scope);
	struct entra_reply reply;
	enum entra_outcome outcome;

	if (known != NULL) {
		*access_token = known;
		return ENTRA_GRANTED;
	}
	entra_form_add(&form, "assertion", assertion);
	entra_form_add(&form, "requested_token_use", "on_behalf_of");
	entra_form_add(&form, "scope", scope);
	if ((outcome = entra_token_call(rq, &form, &reply)) != ENTRA_GRANTED)
		return outcome;
	keep(rq, s, key, scope, &reply);
	*access_token = reply.access_token;
	return ENTRA_GRANTED;
}
