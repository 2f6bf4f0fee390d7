/* SPDX-License-Identifier: MIT */
/*
 * revoke: token revocation, RFC 7009.
 *
 * A refresh token takes its session with it, and so every access token (section 2.1); an access
 * token goes alone.  Needs the token's hash only, and so no key.  An unknown token is no error
 * (section 2.2).
 */
#include "protocol/param.h"
#include "service/access_token.h"
#include "service/audit.h"
#include "service/client_authenticate.h"
#include "service/endpoint.h"
#include "service/rate.h"
#include "service/store_failed.h"

#define TOKEN_MAX	8192	/* bytes */

static enum oauth_error	revoke(struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name    = "revoke",
		.path    = "/revoke",
		.methods = "POST, OPTIONS",
		.media   = "application/x-www-form-urlencoded",
		.cors    = true,
		.needs   = { &store_service },
		.admit   = rate_take,
		.handle  = revoke,
	});
}

struct revoke_request {
	const char	*token;
	const char	*token_type_hint;	/* not needed: the two kinds look different */
	struct client_credentials credentials;
};

static const struct param revoke_params[] = {
	PARAM(revoke_request, token,		REQUIRED, TOKEN_MAX,	 is_vschar),
	PARAM(revoke_request, token_type_hint,	OPTIONAL, 64,		 is_vschar),
	CLIENT_PARAMS(revoke_request),
};

/* The session and the client that a token's hash belongs to; ABSENT for an unknown one. */
static enum stored
owner(struct request *rq, enum query which, int client_column, const uint8_t hash[static SHA256_SIZE],
    struct sid *sid, const char **client_id)
{
	AUTO(statement) struct statement *q = store_query(rq->store, which);
	enum stored stored;

	statement_hash(q, ":token_hash", hash);
	if ((stored = statement_row(q)) != STORED)
		return stored;
	if (!sid_from_bytes(statement_column_blob(q, 0, rq->arena), sid))
		return STORE_FAILED;
	*client_id = statement_column_text(q, client_column, rq->arena);
	return STORED;
}

static enum oauth_error
another_client(struct request *rq)
{
	return fail(&rq->failure, INVALID_GRANT, "the token was issued to another client");
}

static enum oauth_error
revoke_refresh_token(struct request *rq, const struct opaque_token *token, const char *client_id)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);
	const char *theirs;
	enum stored stored;
	struct sid sid;

	if (t.store == NULL)
		return store_failed(rq);
	if ((stored = owner(rq, QUERY_REFRESH_TOKEN_GET, 10, token->hash, &sid, &theirs)) == ABSENT)
		return OAUTH_OK;
	if (stored == STORE_FAILED)
		return store_failed(rq);
	if (strcmp(theirs, client_id) != 0)
		return another_client(rq);
	if (session_end(rq, &sid) == STORE_FAILED || !transaction_commit(&t))
		return store_failed(rq);
	audit_sid(rq, AUDIT_TOKEN_REVOKED, &sid, "a refresh token");
	audit_sid(rq, AUDIT_SESSION_ENDED, &sid, "its refresh token was revoked");
	return OAUTH_OK;
}

static enum oauth_error
revoke_access_token(struct request *rq, const uint8_t hash[static SHA256_SIZE], const char *client_id)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ACCESS_TOKEN_DELETE);
	const char *theirs;
	enum stored stored;
	struct sid sid;

	if ((stored = owner(rq, QUERY_ACCESS_TOKEN_OWNER, 1, hash, &sid, &theirs)) == ABSENT)
		return OAUTH_OK;
	if (stored == STORE_FAILED)
		return store_failed(rq);
	if (strcmp(theirs, client_id) != 0)
		return another_client(rq);
	statement_hash(q, ":token_hash", hash);
	if (statement_change(q) == STORE_FAILED)
		return store_failed(rq);
	audit_sid(rq, AUDIT_TOKEN_REVOKED, &sid, "an access token");
	return OAUTH_OK;
}

static enum oauth_error
revoke(struct request *rq, struct response *rs)
{
	AUTO(client) struct client client = { 0 };
	struct revoke_request in = { 0 };
	uint8_t hash[SHA256_SIZE];
	struct opaque_token token;

	TRY(param_read(&in, revoke_params, COUNT(revoke_params), rq->body, rq->arena, &rq->failure));
	TRY(client_authenticate(rq, rs, &in.credentials, &client));
	if (opaque_token_read(rq->arena, in.token, &token))
		TRY(revoke_refresh_token(rq, &token, client.client_id));
	else if (access_token_hash(rq, in.token, hash))
		TRY(revoke_access_token(rq, hash, client.client_id));
	rs->status = 200;
	return OAUTH_OK;
}
