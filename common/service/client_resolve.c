/* SPDX-License-Identifier: MIT */
#include "service/client_resolve.h"

#include <stdatomic.h>

#include "base/log.h"
#include "protocol/client_id_url.h"
#include "service/client_fetch.h"
#include "service/client_url.h"
#include "service/setback.h"
#include "service/single_flight.h"
#include "service/store.h"
#include "service/store_failed.h"

#define ROOM		16	/* documents that go at once where there are too many */
#define CLOCK_SLACK	60	/* seconds that another request may be ahead */

/* What is kept of a document. */
struct kept {
	const char	*url;
	bool		 known;
	bool		 fresh;
	bool		 serves;	/* stale, and good enough while there is no other */
	const char	*etag;
	const char	*jwks_uri;
};

static bool
look(struct request *rq, void *argument)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_DOCUMENT_GET);
	struct kept *k = argument;
	int64_t fetched_at, fresh_until;

	*k = (struct kept){ .url = k->url };
	statement_text(q, ":client_id", k->url);
	statement_int(q, ":now", rq->now);
	if (statement_row(q) != STORED)
		return false;
	fetched_at = statement_column_int(q, 0);
	fresh_until = statement_column_int(q, 1);
	k->known = true;
	/* A clock that was set back must not keep a document for ever; another request may be ahead. */
	k->fresh = fresh_until > rq->now && fetched_at <= rq->now + CLOCK_SLACK;
	k->serves = rq->now < fresh_until + rq->config->limits.document_stale;
	k->etag = statement_column_text(q, 2, rq->arena);
	k->jwks_uri = statement_column_text(q, 3, rq->arena);
	return k->fresh;
}

/* --- keeping ---------------------------------------------------------------------------------------- */

static bool
has_room(struct request *rq, const char *url)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_DOCUMENT_COUNT);
	AUTO(statement) struct statement *room = store_query(rq->store, QUERY_CLIENT_DOCUMENT_MAKE_ROOM);

	statement_text(q, ":client_id", url);
	if (statement_row(q) != STORED)
		return false;
	if (statement_column_int(q, 0) < rq->config->limits.documents)
		return true;
	statement_int(room, ":limit", ROOM);
	return statement_change(room) == STORED;
}

static enum oauth_error
keep(struct request *rq, const char *url, const struct client_published *p)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_DOCUMENT_PUT);
	const struct client_metadata *m = &p->document.metadata;

	if (t.store == NULL)
		return store_failed(rq);
	if (!has_room(rq, url))
		return fail_because(&rq->failure, TEMPORARILY_UNAVAILABLE,
		    "too many clients are known here; ask the administrator", "limits.documents is reached");
	statement_text(q, ":client_id", url);
	statement_text(q, ":client_name", m->client_name);
	statement_text(q, ":client_uri", m->client_uri);
	statement_text(q, ":application_type", m->application_type);
	statement_text(q, ":redirect_uris", client_redirect_uris_json(rq->arena, m));
	statement_int(q, ":now", rq->now);
	statement_int(q, ":expires_at", rq->now + p->fresh_for + rq->config->limits.client_never_used);
	statement_int(q, ":fresh_until", rq->now + p->fresh_for);
	statement_text(q, ":etag", p->etag);
	statement_text(q, ":jwks", p->document.jwks);
	statement_text(q, ":jwks_uri", p->document.jwks_uri);
	return statement_change(q) == STORED && transaction_commit(&t) ? OAUTH_OK : store_failed(rq);
}

static enum oauth_error
confirm(struct request *rq, const char *url, const struct client_published *p, const char *jwks)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_DOCUMENT_CONFIRM);

	statement_text(q, ":client_id", url);
	statement_text(q, ":jwks", jwks);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":fresh_until", rq->now + p->fresh_for);
	statement_int(q, ":expires_at", rq->now + p->fresh_for + rq->config->limits.client_never_used);
	return statement_change(q) != STORE_FAILED ? OAUTH_OK : store_failed(rq);
}

/* --- asking ----------------------------------------------------------------------------------------- */

