/* SPDX-License-Identifier: MIT */
#include "service/setback.h"

#include "base/clock.h"
#include "base/digest.h"
#include "service/store.h"
#include "service/sweep.h"

bool
setback_read(struct request *rq, const char *name, int most, struct setback *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SETBACK_GET);
	int64_t now = clock_seconds();
	uint8_t hash[SHA256_SIZE];

	sha256(name, strlen(name), hash);
	statement_hash(q, ":name_hash", hash);
	statement_int(q, ":now", now);
	statement_int(q, ":latest", now + SETBACK_MAX);
	statement_int(q, ":most", most);
	if (statement_row(q) != STORED)
		return false;
	*out = (struct setback){
		.outcome = (int)statement_column_int(q, 0),
		.reason = statement_column_text(q, 1, rq->arena),
		.seconds = statement_column_int(q, 2) - now,
	};
	return true;
}

void
setback_note(struct request *rq, const char *name, int outcome, const char *reason, int64_t seconds)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_SETBACK_PUT);
	uint8_t hash[SHA256_SIZE];

	sha256(name, strlen(name), hash);
	statement_hash(q, ":name_hash", hash);
	statement_int(q, ":outcome", outcome);
	statement_text(q, ":reason", reason == NULL ? "" : reason);
	statement_int(q, ":expires_at", clock_seconds() + (seconds < SETBACK_MAX ? seconds : SETBACK_MAX));
	if (statement_change(q) == STORE_FAILED)
		return;		/* it is asked once more */
	(void)sweep_expired(rq->store, QUERY_SETBACK_DELETE_EXPIRED, clock_seconds(), SWEEP_FEW, NULL);
}
