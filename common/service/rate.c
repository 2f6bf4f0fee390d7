/* SPDX-License-Identifier: MIT */
#include "service/rate.h"

#include "base/clock.h"
#include "base/digest.h"
#include "service/audit.h"
#include "service/store.h"
#include "service/sweep.h"

#define SECOND		INT64_C(1000000)	/* in microseconds */
#define NETWORK_BITS	64	/* IPv6: what one subscriber has at least, and so one address */
#define SITE_BITS	48	/* and what one may have at most */
#define SITE_TIMES	4	/* as much as one address */
#define BUCKETS_MAX	4	/* of one request */
#define PATIENCE_MS	1000	/* for a locked database */
#define TOLD_EVERY	60	/* seconds */

enum whose { ADDRESS, SITE, EVERYONE, CLIENT };

static const char *const whose_names[] = {
	[ADDRESS] = "address", [SITE] = "network", [EVERYONE] = "all", [CLIENT] = "client",
};

#define LIMIT(member)	offsetof(struct config_limits, member)

/* clang-format off */
static const struct rate_row {
	const char	*program;
	enum whose	 whose;
	size_t		 limit;		/* offset of its struct config_rate */
	int64_t		 times;		/* so many times the count */
} rows[] = {
	{ "register",	ADDRESS,  LIMIT(rate_register),	    1 },
	{ "register",	SITE,	  LIMIT(rate_register),	    SITE_TIMES },
	{ "register",	EVERYONE, LIMIT(rate_register_all), 1 },
	{ "authorize",	ADDRESS,  LIMIT(rate_browser),	    1 },
	{ "authorize",	SITE,	  LIMIT(rate_browser),	    SITE_TIMES },
	{ "authorize",	CLIENT,	  LIMIT(rate_client),	    1 },
	{ "authorize",	EVERYONE, LIMIT(rate_all),	    1 },
	{ "consent",	ADDRESS,  LIMIT(rate_browser),	    1 },
	{ "consent",	SITE,	  LIMIT(rate_browser),	    SITE_TIMES },
	{ "consent",	EVERYONE, LIMIT(rate_all),	    1 },
	{ "token",	ADDRESS,  LIMIT(rate_token),	    1 },
	{ "token",	SITE,	  LIMIT(rate_token),	    SITE_TIMES },
	{ "token",	CLIENT,	  LIMIT(rate_client),	    1 },
	{ "token",	EVERYONE, LIMIT(rate_all),	    1 },
	{ "revoke",	ADDRESS,  LIMIT(rate_token),	    1 },
	{ "revoke",	SITE,	  LIMIT(rate_token),	    SITE_TIMES },
	{ "revoke",	CLIENT,	  LIMIT(rate_client),	    1 },
	{ "revoke",	EVERYONE, LIMIT(rate_all),	    1 },
	{ "account",	ADDRESS,  LIMIT(rate_browser),	    1 },
	{ "account",	SITE,	  LIMIT(rate_browser),	    SITE_TIMES },
	{ "account",	EVERYONE, LIMIT(rate_all),	    1 },
	{ "logout",	ADDRESS,  LIMIT(rate_browser),	    1 },
	{ "logout",	SITE,	  LIMIT(rate_browser),	    SITE_TIMES },
	{ "logout",	EVERYONE, LIMIT(rate_all),	    1 },
	{ "introspect",	ADDRESS,  LIMIT(rate_introspect),   1 },
	{ "introspect",	SITE,	  LIMIT(rate_introspect),   SITE_TIMES },
};
/* clang-format on */

struct bucket {
	uint8_t		 key[SHA256_SIZE];
	enum whose	 whose;
	int64_t		 interval;	/* microseconds for one token */
	int64_t		 size;		/* microseconds for all */
	int64_t		 told_at;	/* when a refusal was last audited; 0: never */
};

bool
rate_address(const struct request *rq, struct address *out)
{
	const char *peer = request_variable(rq, "REMOTE_ADDR");
	struct address a;

	if (peer == NULL || !address_read(peer, strlen(peer), &a))
		return false;
	*out = *rq->config->trusted_proxies == NULL ? a :
	    address_behind(&a, request_variable(rq, "HTTP_X_FORWARDED_FOR"), rq->config->trusted_proxies);
	return true;
}

/* NULL where there is nobody to be counted. */
static const char *
subject(struct request *rq, enum whose whose)
{
	struct address a;

	switch (whose) {
	case EVERYONE:
		return "";
	case CLIENT:
		return rq->client_id;
	default:
		break;
	}
	if (!rate_address(rq, &a) || (whose == SITE && address_is_v4(&a)))
		return NULL;
	return address_text(rq->arena, &a, whose == SITE ? SITE_BITS : NETWORK_BITS);
}

