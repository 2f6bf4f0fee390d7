/* SPDX-License-Identifier: MIT */
#include "service/session_revoke.h"

struct batch {
	struct sid	 sid[SESSION_BATCH];
	bool		 lives[SESSION_BATCH];
	size_t		 count;
};

static bool
read_batch(struct request *rq, struct session_revocation *r, struct batch *b)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SESSION_SELECT);
	const struct session_selection *s = &r->of;
	enum stored stored = STORED;

	statement_int(q, ":now", rq->now);
	statement_int(q, ":idle_since", session_idle_since(rq));
	statement_blob(q, ":after", (struct bytes){ .data = r->after.id, .len = r->after_len });
	statement_blob(q, ":sid", s->by_sid ? sid_bytes(rq->arena, &s->sid) : (struct bytes){ 0 });
	statement_int(q, ":limit", SESSION_BATCH);
	session_selection_bind(s, q);
	for (b->count = 0; b->count < SESSION_BATCH && (stored = statement_row(q)) == STORED; b->count++) {
		if (!sid_from_bytes(statement_column_blob(q, 0, rq->arena), &b->sid[b->count]))
			return false;
		b->lives[b->count] = statement_column_int(q, 1) != 0;
	}
	return stored != STORE_FAILED;
}

static bool
end_batch(struct request *rq, struct session_revocation *r, const struct batch *b)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);
	int64_t here = 0;

	if (t.store == NULL)
		return false;
	for (size_t i = 0; i < b->count; i++)
		switch (session_end(rq, &b->sid[i])) {
		case STORED:
			here += b->lives[i];
			break;
		case ABSENT:
			break;		/* somebody else was quicker */
		default:
			return false;
		}
	if (!transaction_commit(&t))
		return false;
	r->ended += here;
	for (size_t i = 0; i < b->count; i++)
		if (b->lives[i])
			audit_sid(rq, r->event, &b->sid[i], r->reason);
	return true;
}

bool
session_revoke_batch(struct request *rq, struct session_revocation *r)
{
	struct batch b = { 0 };

	if (!read_batch(rq, r, &b) || (b.count > 0 && !end_batch(rq, r, &b)))
		return false;
	r->over = b.count < SESSION_BATCH;
	if (b.count > 0) {
		r->after = b.sid[b.count - 1];
		r->after_len = SID_SIZE;
	}
	return true;
}
