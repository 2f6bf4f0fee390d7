/* SPDX-License-Identifier: MIT */
#include "service/audit_store.h"

#include "base/digest.h"

#define ROOM_EVERY	64	/* events: how often their number is looked at */
#define ROOM_ROWS	1000	/* deleted then at most */

static const char *const parameters[AUDIT_FIELDS] = {
	[AUDIT_ADDRESS] = ":address", [AUDIT_TENANT] = ":tenant_id", [AUDIT_OBJECT] = ":object_id",
	[AUDIT_SUBJECT] = ":subject", [AUDIT_CLIENT] = ":client_id", [AUDIT_SID] = ":sid",
	[AUDIT_SERVER] = ":server", [AUDIT_TOOL] = ":tool", [AUDIT_REASON] = ":reason",
};

enum stored
audit_store_session(struct request *rq, const struct sid *sid, struct session *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_AUDIT_SESSION);
	enum stored stored;

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	if ((stored = statement_row(q)) != STORED)
		return stored;
	*out = (struct session){
		.sid = *sid,
		.tenant_id = statement_column_text(q, 0, rq->arena),
		.object_id = statement_column_text(q, 1, rq->arena),
		.subject = statement_column_text(q, 2, rq->arena),
		.client_id = statement_column_text(q, 3, rq->arena),
		.resource = statement_column_text(q, 4, rq->arena),
	};
	return STORED;
}

/* What makes two events the same; values hold no line feed. */
static void
hash_of(struct request *rq, const struct audit_record *r, bool repeats, uint8_t out[static SHA256_SIZE])
{
	struct buf b = buf_new(rq->arena, 2 * (size_t)AUDIT_LINE_MAX);

	buf_lit(&b, r->event);
	buf_lit(&b, "\n");
	if (repeats)
		buf_number(&b, r->at / 60);
	else
		buf_lit(&b, r->id);
	for (size_t i = 0; i < AUDIT_FIELDS; i++) {
		buf_lit(&b, "\n");
		buf_lit(&b, r->field[i] == NULL ? "" : r->field[i]);
	}
	sha256(b.text, b.len, out);
}

static bool
insert(struct request *rq, const struct audit_record *r, const uint8_t hash[static SHA256_SIZE],
    int64_t *times)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_AUDIT_INSERT);

	statement_hash(q, ":event_hash", hash);
	statement_int(q, ":now", r->at);
	statement_text(q, ":event", r->event);
	statement_text(q, ":request_id", r->id);
	for (size_t i = 0; i < AUDIT_FIELDS; i++)
		statement_text(q, parameters[i], r->field[i]);
	statement_int(q, ":expires_at", r->at + rq->config->limits.audit_keep);
	if (statement_row(q) != STORED)
		return false;
	*times = statement_column_int(q, 0);
	return statement_row(q) == ABSENT;
}

static bool
make_room(struct request *rq)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_AUDIT_MAKE_ROOM);

	statement_int(q, ":most", rq->config->limits.audit_rows);
	statement_int(q, ":limit", ROOM_ROWS);
	return statement_change(q) != STORE_FAILED;
}

bool
audit_store_put(struct request *rq, const struct audit_record *r, bool repeats, int64_t *times,
    const char **why)
{
	AUTO(transaction) struct transaction t = transaction_begin_quick(rq->store);
	uint8_t hash[SHA256_SIZE];

	hash_of(rq, r, repeats, hash);
	if (t.store != NULL && insert(rq, r, hash, times) &&
	    (*times > 1 || hash[0] % ROOM_EVERY != 0 || make_room(rq)) && transaction_commit(&t))
		return true;
	*why = arena_string(rq->arena, store_error(rq->store));	/* before it is rolled back */
	return false;
}

bool
audit_store_list(struct store *s, struct arena *a, int64_t since, const char *person,
    void (*each)(const struct audit_record *, void *), void *context)
{
	AUTO(statement) struct statement *q = store_query(s, QUERY_AUDIT_LIST);
	enum stored stored;

	statement_int(q, ":since", since);
	statement_text(q, ":person", person);
	while ((stored = statement_row(q)) == STORED) {
		struct audit_record r = {
			.at = statement_column_int(q, 0), .event = statement_column_text(q, 1, a),
			.id = statement_column_text(q, 2, a), .times = statement_column_int(q, 3),
		};

		for (int i = 0; i < AUDIT_FIELDS; i++)
			r.field[i] = statement_column_text(q, 4 + i, a);
		each(&r, context);
		arena_reset(a);
	}
	return stored == ABSENT;
}