/* The document, and behind it its keys; OAUTH_OK in *error when all of it is kept. */
static enum client_fetched
ask(struct request *rq, const struct kept *k, enum oauth_error *error)
{
	struct client_published p = { 0 };
	enum client_fetched fetched = client_fetch(rq, k->url, k->etag, &p);
	const char *where = fetched == CLIENT_UNCHANGED ? k->jwks_uri : p.document.jwks_uri;
	const char *jwks = NULL;

	if (fetched == CLIENT_UNREACHABLE || fetched == CLIENT_REFUSED)
		return fetched;
	if (where != NULL) {
		enum client_fetched keys = client_fetch_keys(rq, where, &jwks);

		if (keys != CLIENT_FETCHED)
			return keys;
		p.document.jwks = jwks;
	}
	*error = fetched == CLIENT_UNCHANGED ? confirm(rq, k->url, &p, jwks) : keep(rq, k->url, &p);
	return fetched;
}

static enum oauth_error
serve_stale(struct request *rq, const struct kept *k)
{
	if (!k->serves)
		return rq->failure.error;
	log_line("client %s: %s; what is known of it is used", k->url,
	    rq->failure.reason == NULL ? "not to be had just now" : rq->failure.reason);
	rq->failure = (struct failure){ 0 };
	return OAUTH_OK;
}

static enum oauth_error
renew(struct request *rq, const struct kept *k)
{
	const char *name = arena_printf(rq->arena, "client document %s", k->url);
	enum oauth_error error = OAUTH_OK;
	struct setback setback;

	if (setback_read(rq, name, CLIENT_REFUSED, &setback)) {
		(void)fail_because(&rq->failure, INVALID_CLIENT_METADATA,
		    "the client's metadata document cannot be fetched", setback.reason);
		return serve_stale(rq, k);
	}
	switch (ask(rq, k, &error)) {
	case CLIENT_REFUSED:
		return rq->failure.error;
	case CLIENT_UNREACHABLE:
		setback_note(rq, name, CLIENT_UNREACHABLE, rq->failure.reason, SETBACK_BUSY);
		return serve_stale(rq, k);
	default:
		return error;
	}
}

static enum oauth_error
not_yet(struct request *rq, const struct kept *k, const char *reason)
{
	(void)fail_because(&rq->failure, TEMPORARILY_UNAVAILABLE,
	    "the client's metadata document is being fetched; try again", reason);
	return serve_stale(rq, k);
}

static enum oauth_error
wait_for(struct request *rq, struct kept *k)
{
	struct flight flight = {
		.name = arena_printf(rq->arena, "client document %s", k->url), .look = look, .argument = k,
		.seconds = 2 * rq->config->limits.document_timeout,	/* the document, and the keys */
		.impatient = k->serves,
	};
	struct opaque_token owner;
	enum oauth_error error;

	switch (flight_board(rq, &flight, &owner)) {
	case FLIGHT_LANDED:
		return OAUTH_OK;
	case FLIGHT_OURS:
		error = renew(rq, k);
		flight_land(rq, &flight, &owner);
		return error;
	default:
		return not_yet(rq, k, NULL);
	}
}

/*
 * A stranger's server may dawdle, and whoever waits for it is a worker of this process: a quarter of
 * them, and one at least where there are two, never do, so that everybody else comes in meanwhile.
 */
static bool
may_wait(const struct config *c, int waiting)
{
	int64_t most = c->workers - (c->workers + 3) / 4;

	return waiting < (most < 1 ? 1 : most);
}

static enum oauth_error
refresh(struct request *rq, const char *url)
{
	static atomic_int waiting;
	struct kept kept = { .url = url };
	enum oauth_error error;

	if (look(rq, &kept))
		return OAUTH_OK;
	error = may_wait(rq->config, atomic_fetch_add(&waiting, 1)) ? wait_for(rq, &kept) :
	    not_yet(rq, &kept, "too many workers wait for documents");
	(void)atomic_fetch_sub(&waiting, 1);
	return error;
}

enum oauth_error
client_resolve(struct request *rq, const char *client_id, struct client *out)
{
	if (client_id_is_url(client_id)) {
		TRY(client_url_check(rq, client_id));
		TRY(refresh(rq, client_id));
	}
	return client_find(rq, client_id, out);
}
