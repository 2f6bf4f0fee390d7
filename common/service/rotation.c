/* SPDX-License-Identifier: MIT */
#include "service/rotation.h"

static enum stored
change_one(struct request *rq, enum query which, const char *name, struct bytes hash, bool now)
{
	AUTO(statement) struct statement *q = store_query(rq->store, which);

	statement_blob(q, name, hash);
	if (now)
		statement_int(q, ":now", rq->now);
	return statement_change(q);
}

static enum stored
settle(struct request *rq, enum query which, const struct sid *sid, struct bytes predecessor)
{
	AUTO(statement) struct statement *q = store_query(rq->store, which);

	statement_blob(q, ":predecessor", predecessor);
	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	return statement_change(q);
}

/* Also what earlier rotations kept because they were confirmed within their grace. */
static enum stored
erase(struct request *rq, const struct sid *sid)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_REFRESH_TOKEN_ERASE);

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	statement_int(q, ":now", rq->now);
	return statement_change(q);
}

bool
rotation_confirm(struct request *rq, const struct sid *sid, struct bytes predecessor)
{
	return change_one(rq, QUERY_REFRESH_TOKEN_CONFIRM, ":token_hash", predecessor, true) !=
	    STORE_FAILED &&
	    settle(rq, QUERY_REFRESH_TOKEN_CONFIRMED, sid, predecessor) != STORE_FAILED &&
	    settle(rq, QUERY_ACCESS_TOKEN_CONFIRMED, sid, predecessor) != STORE_FAILED &&
	    erase(rq, sid) != STORE_FAILED;
}

bool
rotation_confirm_use(struct request *rq, const struct sid *sid, struct bytes predecessor)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);

	return t.store != NULL && rotation_confirm(rq, sid, predecessor) && transaction_commit(&t);
}

bool
rotation_supersede(struct request *rq, struct bytes successor_hash)
{
	return change_one(rq, QUERY_REFRESH_TOKEN_SUPERSEDE, ":token_hash", successor_hash, true) !=
	    STORE_FAILED && change_one(rq, QUERY_ACCESS_TOKEN_DELETE_BESIDE, ":refresh_hash",
	    successor_hash, false) != STORE_FAILED;
}
