/* SPDX-License-Identifier: MIT */
#include "service/session.h"

#include "base/base64url.h"
#include "base/clock.h"
#include "base/log.h"
#include "protocol/json.h"
#include "service/audit.h"

#define SEALED_MAX	((size_t)64 * 1024)	/* bytes of a sealed column's text */
#define IDENTITY	"session.identity"
#define ENTRA_TOKENS	"session.entra_tokens"

char *
session_subject(struct request *rq, const char *tenant_id, const char *object_id)
{
	const char *person = arena_printf(rq->arena, "%s %s %s", rq->config->public_url, tenant_id,
	    object_id);
	uint8_t digest[SHA256_SIZE];

	sha256(person, strlen(person), digest);
	return base64url_encode(rq->arena, digest, sizeof digest);
}

int64_t
session_idle_since(const struct request *rq)
{
	return rq->now - rq->config->limits.session_idle;
}

static const char *
identity_json(struct arena *a, const struct session *s)
{
	struct buf b = buf_new(a, SEALED_MAX);

	buf_member(&b, "client_id", s->client_id);
	buf_member(&b, "resource", s->resource);
	buf_member(&b, "scope", s->scope);
	buf_member(&b, "sub", s->subject);
	buf_member(&b, "tid", s->tenant_id);
	buf_member(&b, "oid", s->object_id);
	buf_lit(&b, ",\"exp\":");
	buf_number(&b, s->expires_at);
	buf_lit(&b, "}");
	return buf_text(&b);
}

static const char *
entra_tokens_json(struct arena *a, const struct entra_tokens *t)
{
	struct buf b = buf_new(a, SEALED_MAX);

	buf_member(&b, "access_token", t->access_token);
	buf_member(&b, "refresh_token", t->refresh_token);
	buf_lit(&b, ",\"expires_at\":");
	buf_number(&b, t->expires_at);
	buf_lit(&b, ",\"renew_at\":");
	buf_number(&b, t->renew_at);
	buf_lit(&b, ",\"asked_at\":");
	buf_number(&b, t->asked_at);
	buf_lit(&b, "}");
	return buf_text(&b);
}

int64_t
session_entra_until(const struct entra_tokens *t)
{
	int64_t word = t->asked_at + ENTRA_WORD_LASTS;

	return t->renew_at < word ? t->renew_at : word;
}

enum stored
session_insert(struct request *rq, const struct session *s, const struct data_key *key,
    const struct entra_tokens *tokens)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_INSERT);
	const char *identity = identity_json(rq->arena, s);
	const char *entra = entra_tokens_json(rq->arena, tokens);

	if (identity == NULL || entra == NULL)
		return STORE_FAILED;
	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_text(q, ":client_id", s->client_id);
	statement_text(q, ":resource", s->resource);
	statement_text(q, ":scope", s->scope);
	statement_text(q, ":subject", s->subject);
	statement_text(q, ":tenant_id", s->tenant_id);
	statement_text(q, ":object_id", s->object_id);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":expires_at", s->expires_at);
	statement_int(q, ":entra_until", session_entra_until(tokens));
	statement_blob(q, ":entra_sid", s->entra_sid);
	statement_blob(q, ":identity", seal_column(rq->arena, key, IDENTITY, &s->sid, identity));
	statement_blob(q, ":entra_tokens", seal_column(rq->arena, key, ENTRA_TOKENS, &s->sid, entra));
	return statement_change(q);
}

enum stored
session_get(struct request *rq, const struct sid *sid, struct session *out, struct bytes *identity)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_GET);
	enum stored stored;

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	statement_int(q, ":now", rq->now);
	statement_int(q, ":idle_since", session_idle_since(rq));
	if ((stored = statement_row(q)) != STORED)
		return stored;
	*out = (struct session){
		.sid = *sid,
		.client_id = statement_column_text(q, 0, rq->arena),
		.resource = statement_column_text(q, 1, rq->arena),
		.scope = statement_column_text(q, 2, rq->arena),
		.subject = statement_column_text(q, 3, rq->arena),
		.tenant_id = statement_column_text(q, 4, rq->arena),
		.object_id = statement_column_text(q, 5, rq->arena),
		.expires_at = statement_column_int(q, 6),
	};
	*identity = statement_column_blob(q, 7, rq->arena);
	out->created_at = statement_column_int(q, 8);
	return STORED;
}

enum stored
session_alive(struct request *rq, const struct sid *sid)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_ALIVE);

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	statement_int(q, ":now", rq->now);
	statement_int(q, ":idle_since", session_idle_since(rq));
	statement_int(q, ":silent_since", rq->now - ENTRA_SILENCE_MAX);
	return statement_row(q);
}

bool
session_identity_agrees(struct request *rq, const struct session *s, const struct data_key *key,
    struct bytes identity)
{
	const char *sealed = seal_open_column(rq->arena, key, IDENTITY, &s->sid, identity);
	const char *clear = identity_json(rq->arena, s);

