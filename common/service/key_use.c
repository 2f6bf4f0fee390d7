/* SPDX-License-Identifier: MIT */
#include "service/key_use.h"

#include "service/store.h"

const char *const key_state_names[] = {
	[KEY_SETTLING] = "settling", [KEY_CURRENT] = "current", [KEY_OLD] = "old",
};

static bool
count(struct request *rq, enum query which, const char *kid, int64_t *rows)
{
	AUTO(statement) struct statement *q = store_query(rq->store, which);
	size_t n = strlen(kid);

	if (which == QUERY_KEY_USE_WRAP)
		statement_text(q, ":kid", kid);
	statement_int(q, ":now", rq->now);
	statement_blob(q, ":kid_bytes", (struct bytes){
		.data = (uint8_t *)arena_copy(rq->arena, kid, n), .len = n,
	});
	if (statement_row(q) != STORED)
		return false;
	*rows = statement_column_int(q, 0);
	return true;
}

static bool
count_rows(struct request *rq, enum key_purpose purpose, const char *kid, int64_t *rows)
{
	switch (purpose) {
	case KEY_WRAP:
		return count(rq, QUERY_KEY_USE_WRAP, kid, rows);
	case KEY_CACHE:
		return count(rq, QUERY_KEY_USE_CACHE, kid, rows);
	case KEY_BROWSER:
		return count(rq, QUERY_KEY_USE_BROWSER, kid, rows);
	case KEY_LOGOUT:
		return count(rq, QUERY_KEY_USE_LOGOUT, kid, rows);
	default:
		*rows = 0;
		return true;
	}
}

/* How long something may live that it made and no row tells of: tokens, and the proofs of forms. */
static int64_t
life(const struct config *config, enum key_purpose purpose)
{
	const struct config_limits *l = &config->limits;

	return purpose == KEY_SIGN ? l->access_token : purpose != KEY_BROWSER ? 0 :
	    l->transaction > l->account ? l->transaction : l->account;
}

/* When the first of those after it took its place. */
static int64_t
replaced_at(const struct generations *g, size_t i)
{
	int64_t first = INT64_MAX;

	for (size_t later = i + 1; later < g->count; later++)
		if (g->key[later].created_at < first)
			first = g->key[later].created_at;
	return first == INT64_MAX ? first : first + KEY_SETTLE;
}

bool
key_use_read(struct request *rq, enum key_purpose purpose, const struct generations *g,
    struct key_use out[static KEY_GENERATIONS_MAX])
{
	size_t current = generations_current(g, rq->now);

	for (size_t i = 0; i < g->count; i++) {
		struct key_use u = {
			.state = i > current ? KEY_SETTLING : i == current ? KEY_CURRENT : KEY_OLD,
		};

		if (!count_rows(rq, purpose, g->key[i].kid, &u.rows))
			return false;
		if (u.state == KEY_OLD)
			u.until = replaced_at(g, i) + KEY_LINGER + life(rq->config, purpose);
		u.needed = u.state != KEY_OLD || u.rows > 0 || rq->now < u.until;
		out[i] = u;
	}
	return true;
}
