/* SPDX-License-Identifier: MIT */
#include "service/single_flight.h"

#include "base/clock.h"
#include "service/http_client.h"
#include "service/store.h"

#define WAIT_FIRST_MS	50
#define WAIT_MOST_MS	1000
#define LEASE_MAX	600	/* seconds: none is taken for longer */

static enum stored
take(struct request *rq, const struct flight *f, const struct opaque_token *owner)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_LEASE_TAKE);
	int64_t now = clock_seconds();
	uint8_t hash[SHA256_SIZE];

	sha256(f->name, strlen(f->name), hash);
	statement_hash(q, ":name_hash", hash);
	statement_hash(q, ":owner", owner->hash);
	statement_int(q, ":now", now);
	statement_int(q, ":expires_at", now + 2 * f->seconds);
	statement_int(q, ":latest", now + LEASE_MAX);
	return statement_change(q);
}

enum boarded
flight_board(struct request *rq, const struct flight *f, struct opaque_token *owner)
{
	int64_t until = clock_monotonic_ms() + f->seconds * 1000, pause = WAIT_FIRST_MS;

	*owner = opaque_token_new(rq->arena);
	for (;;) {
		if (f->look(rq, f->argument))
			return FLIGHT_LANDED;
		switch (take(rq, f, owner)) {
		case STORED:
			/* Another may have landed between our look and our lease. */
			if (!f->look(rq, f->argument))
				return FLIGHT_OURS;
			flight_land(rq, f, owner);
			return FLIGHT_LANDED;
		case STORE_FAILED:
			return FLIGHT_LATE;
		default:
			break;
		}
		if (f->impatient || clock_monotonic_ms() >= until)
			return FLIGHT_LATE;
		if (!http_client_pause(rq->http, pause))
			return FLIGHT_LATE;
		pause = pause * 3 / 2 < WAIT_MOST_MS ? pause * 3 / 2 : WAIT_MOST_MS;
	}
}

void
flight_land(struct request *rq, const struct flight *f, const struct opaque_token *owner)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_LEASE_DROP);
	uint8_t hash[SHA256_SIZE];

	sha256(f->name, strlen(f->name), hash);
	statement_hash(q, ":name_hash", hash);
	statement_hash(q, ":owner", owner->hash);
	if (statement_change(q) == STORE_FAILED)
		return;		/* the lease runs out by itself */
}
