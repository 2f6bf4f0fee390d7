/* SPDX-License-Identifier: MIT */
#include "service/sweep.h"

static const enum query expired[] = {
	QUERY_AUTHORIZATION_REQUEST_DELETE_EXPIRED,
	QUERY_AUTHORIZATION_CODE_DELETE_EXPIRED,
	QUERY_ACCOUNT_SESSION_DELETE_EXPIRED,
	QUERY_ACCESS_TOKEN_DELETE_EXPIRED,
	QUERY_REFRESH_TOKEN_DELETE_EXPIRED,
	QUERY_EXCHANGED_TOKEN_DELETE_EXPIRED,
	QUERY_STREAM_DELETE_EXPIRED,
	QUERY_STREAM_MESSAGE_DELETE_EXPIRED,
	QUERY_UPSTREAM_SESSION_DELETE_EXPIRED,
	QUERY_UPSTREAM_DELETE_EXPIRED,
	QUERY_ENTRA_CACHE_DELETE_EXPIRED,
	QUERY_REAUTHENTICATION_DELETE_EXPIRED,
	QUERY_ASSERTION_DELETE_EXPIRED,
	QUERY_SESSION_GROUPS_DELETE_EXPIRED,
	QUERY_LEASE_DELETE_EXPIRED,
	QUERY_SETBACK_DELETE_EXPIRED,
	QUERY_RATE_DELETE_EXPIRED,
	QUERY_AUDIT_DELETE_EXPIRED,
	QUERY_SESSION_DELETE_EXPIRED,
	QUERY_CLIENT_DELETE_EXPIRED,
	QUERY_CLIENT_ASSERTION_DELETE_EXPIRED,
};

bool
sweep_expired(struct store *s, enum query which, int64_t now, int64_t rows, int64_t *deleted)
{
	AUTO(statement) struct statement *q = store_query(s, which);
	enum stored stored;

	statement_int(q, ":now", now);
	statement_int(q, ":limit", rows);
	if ((stored = statement_change(q)) == STORED && deleted != NULL)
		*deleted += statement_changed(q);
	return stored != STORE_FAILED;
}

/* Sessions through which nobody has used anything for a long time. */
static bool
end_idle(struct store *s, const struct config *config, int64_t now, int64_t rows, int64_t *deleted)
{
	AUTO(statement) struct statement *q = store_query(s, QUERY_SESSION_DELETE_IDLE);
	enum stored stored;

	statement_int(q, ":idle_since", now - config->limits.session_idle);
	statement_int(q, ":limit", rows);
	if ((stored = statement_change(q)) == STORED && deleted != NULL)
		*deleted += statement_changed(q);
	return stored != STORE_FAILED;
}

/* What rotations kept for their grace. */
static bool
erase(struct store *s, int64_t now, int64_t rows)
{
	AUTO(statement) struct statement *q = store_query(s, QUERY_REFRESH_TOKEN_ERASE_ALL);

	statement_int(q, ":now", now);
	statement_int(q, ":limit", rows);
	return statement_change(q) != STORE_FAILED;
}

bool
sweep(struct store *s, const struct config *config, int64_t now, int64_t rows, int64_t *deleted)
{
	for (size_t i = 0; i < COUNT(expired); i++)
		if (!sweep_expired(s, expired[i], now, rows, deleted))
			return false;
	return end_idle(s, config, now, rows, deleted) && erase(s, now, rows);
}