/* Only the hash is kept: addresses are personal data, and a client's id may be long. */
static size_t
find_buckets(struct request *rq, bool client, struct bucket out[static BUCKETS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < COUNT(rows) && n < BUCKETS_MAX; i++) {
		const struct rate_row *row = &rows[i];
		const char *limits = (const char *)&rq->config->limits, *who, *name;
		const struct config_rate *rate = (const void *)(limits + row->limit);

		if ((row->whose == CLIENT) != client || strcmp(row->program, rq->program) != 0 ||
		    (who = subject(rq, row->whose)) == NULL)
			continue;
		name = arena_printf(rq->arena, "%s %s %s", row->program, whose_names[row->whose], who);
		sha256(name, strlen(name), out[n].key);
		out[n].whose = row->whose;
		out[n].interval = rate->period * SECOND / (rate->count * row->times);
		out[n].interval += out[n].interval == 0;
		out[n].size = out[n].interval * rate->count * row->times;
		n++;
	}
	return n;
}

/* Microseconds until it has a token: 0 when it has one.  A bucket that is out of all bounds is none. */
static int64_t
wait_of(struct request *rq, struct bucket *b, int64_t now)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_RATE_GET);
	int64_t full_at;

	statement_hash(q, ":key_hash", b->key);
	if (statement_row(q) != STORED)
		return 0;
	full_at = statement_column_int(q, 0);
	b->told_at = statement_column_int(q, 1);
	return full_at > now + b->size || full_at <= now + b->size - b->interval ? 0 :
	    full_at - (now + b->size - b->interval);
}

static enum stored
take_one(struct request *rq, const struct bucket *b, int64_t now)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_RATE_TAKE);

	statement_hash(q, ":key_hash", b->key);
	statement_int(q, ":full_at", now + b->interval);
	statement_int(q, ":expires_at", (now + b->interval) / SECOND + 1);
	statement_int(q, ":now", now);
	statement_int(q, ":interval", b->interval);
	statement_int(q, ":most", now + b->size - b->interval);
	statement_int(q, ":latest", now + b->size);
	return statement_change(q);
}

/* All of them or none.  ABSENT when somebody else was quicker; *which is the empty one. */
static enum stored
take_all(struct request *rq, const struct bucket *b, size_t n, int64_t now, size_t *which)
{
	AUTO(transaction) struct transaction t = transaction_begin_quick(rq->store);
	enum stored stored;

	if (t.store == NULL)
		return STORE_FAILED;
	for (*which = 0; *which < n; ++*which)
		if ((stored = take_one(rq, &b[*which], now)) != STORED)
			return stored;
	/* Rows live until their buckets are full again, which with what `all` lets in bounds the table. */
	return sweep_expired(rq->store, QUERY_RATE_DELETE_EXPIRED, now / SECOND, SWEEP_FEW, NULL) &&
	    transaction_commit(&t) ? STORED : STORE_FAILED;
}

/* Of a flood one refusal in a while is worth a word. */
static bool
is_news(struct request *rq, const struct bucket *b)
{
	AUTO(transaction) struct transaction t = transaction_begin_quick(rq->store);
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_RATE_TELL);

	if (t.store == NULL)
		return false;
	statement_hash(q, ":key_hash", b->key);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":told_before", rq->now - TOLD_EVERY);
	return statement_change(q) == STORED && transaction_commit(&t);
}

static enum oauth_error
refuse(struct request *rq, const struct bucket *b, int64_t wait)
{
	static const char *const said[] = {
		[ADDRESS] = "too many requests from your address",
		[SITE] = "too many requests from your network",
		[EVERYONE] = "too many requests in all",
		[CLIENT] = "too many requests of this client",
	};
	int64_t seconds = (wait + SECOND - 1) / SECOND;

	if (seconds < 1)
		seconds = 1;
	if (b->told_at > rq->now || b->told_at <= rq->now - TOLD_EVERY)
		if (is_news(rq, b))
			audit(rq, &(struct audit){ .event = AUDIT_RATE_LIMITED, .reason = arena_printf(rq->arena,
			    "%s, by %s", rq->program, whose_names[b->whose]) });
	return fail_too_many(&rq->failure, arena_printf(rq->arena, "%s; come again in %lld s",
	    said[b->whose], (long long)seconds), NULL, seconds);
}

/* A flood costs reads alone: only who may come in waits for the database's lock. */
static enum oauth_error
take(struct request *rq, bool client)
{
	struct bucket b[BUCKETS_MAX] = { 0 };
	size_t n = find_buckets(rq, client, b), which = 0;
	int64_t now = clock_microseconds(), wait;

	for (size_t i = 0; i < n; i++)
		if ((wait = wait_of(rq, &b[i], now)) > 0)
			return refuse(rq, &b[i], wait);
	if (n > 0 && take_all(rq, b, n, now, &which) == ABSENT)
		return refuse(rq, &b[which], b[which].interval);
	return OAUTH_OK;
}

static enum oauth_error
take_patiently(struct request *rq, bool client)
{
	int64_t patience = rq->config->limits.database_wait * 1000;
	enum oauth_error error;

	if (rq->store == NULL || strcmp(rq->config->limits.rates, "on") != 0)
		return OAUTH_OK;
	store_patience(rq->store, (int)(patience < PATIENCE_MS ? patience : PATIENCE_MS));
	error = take(rq, client);
	store_patience(rq->store, (int)patience);
	return error;
}

enum oauth_error
rate_take(struct request *rq)
{
	return take_patiently(rq, false);
}

enum oauth_error
rate_take_client(struct request *rq)
{
	return rq->program == NULL ? OAUTH_OK : take_patiently(rq, true);
}
