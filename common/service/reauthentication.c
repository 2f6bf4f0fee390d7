/* SPDX-License-Identifier: MIT */
#include "service/reauthentication.h"

#include "service/client.h"

static void
bind_key(struct statement *q, const struct session *s)
{
	statement_text(q, ":tenant_id", s->tenant_id);
	statement_text(q, ":object_id", s->object_id);
	statement_text(q, ":client_id", s->client_id);
	statement_text(q, ":resource", s->resource);
}

/* The row it stands in is part of what is sealed: moved to another person's it does not open. */
static const char *
context(struct request *rq, const struct session *s)
{
	return arena_printf(rq->arena, "reauthentication.sealed %s %s %s %s", s->tenant_id,
	    s->object_id, s->client_id, s->resource);
}

enum stored
reauthentication_find(struct request *rq, const struct session *s, struct reauthentication *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REAUTHENTICATION_GET);
	enum stored stored;

	bind_key(q, s);
	statement_int(q, ":now", rq->now);
	if ((stored = statement_row(q)) != STORED)
		return stored;
	out->claims = seal_open_for_server(rq->arena, rq->keys, KEY_CACHE, context(rq, s),
	    statement_column_blob(q, 0, rq->arena));
	out->met = !statement_column_null(q, 1);
	return out->claims == NULL ? ABSENT : STORED;
}

enum stored
reauthentication_meet(struct request *rq, const struct session *s)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REAUTHENTICATION_MEET);

	bind_key(q, s);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":expires_at", rq->now + REAUTHENTICATION_SERVES);
	return statement_change(q);
}

enum stored
reauthentication_keep(struct request *rq, const struct session *s, const char *claims)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REAUTHENTICATION_PUT);
	struct bytes sealed;

	if (!seal_for_server(rq->arena, rq->keys, KEY_CACHE, context(rq, s), claims, &sealed))
		return STORE_FAILED;
	bind_key(q, s);
	statement_blob(q, ":sealed", sealed);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":expires_at", rq->now + REAUTHENTICATION_WAITS);
	return statement_change(q);
}

enum oauth_error
reauthentication_demand(struct request *rq, const struct session *s, const char *claims)
{
	const char *reason = rq->failure.reason;
	struct reauthentication before;
	enum stored stored = reauthentication_find(rq, s, &before);
	bool same = stored == STORED && strcmp(before.claims, claims) == 0;

	if (same && before.met)
		return OAUTH_OK;
	if (stored == STORE_FAILED || (!same && reauthentication_keep(rq, s, claims) != STORED))
		return store_failed(rq);
	session_step_up(rq, &s->sid);
	return fail_because(&rq->failure, INVALID_TOKEN,
	    "Microsoft Entra ID asks the user for more; sign in again", reason);
}