	return sealed != NULL && clear != NULL && strcmp(sealed, clear) == 0;
}

enum stored
session_entra_tokens(struct request *rq, const struct session *s, const struct data_key *key,
    struct entra_tokens *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_ENTRA_TOKENS);
	AUTO(json) struct json_object *json = NULL;
	enum stored stored;
	const char *text;

	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_int(q, ":now", rq->now);
	if ((stored = statement_row(q)) != STORED)
		return stored;
	text = seal_open_column(rq->arena, key, ENTRA_TOKENS, &s->sid,
	    statement_column_blob(q, 0, rq->arena));
	if (text == NULL || (json = json_parse(rq->arena, text, strlen(text))) == NULL ||
	    json_string(json, "access_token") == NULL ||
	    json_string(json, "refresh_token") == NULL ||
	    !json_int(json, "expires_at", &out->expires_at))
		return ABSENT;
	if (!json_int(json, "renew_at", &out->renew_at) || !json_int(json, "asked_at", &out->asked_at))
		out->renew_at = out->asked_at = 0;	/* stored by an earlier version: refreshed now */
	out->access_token = arena_string(rq->arena, json_string(json, "access_token"));
	out->refresh_token = arena_string(rq->arena, json_string(json, "refresh_token"));
	return STORED;
}

enum stored
session_end(struct request *rq, const struct sid *sid)
{
	static const enum query erase[] = {
		QUERY_AUTHORIZATION_CODE_DELETE_SESSION, QUERY_ACCESS_TOKEN_DELETE_SESSION,
		QUERY_REFRESH_TOKEN_END_SESSION, QUERY_EXCHANGED_TOKEN_DELETE_SESSION,
		QUERY_STREAM_DELETE_SESSION, QUERY_UPSTREAM_SESSION_DELETE_SESSION,
		QUERY_SESSION_GROUPS_DELETE_SESSION,
	};
	AUTO(statement) struct statement *end = store_query(rq->store, QUERY_SESSION_END);

	for (size_t i = 0; i < COUNT(erase); i++) {
		AUTO(statement) struct statement *q = store_query(rq->store, erase[i]);

		statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
		if (statement_change(q) == STORE_FAILED)
			return STORE_FAILED;
	}
	statement_blob(end, ":sid", sid_bytes(rq->arena, sid));
	statement_int(end, ":now", rq->now);
	return statement_change(end);
}

void
session_end_now(struct request *rq, const struct sid *sid, const char *why)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);

	if (t.store == NULL || session_end(rq, sid) == STORE_FAILED || !transaction_commit(&t))
		log_line("session %s should end but the store failed: %s",
		    sid_text(rq->arena, sid), store_error(rq->store));
	else {
		log_line("session %s ended: %s", sid_text(rq->arena, sid), why);
		audit_sid(rq, AUDIT_SESSION_ENDED, sid, why);
	}
}

bool
session_lease(struct request *rq, const struct sid *sid, const struct opaque_token *owner,
    int64_t seconds)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_LEASE);
	int64_t now = clock_seconds();

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	statement_hash(q, ":owner", owner->hash);
	statement_int(q, ":now", now);
	statement_int(q, ":until", now + seconds);
	return statement_change(q) == STORED;
}

void
session_release(struct request *rq, const struct sid *sid, const struct opaque_token *owner)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_RELEASE);

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	statement_hash(q, ":owner", owner->hash);
	if (statement_change(q) == STORE_FAILED)
		return;		/* the lease runs out by itself */
}

enum stored
session_store_entra_tokens(struct request *rq, const struct session *s, const struct data_key *key,
    const struct opaque_token *owner, const struct entra_tokens *tokens)
{
	AUTO(statement) struct statement *q = store_query(rq->store,
	    QUERY_SESSION_STORE_ENTRA_TOKENS);
	const char *text = entra_tokens_json(rq->arena, tokens);

	if (text == NULL)
		return STORE_FAILED;
	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_hash(q, ":owner", owner->hash);
	statement_int(q, ":entra_until", session_entra_until(tokens));
	statement_blob(q, ":entra_tokens", seal_column(rq->arena, key, ENTRA_TOKENS, &s->sid, text));
	return statement_change(q);
}

void
session_ask_entra_at(struct request *rq, const struct sid *sid, int64_t when)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_ASK_ENTRA_AT);

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	statement_int(q, ":entra_until", when);
	if (statement_change(q) == STORE_FAILED)
		return;		/* then at its time */
}

void
session_step_up(struct request *rq, const struct sid *sid)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_STEP_UP);

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	statement_int(q, ":until", rq->now + SESSION_STEP_UP);
	if (statement_change(q) == STORE_FAILED)
		return;		/* the client learns what it lacks all the same */
}

enum stored
session_step_up_take(struct request *rq, const struct sid *sid)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_STEP_UP_TAKE);

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	statement_int(q, ":now", rq->now);
	return statement_change(q);
}
