/* SPDX-License-Identifier: MIT */
#include "service/authorization_request.h"

#include "base/base64url.h"
#include "base/random.h"
#include "base/secret.h"
#include "service/seal.h"

#define SEALED		"authorization_request.sealed"
#define SECRET_BYTES	32	/* of nonce and verifier: 43 characters each, RFC 7636 section 4.1 */
#define SECRET_TEXT	43
#define ROOM		16	/* transactions that go at once where there are too many */
#define BINDING_MAX	((size_t)64 * 1024)	/* bytes of a transaction's text */

static const char *
kind_of(const struct authorization_request *t)
{
	return t->account ? "account" : "client";
}

/* Anyone may open as many as they like: the database does not grow with them. */
static void
make_room(struct request *rq)
{
	AUTO(statement) struct statement *q = store_query(rq->store,
	    QUERY_AUTHORIZATION_REQUEST_MAKE_ROOM);

	statement_int(q, ":most", rq->config->limits.transactions);
	statement_int(q, ":limit", ROOM);
	if (statement_change(q) == STORE_FAILED)
		return;		/* opening says so */
}

enum stored
authorization_request_open(struct request *rq, const struct authorization_request *in,
    struct opaque_token *id)
{
	AUTO(statement) struct statement *q = store_query(rq->store,
	    QUERY_AUTHORIZATION_REQUEST_INSERT);

	make_room(rq);
	*id = opaque_token_new(rq->arena);
	statement_hash(q, ":id_hash", id->hash);
	statement_text(q, ":client_id", in->client_id);
	statement_text(q, ":redirect_uri", in->redirect_uri);
	statement_text(q, ":state", in->state);
	statement_text(q, ":code_challenge", in->code_challenge);
	statement_text(q, ":scope", in->scope);
	statement_text(q, ":resource", in->resource);
	statement_text(q, ":reauthenticates", in->reauthenticates);
	statement_text(q, ":kind", kind_of(in));
	statement_int(q, ":expires_at", rq->now + rq->config->limits.transaction);
	return statement_change(q);
}

enum stored
authorization_request_get(struct request *rq, const struct opaque_token *id,
    struct authorization_request *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_AUTHORIZATION_REQUEST_GET);
	enum stored stored;

	statement_hash(q, ":id_hash", id->hash);
	statement_int(q, ":now", rq->now);
	if ((stored = statement_row(q)) != STORED)
		return stored;
	*out = (struct authorization_request){
		.id_hash = { .data = (uint8_t *)arena_copy(rq->arena, id->hash, sizeof id->hash),
		    .len = sizeof id->hash },
		.client_id = statement_column_text(q, 0, rq->arena),
		.redirect_uri = statement_column_text(q, 1, rq->arena),
		.state = statement_column_text(q, 2, rq->arena),
		.code_challenge = statement_column_text(q, 3, rq->arena),
		.scope = statement_column_text(q, 4, rq->arena),
		.resource = statement_column_text(q, 5, rq->arena),
		.browser_hash = statement_column_blob(q, 6, rq->arena),
		.reauthenticates = statement_column_text(q, 7, rq->arena),
	};
	return STORED;
}

const char *
authorization_request_binding(struct request *rq, const struct authorization_request *t)
{
	const char *const part[] = {
		base64url_encode(rq->arena, t->id_hash.data, t->id_hash.len), t->client_id, t->redirect_uri,
		t->code_challenge, t->scope, t->resource, t->state == NULL ? "" : t->state,
		t->reauthenticates == NULL ? "" : t->reauthenticates, kind_of(t),
	};
	struct buf b = buf_new(rq->arena, BINDING_MAX);
	uint8_t digest[SHA256_SIZE];

	for (size_t i = 0; i < COUNT(part); i++)
		buf_json(&b, part[i]);		/* quoted: no part runs into the next */
	if (buf_text(&b) == NULL)
		return NULL;
	sha256(b.text, b.len, digest);
	return base64url_encode(rq->arena, digest, sizeof digest);
}

enum stored
authorization_request_approve(struct request *rq, const struct authorization_request *in,
    const struct opaque_token *browser, struct entra_round *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store,
	    QUERY_AUTHORIZATION_REQUEST_APPROVE);
	const char *binding = authorization_request_binding(rq, in), *all;
	struct bytes sealed;

	*out = (struct entra_round){
		.state = opaque_token_new(rq->arena),
		.cookie = opaque_token_new(rq->arena),
		.nonce = random_base64url(rq->arena, SECRET_BYTES),
		.code_verifier = random_base64url(rq->arena, SECRET_BYTES),
	};
	all = arena_printf(rq->arena, "%s%s%s", out->nonce, out->code_verifier, binding);
	if (binding == NULL || !seal_for_holder(rq->arena, rq->keys, KEY_BROWSER, SEALED, &out->cookie,
	    all, strlen(all), &sealed))
		return STORE_FAILED;
	statement_blob(q, ":id_hash", in->id_hash);
	statement_hash(q, ":browser_hash", browser->hash);
	statement_hash(q, ":entra_state_hash", out->state.hash);
	statement_hash(q, ":cookie_hash", out->cookie.hash);
	statement_blob(q, ":sealed", sealed);
	statement_int(q, ":now", rq->now);
	return statement_change(q);
}

enum stored
authorization_request_by_state(struct request *rq, const struct opaque_token *state,
    struct authorization_request *out, struct bytes *cookie_hash, struct bytes *sealed)
{
	AUTO(statement) struct statement *q = store_query(rq->store,
	    QUERY_AUTHORIZATION_REQUEST_BY_STATE);
	enum stored stored;

	statement_hash(q, ":entra_state_hash", state->hash);
	statement_int(q, ":now", rq->now);
	if ((stored = statement_row(q)) != STORED)
		return stored;
	*out = (struct authorization_request){
		.id_hash = statement_column_blob(q, 0, rq->arena),
		.client_id = statement_column_text(q, 1, rq->arena),
		.redirect_uri = statement_column_text(q, 2, rq->arena),
		.state = statement_column_text(q, 3, rq->arena),
		.code_challenge = statement_column_text(q, 4, rq->arena),
		.scope = statement_column_text(q, 5, rq->arena),
		.resource = statement_column_text(q, 6, rq->arena),
	};
	out->reauthenticates = statement_column_text(q, 7, rq->arena);
	*cookie_hash = statement_column_blob(q, 8, rq->arena);
	*sealed = statement_column_blob(q, 9, rq->arena);
	out->account = strcmp(statement_column_text(q, 10, rq->arena), "account") == 0;
	return STORED;
}

bool
authorization_request_unseal(struct request *rq, const struct authorization_request *in,
    const struct opaque_token *cookie, struct bytes sealed, const char **nonce,
    const char **code_verifier)
{
	struct bytes all;

	if (!seal_open_for_holder(rq->arena, rq->keys, KEY_BROWSER, SEALED, cookie, sealed, &all) ||
	    all.len != (size_t)3 * SECRET_TEXT)
		return false;
	*nonce = arena_copy(rq->arena, all.data, SECRET_TEXT);
	*code_verifier = arena_copy(rq->arena, all.data + SECRET_TEXT, SECRET_TEXT);
	/* What follows them is the binding of what was approved. */
	return secret_equal(authorization_request_binding(rq, in),
	    (const char *)all.data + 2 * SECRET_TEXT);
}

enum stored
authorization_request_close(struct request *rq, struct bytes id_hash)
{
	AUTO(statement) struct statement *q = store_query(rq->store,
	    QUERY_AUTHORIZATION_REQUEST_DELETE);

	statement_blob(q, ":id_hash", id_hash);
	return statement_change(q);
}
