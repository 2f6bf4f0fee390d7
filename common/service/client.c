/* SPDX-License-Identifier: MIT */
#include "service/client.h"

#include "base/random.h"
#include "protocol/client_id_url.h"
#include "protocol/redirect_uri.h"
#include "protocol/scope.h"
#include "service/client_url.h"
#include "service/rate.h"
#include "service/store.h"
#include "service/store_failed.h"

#define CLIENT_ID_BYTES	16
#define DAY		86400	/* a registration is moved on at most once a day */
#define ROOM		16	/* registrations that go at once where there are too many */

void
client_auto(struct client *c)
{
	json_auto(&c->redirect_uris);
}

static enum stored
insert(struct request *rq, const struct client_metadata *m, const char *client_id,
    const char *redirect_uris)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_INSERT);

	statement_text(q, ":client_id", client_id);
	statement_text(q, ":client_name", m->client_name);
	statement_text(q, ":client_uri", m->client_uri);
	statement_text(q, ":application_type", m->application_type);
	statement_text(q, ":redirect_uris", redirect_uris);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":expires_at", rq->now + rq->config->limits.client_never_used);
	return statement_change(q);
}

/* -1 on a failure. */
static int64_t
count(struct request *rq)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_COUNT);

	return statement_row(q) == STORED ? statement_column_int(q, 0) : -1;
}

/*
 * Anyone may register, so a flood must shut nobody out: where too many are kept, newcomers take
 * the place of the oldest that nobody has signed in through.  ABSENT when there is none such.
 */
static enum stored
make_room(struct request *rq)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_MAKE_ROOM);

	statement_int(q, ":limit", ROOM);
	return statement_change(q);
}

const char *
client_redirect_uris_json(struct arena *a, const struct client_metadata *m)
{
	struct buf b = buf_new(a, RESPONSE_BODY_MAX);

	buf_lit(&b, "[");
	for (size_t i = 0; i < m->redirect_uris; i++) {
		buf_lit(&b, i == 0 ? "" : ",");
		buf_json(&b, m->redirect_uri[i]);
	}
	buf_lit(&b, "]");
	return arena_string(a, buf_text(&b) == NULL ? "[]" : buf_text(&b));
}

enum oauth_error
client_register(struct request *rq, const struct client_metadata *m, const char **client_id)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);
	const char *id = random_base64url(rq->arena, CLIENT_ID_BYTES);
	int64_t registered;

	if (t.store == NULL || (registered = count(rq)) < 0)
		return store_failed(rq);
	if (registered >= rq->config->limits.clients && make_room(rq) != STORED)
		return fail_because(&rq->failure, TEMPORARILY_UNAVAILABLE,
		    "too many clients are registered; ask the administrator",
		    "limits.clients is reached");
	if (insert(rq, m, id, client_redirect_uris_json(rq->arena, m)) != STORED || !transaction_commit(&t))
		return store_failed(rq);
	*client_id = id;
	return OAUTH_OK;
}

static enum oauth_error
find_row(struct request *rq, const char *client_id, struct client *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_GET);
	const char *uris;

	statement_text(q, ":client_id", client_id);
	statement_int(q, ":now", rq->now);
	switch (statement_row(q)) {
	case STORED:
		break;
	case ABSENT:
		return fail(&rq->failure, INVALID_CLIENT, "the client is not registered here; "
		    "register again");
	default:
		return store_failed(rq);
	}
	uris = statement_column_text(q, 2, rq->arena);
	*out = (struct client){
		.client_id = arena_string(rq->arena, client_id),
		.client_name = statement_column_text(q, 0, rq->arena),
		.client_uri = statement_column_text(q, 1, rq->arena),
		.used = statement_column_int(q, 3) != 0,
		.host = client_url_host(rq->arena, client_id),
		.jwks = statement_column_text(q, 4, rq->arena),
		.redirect_uris = json_parse(rq->arena, uris, strlen(uris)),
	};
	rq->client_id = out->client_id;
	return rate_take_client(rq);
}

/* Its administrator has seen to it that it is trusted. */
static enum oauth_error
configured(struct request *rq, const struct config_client *c, struct client *out)
{
	*out = (struct client){
		.client_id = c->client_id, .client_name = c->name, .used = true, .configured = c,
	};
	rq->client_id = out->client_id;
	return rate_take_client(rq);
}

enum oauth_error
client_find(struct request *rq, const char *client_id, struct client *out)
{
	const struct config_client *known = config_client(rq->config, client_id);

	if (known != NULL)
		return configured(rq, known, out);
	if (client_id_is_url(client_id))
		TRY(client_url_check(rq, client_id));
	return find_row(rq, client_id, out);
}

bool
client_allows(struct request *rq, const struct client *c, const char *redirect_uri)
{
	const char *const *listed = c->configured == NULL ? NULL : c->configured->redirect_uris;
	size_t n = !json_object_is_type(c->redirect_uris, json_type_array) ? 0 :
	    json_object_array_length(c->redirect_uris);

	for (; listed != NULL && *listed != NULL; listed++)
		if (redirect_uri_matches(rq->arena, *listed, redirect_uri))
			return true;
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(c->redirect_uris, i);

		if (json_object_is_type(item, json_type_string) &&
		    redirect_uri_matches(rq->arena, json_object_get_string(item), redirect_uri))
			return true;
	}
	return false;
}

const char *
client_scope_known(struct request *rq, const struct client *c, const char *known)
{
	const char *may = "";

	if (c->configured == NULL || c->configured->scopes[0] == NULL)
		return known;
	for (const char *const *s = c->configured->scopes; *s != NULL; s++)
		if (scope_contains(known, *s))
			may = arena_printf(rq->arena, "%s%s%s", may, *may == '\0' ? "" : " ", *s);
	return may;
}

void
client_keep(struct request *rq, const char *client_id)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_CLIENT_KEEP);
	int64_t unused = rq->config->limits.client_unused;

	statement_text(q, ":client_id", client_id);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":expires_at", rq->now + unused);
	statement_int(q, ":used_before", rq->now - (unused / 2 < DAY ? unused / 2 : DAY));
	if (statement_change(q) == STORE_FAILED)
		return;		/* the next sign-in keeps it */
}
