/* SPDX-License-Identifier: MIT */
#include "service/entra_sid.h"

#include "protocol/page_text.h"
#include "service/audit.h"
#include "service/keyring.h"
#include "service/session.h"
#include "service/store_failed.h"

static struct bytes
mark(struct arena *a, const struct key *key, const char *sid)
{
	struct bytes out = { .data = arena_alloc(a, KID_LEN + SHA256_SIZE), .len = KID_LEN + SHA256_SIZE };

	memcpy(out.data, key->kid, KID_LEN);
	hmac_sign(key->hmac, sid, strlen(sid), out.data + KID_LEN);
	return out;
}

static enum oauth_error
no_key(struct request *rq)
{
	return fail_because(&rq->failure, SERVER_ERROR, page_text(TEXT_WHY_NOT_READY),
	    "the logout key cannot be read; run `sallyport check`");
}

enum oauth_error
entra_sid_mark(struct request *rq, const char *sid, struct bytes *out)
{
	const struct key *key;

	*out = (struct bytes){ 0 };
	if (*sid == '\0')
		return OAUTH_OK;
	if ((key = keyring_current(rq->keys, KEY_LOGOUT)) == NULL)
		return no_key(rq);
	*out = mark(rq->arena, key, sid);
	return OAUTH_OK;
}

/* The sessions of a mark, at most ENTRA_SID_BATCH of them. */
static enum stored
find(struct request *rq, struct bytes of, struct sid found[static ENTRA_SID_BATCH], size_t *count)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_OF_ENTRA_SID);
	enum stored stored;

	statement_blob(q, ":entra_sid", of);
	statement_int(q, ":limit", ENTRA_SID_BATCH);
	for (*count = 0; (stored = statement_row(q)) == STORED && *count < ENTRA_SID_BATCH; ++*count) {
		if (!sid_from_bytes(statement_column_blob(q, 0, rq->arena), &found[*count]))
			return STORE_FAILED;
	}
	return stored == STORE_FAILED ? STORE_FAILED : STORED;
}

/* One transaction; a session that somebody else has ended meanwhile does not count. */
static bool
end_batch(struct request *rq, const struct sid *found, size_t count, int64_t *ended)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);
	bool mine[ENTRA_SID_BATCH] = { 0 };
	int64_t here = 0;

	if (t.store == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		switch (session_end(rq, &found[i])) {
		case STORED:
			mine[i] = true;
			here++;
			break;
		case ABSENT:
			break;
		default:
			return false;
		}
	if (!transaction_commit(&t))
		return false;
	for (size_t i = 0; i < count; i++)
		if (mine[i])
			audit_sid(rq, AUDIT_SESSION_ENDED, &found[i], "its person signed out at Entra ID");
	*ended += here;
	return true;
}

/* Anyone may ask, so nothing is locked before there is something to end. */
static enum oauth_error
end_sessions(struct request *rq, struct bytes of, int64_t *ended)
{
	struct sid found[ENTRA_SID_BATCH];
	size_t count;

	for (int i = 0; i < ENTRA_SID_BATCHES; i++) {
		if (find(rq, of, found, &count) != STORED ||
		    (count > 0 && !end_batch(rq, found, count, ended)))
			return store_failed(rq);
		if (count < ENTRA_SID_BATCH)
			return OAUTH_OK;
	}
	return fail_because(&rq->failure, SERVER_ERROR, page_text(TEXT_WHY_TOO_MUCH),
	    "more sessions of one sid than a request ends");
}

/* The page of the person's own clients, which knows them by a sign-in with the same browser. */
static enum oauth_error
close_account(struct request *rq, struct bytes of)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ACCOUNT_SESSION_OF_ENTRA_SID);
	AUTO(statement) struct statement *close = store_query(rq->store,
	    QUERY_ACCOUNT_SESSION_DELETE_ENTRA_SID);
	enum stored stored;

	statement_blob(q, ":entra_sid", of);
	if ((stored = statement_row(q)) == STORED) {
		statement_blob(close, ":entra_sid", of);
		stored = statement_change(close);
	}
	return stored == STORE_FAILED ? store_failed(rq) : OAUTH_OK;
}

enum oauth_error
entra_sid_end(struct request *rq, const char *sid, int64_t *ended)
{
	const struct key *key;

	*ended = 0;
	if (keyring_generation(rq->keys, KEY_LOGOUT, 0) == NULL)
		return no_key(rq);
	for (size_t i = 0; (key = keyring_generation(rq->keys, KEY_LOGOUT, i)) != NULL; i++) {
		struct bytes of = mark(rq->arena, key, sid);

		TRY(close_account(rq, of));
		TRY(end_sessions(rq, of, ended));
	}
	return OAUTH_OK;
}
