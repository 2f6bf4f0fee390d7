/* SPDX-License-Identifier: MIT */
#include "service/entra_cache.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "protocol/uri.h"
#include "service/http_client.h"
#include "service/keyring.h"
#include "service/single_flight.h"
#include "service/store.h"

#define FETCH_RECENT	3	/* seconds since somebody began to fetch: may be at it still */
#define FETCH_WAIT_MS	2000
#define FETCH_LOOK_MS	50

struct row {
	const char	*document;	/* NULL: none, or its HMAC is not ours */
	int64_t		 fetched_at;
	int64_t		 tried_at;
};

bool
entra_at_authority(struct request *rq, const char *url)
{
	struct uri theirs, ours;

	return url != NULL && uri_parse(rq->arena, url, &theirs) && theirs.host != NULL &&
	    theirs.userinfo == NULL && theirs.query == NULL && theirs.fragment == NULL &&
	    uri_parse(rq->arena, rq->config->entra.authority_host, &ours) &&
	    strcmp(uri_origin(rq->arena, &theirs), uri_origin(rq->arena, &ours)) == 0;
}

static struct bytes
mac_of(struct request *rq, const struct key *key, const char *name, int64_t fetched_at,
    const char *document)
{
	const char *all = arena_printf(rq->arena, "%s %lld %s", name, (long long)fetched_at, document);
	struct bytes mac = { .data = arena_alloc(rq->arena, SHA256_SIZE), .len = SHA256_SIZE };

	hmac_sign(key->hmac, all, strlen(all), mac.data);
	return mac;
}

/* True under any generation that still stands in the key file; the kid leads the mac. */
static bool
mac_is_ours(struct request *rq, const char *name, const struct row *row, struct bytes mac)
{
	const size_t kid_len = sizeof((struct key *)0)->kid - 1;
	const struct key *key;

	if (mac.len != kid_len + SHA256_SIZE ||
	    (key = keyring_find(rq->keys, KEY_CACHE, arena_copy(rq->arena, mac.data, kid_len))) == NULL)
		return false;
	return secret_bytes_equal(mac.data + kid_len,
	    mac_of(rq, key, name, row->fetched_at, row->document).data, SHA256_SIZE);
}

static struct row
read_row(struct request *rq, const struct entra_source *source)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ENTRA_CACHE_GET);
	struct row row = { 0 };
	struct bytes mac;

	statement_text(q, ":name", source->name);
	if (statement_row(q) != STORED)
		return row;
	row.document = statement_column_text(q, 0, rq->arena);
	mac = statement_column_blob(q, 1, rq->arena);
	row.fetched_at = statement_column_int(q, 2);
	row.tried_at = statement_column_int(q, 3);
	if (*row.document == '\0') {
		row.document = NULL;	/* a fetch failed, and none went well before */
	} else if (source->sealed && !mac_is_ours(rq, source->name, &row, mac)) {
		log_line("entra_cache %s was not written by oauth-callback or mcp: ignored", source->name);
		row = (struct row){ 0 };
	}
	return row;
}

static void
write_row(struct request *rq, const struct entra_source *source, const char *document)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ENTRA_CACHE_PUT);
	const struct key *key = source->sealed ? keyring_current(rq->keys, KEY_CACHE) : NULL;
	struct bytes mac = { .data = arena_alloc(rq->arena, 1) };

	if (source->sealed) {
		const size_t kid_len = sizeof key->kid - 1;

		if (key == NULL)
			return;		/* the document serves this request at least */
		mac.len = kid_len + SHA256_SIZE;
		mac.data = arena_alloc(rq->arena, mac.len);
		memcpy(mac.data, key->kid, kid_len);
		memcpy(mac.data + kid_len, mac_of(rq, key, source->name, rq->now, document).data,
		    SHA256_SIZE);
	}
	statement_text(q, ":name", source->name);
	statement_text(q, ":document", document);
	statement_blob(q, ":mac", mac);
	statement_int(q, ":now", rq->now);
	if (statement_change(q) == STORE_FAILED)
		return;		/* fetched again by the next request */
}

/* Test and set: one process at a time asks again. */
static bool
may_try(struct request *rq, const char *name, int64_t pause)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ENTRA_CACHE_TRY);

	statement_text(q, ":name", name);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":tried_before", rq->now - pause);
	return statement_change(q) == STORED;
}

/* While nothing is known every request would ask: a few seconds pass between two attempts. */
static void
note_miss(struct request *rq, const char *name)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ENTRA_CACHE_MISSED);

	statement_text(q, ":name", name);
	statement_blob(q, ":mac", (struct bytes){ .data = arena_alloc(rq->arena, 1) });
	statement_int(q, ":now", rq->now);
	if (statement_change(q) == STORE_FAILED)
		return;		/* the next request asks at once */
}

