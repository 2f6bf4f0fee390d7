/* SPDX-License-Identifier: MIT */
#include "service/refresh_token.h"

#include "protocol/resource_indicator.h"
#include "protocol/scope.h"
#include "service/rotation.h"
#include "service/session_claim.h"
#include "service/store_failed.h"

#define TABLE		"refresh_token"
#define SUCCESSOR	"refresh_token.successor"

struct row {
	struct sid	 sid;
	struct wrap	 wrap;
	int64_t		 expires_at;
	struct bytes	 predecessor;	/* of the unconfirmed rotation that made this token */
	bool		 rotated;
	int64_t		 kept_until;	/* till then the same successor is given again */
	struct bytes	 successor_hash;
	struct bytes	 successor;	/* sealed */
	bool		 confirmed;
	bool		 superseded;
	const char	*client_id;
};

static enum oauth_error
invalid(struct request *rq, const char *reason)
{
	return fail_because(&rq->failure, INVALID_GRANT,
	    "the refresh token is invalid, expired or revoked", reason);
}

static enum oauth_error
find(struct request *rq, const struct opaque_token *token, struct row *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REFRESH_TOKEN_GET);

	statement_hash(q, ":token_hash", token->hash);
	switch (statement_row(q)) {
	case STORED:
		break;
	case ABSENT:
		return invalid(rq, "unknown");
	default:
		return store_failed(rq);
	}
	if (!sid_from_bytes(statement_column_blob(q, 0, rq->arena), &out->sid))
		return invalid(rq, "malformed row");
	out->wrap.kid = statement_column_text(q, 1, rq->arena);
	out->wrap.sealed = statement_column_blob(q, 2, rq->arena);
	out->expires_at = statement_column_int(q, 3);
	out->predecessor = statement_column_blob(q, 4, rq->arena);
	out->rotated = !statement_column_null(q, 5);
	out->kept_until = statement_column_int(q, 5);
	out->successor_hash = statement_column_blob(q, 6, rq->arena);
	out->successor = statement_column_blob(q, 7, rq->arena);
	out->confirmed = !statement_column_null(q, 8);
	out->superseded = !statement_column_null(q, 9);
	out->client_id = statement_column_text(q, 10, rq->arena);
	return OAUTH_OK;
}

enum oauth_error
refresh_token_issue(struct request *rq, const struct session *s, const struct data_key *data_key,
    const uint8_t *predecessor, struct opaque_token *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REFRESH_TOKEN_INSERT);
	struct opaque_token token = opaque_token_new(rq->arena);
	int64_t expires_at = rq->now + rq->config->limits.refresh_idle;
	struct wrap wrap;

	if (!seal_wrap(rq->arena, rq->keys, TABLE, &token, &s->sid, data_key, &wrap))
		return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
		    "the wrap key cannot be read; run `sallyport check`");
	statement_hash(q, ":token_hash", token.hash);
	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_text(q, ":kid", wrap.kid);
	statement_blob(q, ":wrap", wrap.sealed);
	statement_int(q, ":expires_at", expires_at < s->expires_at ? expires_at : s->expires_at);
	if (predecessor != NULL)
		statement_hash(q, ":predecessor", predecessor);
	if (statement_change(q) != STORED)
		return store_failed(rq);
	*out = token;
	return OAUTH_OK;
}

/* (c): somebody holds a copy; nobody keeps the session. */
static enum oauth_error
replayed(struct request *rq, struct transaction *t, const struct sid *sid)
{
	return session_claim_replayed(rq, t, sid, "a refresh token") ? invalid(rq, "replayed") :
	    store_failed(rq);
}

