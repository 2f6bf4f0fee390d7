/* SPDX-License-Identifier: MIT */
#include "service/reauthentication.h"

#include "protocol/entra_claims.h"
#include "service/audit.h"
#include "service/store_failed.h"

static void
bind_key(struct statement *q, const struct session *s)
{
	statement_text(q, ":subject", s->subject);
	statement_text(q, ":client_id", s->client_id);
	statement_text(q, ":resource", s->resource);
}

/* The row it stands in is part of what is sealed: moved to another person's it does not open. */
static const char *
context(struct request *rq, const struct session *s)
{
	return arena_printf(rq->arena, "reauthentication.sealed %s %s %s", s->subject, s->client_id,
	    s->resource);
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
	out->demanded_at = statement_column_int(q, 1);
	out->asked_at = statement_column_int(q, 2);
	out->met = statement_column_int(q, 3) == 1;
	out->rounds = statement_column_int(q, 4);
	return out->claims == NULL ? ABSENT : STORED;
}

/* Whether the person was asked so lately that asking again is of no use. */
static bool
serves(const struct request *rq, const struct reauthentication *r)
{
	int64_t seconds = REAUTHENTICATION_SERVES;

	for (int64_t i = 1; i < r->rounds && seconds < REAUTHENTICATION_KEPT; i++)
		seconds *= 6;
	return r->asked_at != 0 && r->asked_at > rq->now - seconds;
}

bool
reauthentication_waits(const struct request *rq, const struct reauthentication *r)
{
	return r->asked_at == 0 ? r->demanded_at > rq->now - REAUTHENTICATION_WAITS : r->met && serves(rq, r);
}

bool
reauthentication_awaits(const struct request *rq, const struct session *s,
    const struct reauthentication *r)
{
	return r->asked_at == 0 ? reauthentication_waits(rq, r) && s->created_at <= r->demanded_at :
	    serves(rq, r) && s->created_at < r->asked_at;
}

enum stored
reauthentication_asked(struct request *rq, const struct session *s, const struct reauthentication *r)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REAUTHENTICATION_ASKED);

	bind_key(q, s);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":demanded_at", r->demanded_at);
	statement_int(q, ":expires_at", rq->now + REAUTHENTICATION_KEPT);
	return statement_change(q);
}

enum stored
reauthentication_refused(struct request *rq, const struct session *s,
    const struct reauthentication *r)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REAUTHENTICATION_REFUSED);

	bind_key(q, s);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":demanded_at", r->demanded_at);
	return statement_change(q);
}

enum stored
reauthentication_keep(struct request *rq, const struct session *s, const char *claims)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REAUTHENTICATION_PUT);
	struct reauthentication before;
	struct bytes sealed;

	if (reauthentication_find(rq, s, &before) == STORED)
		claims = entra_claims_union(rq->arena, before.claims, claims);
	if (!seal_for_server(rq->arena, rq->keys, KEY_CACHE, context(rq, s), claims, &sealed))
		return STORE_FAILED;
	bind_key(q, s);
	statement_blob(q, ":sealed", sealed);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":expires_at", rq->now + REAUTHENTICATION_KEPT);
	return statement_change(q);
}

static enum oauth_error
sign_in_again(struct request *rq, const struct session *s, const char *reason)
{
	session_step_up(rq, &s->sid);
	audit(rq, &(struct audit){ .event = AUDIT_STEP_UP_DEMANDED, .session = s, .reason = "by Entra ID" });
	return fail_because(&rq->failure, INVALID_TOKEN,
	    "Microsoft Entra ID asks the user for more; sign in again", reason);
}

/* One that holds all that is demanded now. */
static bool
is_the_same(struct request *rq, const struct reauthentication *before, const char *claims)
{
	return entra_claims_within(rq->arena, claims, before->claims);
}

enum oauth_error
reauthentication_demand(struct request *rq, const struct session *s, const char *claims)
{
	const char *reason = rq->failure.reason;
	struct reauthentication before;

	switch (reauthentication_find(rq, s, &before)) {
	case STORE_FAILED:
		return store_failed(rq);
	case STORED:
		if (is_the_same(rq, &before, claims)) {
			if (reauthentication_awaits(rq, s, &before))
				return sign_in_again(rq, s, reason);
			if (serves(rq, &before))
				return OAUTH_OK;
		} else if (before.rounds >= REAUTHENTICATION_ROUNDS) {
			return OAUTH_OK;
		}
		break;
	default:
		break;
	}
	return reauthentication_keep(rq, s, claims) != STORED ? store_failed(rq) :
	    sign_in_again(rq, s, reason);
}
