/* SPDX-License-Identifier: MIT */
#include "service/account_session.h"

#include "protocol/json.h"
#include "protocol/page_text.h"
#include "service/browser.h"
#include "service/entra_sid.h"
#include "service/seal.h"
#include "service/session.h"
#include "service/store_failed.h"

#define SEALED		"account_session.sealed"
#define SEALED_MAX	((size_t)16 * 1024)	/* bytes */

static const char *
who_json(struct arena *a, const struct account_session *s)
{
	struct buf b = buf_new(a, SEALED_MAX);

	buf_member(&b, "tid", s->tenant_id);
	buf_member(&b, "oid", s->object_id);
	buf_member(&b, "name", s->name);
	buf_member(&b, "username", s->username);
	buf_lit(&b, ",\"exp\":");
	buf_number(&b, s->expires_at);
	buf_lit(&b, "}");
	return buf_text(&b);
}

static bool
read_who(struct request *rq, struct bytes sealed, struct account_session *s)
{
	AUTO(json) struct json_object *json = json_parse(rq->arena, (const char *)sealed.data, sealed.len);
	const char *const text[] = {
		json_string(json, "tid"), json_string(json, "oid"), json_string(json, "name"),
		json_string(json, "username"),
	};

	for (size_t i = 0; i < COUNT(text); i++)
		if (text[i] == NULL)
			return false;
	if (!json_int(json, "exp", &s->expires_at))
		return false;
	s->tenant_id = arena_string(rq->arena, text[0]);
	s->object_id = arena_string(rq->arena, text[1]);
	s->name = arena_string(rq->arena, text[2]);
	s->username = arena_string(rq->arena, text[3]);
	s->subject = session_subject(rq, s->tenant_id, s->object_id);
	return true;
}

/* Whom the clear columns name, by which an administrator finds the row, must be who is sealed in it. */
static bool
is_found_by(struct request *rq, struct statement *q, const struct account_session *s)
{
	return strcmp(statement_column_text(q, 1, rq->arena), s->tenant_id) == 0 &&
	    strcmp(statement_column_text(q, 2, rq->arena), s->object_id) == 0 &&
	    strcmp(statement_column_text(q, 3, rq->arena), s->subject) == 0;
}

static enum stored
forget(struct request *rq, const struct opaque_token *token)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ACCOUNT_SESSION_DELETE);

	statement_hash(q, ":token_hash", token->hash);
	return statement_change(q);
}

static enum stored
insert(struct request *rq, const struct account_session *s, struct bytes sealed, struct bytes entra_sid)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ACCOUNT_SESSION_INSERT);

	statement_hash(q, ":token_hash", s->token.hash);
	statement_blob(q, ":sealed", sealed);
	statement_blob(q, ":entra_sid", entra_sid);
	statement_text(q, ":tenant_id", s->tenant_id);
	statement_text(q, ":object_id", s->object_id);
	statement_text(q, ":subject", s->subject);
	statement_int(q, ":expires_at", s->expires_at);
	return statement_change(q);
}

enum oauth_error
account_session_begin(struct request *rq, struct response *rs, const struct entra_identity *who)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);
	struct account_session s = {
		.token = opaque_token_new(rq->arena), .tenant_id = who->tenant_id,
		.object_id = who->object_id, .name = who->name, .username = who->username,
		.subject = session_subject(rq, who->tenant_id, who->object_id),
		.expires_at = rq->now + rq->config->limits.account,
	};
	const char *json = who_json(rq->arena, &s);
	struct bytes sealed, entra_sid;
	struct opaque_token before;

	TRY(entra_sid_mark(rq, who->sid, &entra_sid));
	if (json == NULL || !seal_for_holder(rq->arena, rq->keys, KEY_BROWSER, SEALED, &s.token, json,
	    strlen(json), &sealed))
		return fail_because(&rq->failure, SERVER_ERROR, page_text(TEXT_WHY_NOT_READY),
		    "the browser key cannot be read; run `sallyport check`");
	if (t.store == NULL ||
	    (browser_account_read(rq, &before) && forget(rq, &before) == STORE_FAILED) ||
	    insert(rq, &s, sealed, entra_sid) != STORED || !transaction_commit(&t))
		return store_failed(rq);
	browser_account_set(rq, rs, &s.token);
	return OAUTH_OK;
}

enum stored
account_session_find(struct request *rq, struct account_session *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ACCOUNT_SESSION_GET);
	struct account_session s = { 0 };
	enum stored stored;
	struct bytes who;

	if (!browser_account_read(rq, &s.token))
		return ABSENT;
	statement_hash(q, ":token_hash", s.token.hash);
	statement_int(q, ":now", rq->now);
	if ((stored = statement_row(q)) != STORED)
		return stored;
	/* The sealed time counts, and a tenant that is let in no more has nobody here. */
	if (!seal_open_for_holder(rq->arena, rq->keys, KEY_BROWSER, SEALED, &s.token,
	    statement_column_blob(q, 0, rq->arena), &who) || !read_who(rq, who, &s) || !is_found_by(rq, q, &s) ||
	    s.expires_at <= rq->now || !config_tenant_allowed(rq->config, s.tenant_id))
		return ABSENT;
	*out = s;
	return STORED;
}

enum oauth_error
account_session_end(struct request *rq, struct response *rs, const struct account_session *s)
{
	browser_account_clear(rq, rs);
	return forget(rq, &s->token) == STORE_FAILED ? store_failed(rq) : OAUTH_OK;
}

/* Takes a batch of rows away; whose they were, as far as they lived. */
static bool
take_batch(struct request *rq, struct session_revocation *r, struct session lived[static SESSION_BATCH],
    size_t *count)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ACCOUNT_SESSION_DELETE_OF);
	enum stored stored;
	int64_t taken = 0;

	statement_int(q, ":limit", SESSION_BATCH);
	session_selection_bind_person(&r->of, q);
	for (*count = 0; (stored = statement_row(q)) == STORED; taken++)
		if (statement_column_int(q, 3) > rq->now)
			lived[(*count)++] = (struct session){
				.tenant_id = statement_column_text(q, 0, rq->arena),
				.object_id = statement_column_text(q, 1, rq->arena),
				.subject = statement_column_text(q, 2, rq->arena),
			};
	r->over = taken < SESSION_BATCH;
	return stored != STORE_FAILED;
}

bool
account_session_revoke_batch(struct request *rq, struct session_revocation *r)
{
	struct session lived[SESSION_BATCH];
	size_t count;

	if (!take_batch(rq, r, lived, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		audit(rq, &(struct audit){ .event = r->event, .session = &lived[i], .reason = r->reason });
	r->ended += (int64_t)count;
	return true;
}