static enum oauth_error
judge(struct request *rq, const struct refresh_request *in, const struct opaque_token *token,
    const struct row *row, struct session *s, struct data_key *key)
{
	const struct session_claim claim = {
		.sid = row->sid, .table = TABLE, .token = token, .wrap = row->wrap,
	};
	const char *why = NULL;

	if (row->expires_at <= rq->now)
		return invalid(rq, "expired");
	switch (session_claim_open(rq, &claim, s, key, &why)) {
	case STORED:
		break;
	case ABSENT:
		return invalid(rq, why);
	default:
		return store_failed(rq);
	}
	if (in->scope != NULL && !scope_within(in->scope, s->scope))
		return fail(&rq->failure, INVALID_SCOPE, "scope exceeds what was granted");
	if (in->resource != NULL && !resource_matches(rq->arena, s->resource, in->resource))
		return fail(&rq->failure, INVALID_TARGET, "resource is not what was granted");
	return OAUTH_OK;
}

static enum oauth_error
rotate(struct request *rq, const struct session *s, const struct data_key *key,
    const struct opaque_token *token, const struct row *row, struct opaque_token *successor)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REFRESH_TOKEN_ROTATE);
	struct bytes sealed;

	if (row->rotated && !rotation_supersede(rq, row->successor_hash))
		return store_failed(rq);
	TRY(refresh_token_issue(rq, s, key, token->hash, successor));
	if (!seal_for_holder(rq->arena, rq->keys, KEY_WRAP, SUCCESSOR, token, successor->secret,
	    sizeof successor->secret, &sealed))
		return fail(&rq->failure, SERVER_ERROR, "the server is not ready");
	statement_hash(q, ":token_hash", token->hash);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":kept_until", rq->now + rq->config->refresh_grace);
	statement_hash(q, ":successor_hash", successor->hash);
	statement_blob(q, ":successor", sealed);
	return statement_change(q) == STORED ? OAUTH_OK : store_failed(rq);
}

static bool
in_grace(const struct request *rq, const struct row *row)
{
	return row->rotated && rq->now < row->kept_until;
}

/* (a): the same successor again. */
static bool
same_successor(struct request *rq, const struct opaque_token *token, const struct row *row,
    struct opaque_token *out)
{
	struct bytes secret;

	if (!in_grace(rq, row) ||
	    !seal_open_for_holder(rq->arena, rq->keys, KEY_WRAP, SUCCESSOR, token, row->successor,
	    &secret) || secret.len != OPAQUE_TOKEN_SIZE)
		return false;
	*out = opaque_token_of(rq->arena, secret.data);
	return true;
}

enum oauth_error
refresh_token_redeem(struct request *rq, const struct refresh_request *in, struct grant *out)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);
	struct opaque_token token, successor;
	struct row row = { 0 };
	struct session session;
	struct data_key key;

	if (t.store == NULL)
		return store_failed(rq);
	if (!opaque_token_read(rq->arena, in->refresh_token, &token))
		return invalid(rq, "not a refresh token of ours");
	TRY(find(rq, &token, &row));
	if (strcmp(row.client_id, in->client_id) != 0)
		return invalid(rq, "issued to another client");
	if (row.superseded || (row.confirmed && !in_grace(rq, &row)))
		return replayed(rq, &t, &row.sid);
	TRY(judge(rq, in, &token, &row, &session, &key));
	switch (session_step_up_take(rq, &row.sid)) {
	case STORED:
		return transaction_commit(&t) ? invalid(rq, "the user must be asked for more first") :
		    store_failed(rq);
	case STORE_FAILED:
		return store_failed(rq);
	default:
		break;
	}
	if (row.predecessor.data != NULL && !rotation_confirm(rq, &row.sid, row.predecessor))
		return store_failed(rq);
	if (!same_successor(rq, &token, &row, &successor))
		TRY(row.confirmed ? replayed(rq, &t, &row.sid)
		    : rotate(rq, &session, &key, &token, &row, &successor));
	TRY(access_token_issue(rq, &session, &key, in->scope != NULL ? in->scope : session.scope,
	    &successor, token.hash, out));
	return transaction_commit(&t) ? OAUTH_OK : store_failed(rq);
}