/* NULL with the failure's reason set. */
static const char *
fetch(struct request *rq, const struct entra_source *source)
{
	struct http_call call = { .url = source->url, .header = { "Accept: application/json" } };
	const char *document = NULL;
	struct http_answer answer;

	if (http_client_call(rq->http, rq->arena, &call, &answer) != HTTP_ANSWERED)
		rq->failure.reason = arena_printf(rq->arena, "entra %s: %s", source->name,
		    http_client_error(rq->http));
	else if (answer.status != 200)
		rq->failure.reason = arena_printf(rq->arena, "entra %s: status %d", source->name,
		    answer.status);
	else if ((document = source->accept(rq, source, answer.body, answer.len)) == NULL)
		rq->failure.reason = arena_printf(rq->arena, "entra %s: not what it must be", source->name);
	return document;
}

/* Another process is fetching just now: what it finds is waited for, for a moment. */
static void
wait_for_fetch(struct request *rq, const struct entra_source *source, struct row *row)
{
	int64_t before = row->fetched_at, until = clock_monotonic_ms() + FETCH_WAIT_MS;

	while (row->fetched_at == before && row->tried_at >= rq->now - FETCH_RECENT &&
	    clock_monotonic_ms() < until && http_client_pause(rq->http, FETCH_LOOK_MS))
		*row = read_row(rq, source);
}

/* While nothing is known one request fetches and the others wait for it. */
struct cold {
	const struct entra_source	*source;
	struct row			*row;
};

static bool
is_settled(struct request *rq, void *argument)
{
	struct cold *c = argument;

	*c->row = read_row(rq, c->source);
	return c->row->document != NULL || (c->row->tried_at <= clock_seconds() &&
	    clock_seconds() - c->row->tried_at < ENTRA_COLD_RETRY);
}

static enum entra_cached
fetch_cold(struct request *rq, const struct entra_source *source, struct row *row,
    const char **document)
{
	struct cold cold = { .source = source, .row = row };
	const struct flight flight = {
		.name = arena_printf(rq->arena, "fetch %s", source->name), .look = is_settled,
		.argument = &cold, .seconds = rq->config->entra.timeout,
	};
	struct opaque_token owner;

	switch (flight_board(rq, &flight, &owner)) {
	case FLIGHT_OURS:
		if ((*document = fetch(rq, source)) == NULL)
			note_miss(rq, source->name);
		else
			write_row(rq, source, *document);
		flight_land(rq, &flight, &owner);
		return *document == NULL ? ENTRA_NOT_TO_BE_HAD : ENTRA_CACHED;
	case FLIGHT_LANDED:
		*document = row->document;
		break;
	default:
		break;
	}
	if (*document != NULL)
		return ENTRA_CACHED;
	rq->failure.reason = arena_printf(rq->arena, "entra %s: did not answer a moment ago", source->name);
	return ENTRA_NOT_TO_BE_HAD;
}

static enum entra_cached
read_cached(struct request *rq, const struct entra_source *source, bool renew, const char **document)
{
	struct row row = read_row(rq, source);
	bool fresh = row.document != NULL && row.fetched_at <= rq->now &&
	    rq->now - row.fetched_at < (source->fresh > 0 ? source->fresh : ENTRA_FRESH);
	const char *fetched;

	*document = row.document;
	if (fresh && !renew)
		return ENTRA_CACHED;
	if (rq->http == NULL && row.document != NULL)
		return ENTRA_CACHED;
	if (rq->http == NULL) {
		rq->failure.reason = arena_printf(rq->arena, "entra %s: not fetched yet", source->name);
		return ENTRA_NOT_TO_BE_HAD;
	}
	if (row.document == NULL)
		return fetch_cold(rq, source, &row, document);
	if (!may_try(rq, source->name, renew ? ENTRA_KID_RETRY : ENTRA_RETRY)) {
		if (renew)
			wait_for_fetch(rq, source, &row);
		*document = row.document;
		return row.document != NULL ? ENTRA_CACHED : ENTRA_NOT_TO_BE_HAD;
	}
	if ((fetched = fetch(rq, source)) == NULL) {
		log_line("%s; the last known good is used", rq->failure.reason);
		return ENTRA_CACHED;
	}
	write_row(rq, source, fetched);
	*document = fetched;
	return ENTRA_CACHED;
}

enum entra_cached
entra_cache_read(struct request *rq, const struct entra_source *source, bool renew,
    const char **document)
{
	struct entra_source named = *source;

	if (named.name == NULL)
		named.name = named.url;
	return read_cached(rq, &named, renew, document);
}
