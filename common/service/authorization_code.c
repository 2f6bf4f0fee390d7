/* SPDX-License-Identifier: MIT */
#include "service/authorization_code.h"

#include "base/base64url.h"
#include "protocol/pkce.h"
#include "protocol/resource_indicator.h"
#include "service/refresh_token.h"
#include "service/session_claim.h"
#include "service/store_failed.h"

#define TABLE	"authorization_code"

struct row {
	struct sid	 sid;
	struct wrap	 wrap;
	const char	*client_id;
	const char	*redirect_uri;
	const char	*code_challenge;
	int64_t		 expires_at;
	bool		 redeemed;
};

/*
 * What the wrap is bound to beside the code: whoever holds a code of somebody else's and writes to
 * the database must not put a challenge of their own in its row.
 */
static const char *
bound(struct request *rq, const char *redirect_uri, const char *code_challenge)
{
	const char *both = arena_printf(rq->arena, "%s %s", redirect_uri, code_challenge);
	uint8_t digest[SHA256_SIZE];

	sha256(both, strlen(both), digest);
	return arena_printf(rq->arena, TABLE " %s", base64url_encode(rq->arena, digest, sizeof digest));
}

enum oauth_error
authorization_code_issue(struct request *rq, const struct session *s, const struct data_key *key,
    const char *redirect_uri, const char *code_challenge, struct opaque_token *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_AUTHORIZATION_CODE_INSERT);
	struct opaque_token code = opaque_token_new(rq->arena);
	struct wrap wrap;

	if (!seal_wrap(rq->arena, rq->keys, bound(rq, redirect_uri, code_challenge), &code, &s->sid, key,
	    &wrap))
		return fail_because(&rq->failure, SERVER_ERROR, "the server is not ready",
		    "the wrap key cannot be read; run `sallyport check`");
	statement_hash(q, ":code_hash", code.hash);
	statement_blob(q, ":sid", sid_bytes(rq->arena, &s->sid));
	statement_text(q, ":kid", wrap.kid);
	statement_blob(q, ":wrap", wrap.sealed);
	statement_text(q, ":client_id", s->client_id);
	statement_text(q, ":redirect_uri", redirect_uri);
	statement_text(q, ":code_challenge", code_challenge);
	statement_int(q, ":expires_at", rq->now + rq->config->limits.code);
	if (statement_change(q) != STORED)
		return store_failed(rq);
	*out = code;
	return OAUTH_OK;
}

static enum oauth_error
invalid(struct request *rq, const char *reason)
{
	return fail_because(&rq->failure, INVALID_GRANT,
	    "the authorization code is invalid, expired or used", reason);
}

static enum oauth_error
find(struct request *rq, const struct opaque_token *code, struct row *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_AUTHORIZATION_CODE_GET);

	statement_hash(q, ":code_hash", code->hash);
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
	out->client_id = statement_column_text(q, 3, rq->arena);
	out->redirect_uri = statement_column_text(q, 4, rq->arena);
	out->code_challenge = statement_column_text(q, 5, rq->arena);
	out->expires_at = statement_column_int(q, 6);
	out->redeemed = !statement_column_null(q, 7);
	return OAUTH_OK;
}

/* RFC 6749 section 4.1.2: a code used twice takes what it gave with it. */
static enum oauth_error
replayed(struct request *rq, struct transaction *t, const struct sid *sid)
{
	return session_claim_replayed(rq, t, sid, "its authorization code") ? invalid(rq, "replayed") :
	    store_failed(rq);
}

static enum oauth_error
judge(struct request *rq, const struct code_request *in, const struct opaque_token *code,
    const struct row *row, struct session *s, struct data_key *key)
{
	const struct session_claim claim = {
		.sid = row->sid, .table = bound(rq, row->redirect_uri, row->code_challenge),
		.token = code, .wrap = row->wrap,
	};
	const char *why = NULL;

	if (row->expires_at <= rq->now)
		return invalid(rq, "expired");
	if (in->redirect_uri != NULL && strcmp(row->redirect_uri, in->redirect_uri) != 0)
		return invalid(rq, "another redirect_uri");
	if (!pkce_verify(rq->arena, in->code_verifier, row->code_challenge))
		return fail(&rq->failure, INVALID_GRANT, "code_verifier does not match code_challenge");
	switch (session_claim_open(rq, &claim, s, key, &why)) {
	case STORED:
		break;
	case ABSENT:
		return invalid(rq, why);
	default:
		return store_failed(rq);
	}
	if (strcmp(s->client_id, row->client_id) != 0)
		return invalid(rq, "code and session name different clients");
	if (in->resource != NULL && !resource_matches(rq->arena, s->resource, in->resource))
		return fail(&rq->failure, INVALID_TARGET, "resource is not what was granted");
	return OAUTH_OK;
}

static enum oauth_error
consume(struct request *rq, const struct opaque_token *code, const struct session *s)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_AUTHORIZATION_CODE_REDEEM);

	statement_hash(q, ":code_hash", code->hash);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":session_expires_at", s->expires_at);
	switch (statement_change(q)) {
	case STORED:
		return OAUTH_OK;
	case ABSENT:
		return invalid(rq, "used a moment ago");
	default:
		return store_failed(rq);
	}
}

enum oauth_error
authorization_code_redeem(struct request *rq, const struct code_request *in, struct grant *out)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);
	struct opaque_token code, refresh;
	struct row row = { 0 };
	struct session session;
	struct data_key key;

	if (t.store == NULL)
		return store_failed(rq);
	if (!opaque_token_read(rq->arena, in->code, &code))
		return invalid(rq, "not a code of ours");
	TRY(find(rq, &code, &row));
	if (strcmp(row.client_id, in->client_id) != 0)
		return invalid(rq, "issued to another client");
	if (row.redeemed)
		return replayed(rq, &t, &row.sid);
	TRY(judge(rq, in, &code, &row, &session, &key));
	TRY(consume(rq, &code, &session));
	TRY(refresh_token_issue(rq, &session, &key, NULL, &refresh));
	TRY(access_token_issue(rq, &session, &key, session.scope, &refresh, NULL, out));
	return transaction_commit(&t) ? OAUTH_OK : store_failed(rq);
}
