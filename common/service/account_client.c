/* SPDX-License-Identifier: MIT */
#include "service/account_client.h"

#include "protocol/json.h"
#include "protocol/redirect_uri.h"
#include "protocol/scope.h"
#include "service/client.h"
#include "service/session.h"
#include "service/session_revoke.h"
#include "service/store_failed.h"

#define LEADS_TO	8	/* hosts that are shown of one client */
#define BATCHES		20	/* of sessions that one press of a button ends */

/* --- where a client's answers go ----------------------------------------------------------------- */

struct leads {
	const char	*to[LEADS_TO + 1];
	size_t		 count;
	bool		 local;
};

static void
add_lead(struct request *rq, struct leads *l, const char *uri)
{
	const char *host = redirect_uri_host(rq->arena, uri);

	if (redirect_uri_is_loopback(rq->arena, uri)) {
		l->local = true;
		return;
	}
	if (host == NULL)
		host = arena_printf(rq->arena, "%.*s:", (int)strcspn(uri, ":"), uri);
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->to[i], host) == 0)
			return;
	if (l->count < LEADS_TO)
		l->to[l->count++] = host;
}

static struct leads *
leads_of(struct request *rq, const struct client *c)
{
	struct leads *l = arena_alloc(rq->arena, sizeof *l);
	size_t n = !json_object_is_type(c->redirect_uris, json_type_array) ? 0 :
	    json_object_array_length(c->redirect_uris);

	if (c->configured != NULL)
		for (const char *const *uri = c->configured->redirect_uris; *uri != NULL; uri++)
			add_lead(rq, l, *uri);
	for (size_t i = 0; i < n; i++) {
		struct json_object *uri = json_object_array_get_idx(c->redirect_uris, i);

		if (json_object_is_type(uri, json_type_string))
			add_lead(rq, l, json_object_get_string(uri));
	}
	return l;
}

/* --- the list ------------------------------------------------------------------------------------- */

/* A client that is no longer registered here may still have sessions, until they run out. */
static enum oauth_error
describe(struct request *rq, struct account_application *a)
{
	AUTO(client) struct client c = { 0 };
	enum oauth_error error = client_find(rq, a->client_id, &c);
	const struct leads *l;

	rq->client_id = NULL;		/* the request is the person's */
	if (error == INVALID_CLIENT) {
		rq->failure = (struct failure){ 0 };
		return OAUTH_OK;
	}
	if (error != OAUTH_OK)
		return error;
	l = leads_of(rq, &c);
	a->registered = true;
	a->name = c.client_name;
	a->known = c.configured != NULL;
	a->host = c.host;
	a->leads_to = l->to;
	a->local = l->local;
	return OAUTH_OK;
}

static struct account_connection
read_connection(struct request *rq, struct statement *q)
{
	return (struct account_connection){
		.resource = statement_column_text(q, 1, rq->arena),
		.scope = statement_column_text(q, 2, rq->arena),
		.since = statement_column_int(q, 3), .used = statement_column_int(q, 4),
	};
}

/* Sessions of one client at one server, whatever each of them may do, are one connection. */
static void
merge(struct arena *a, struct account_connection *c, const struct account_connection *more)
{
	for (const char *p = more->scope + strspn(more->scope, " "); *p != '\0'; p += strspn(p, " ")) {
		const char *token = arena_copy(a, p, strcspn(p, " "));

		if (!scope_contains(c->scope, token))
			c->scope = arena_printf(a, "%s%s%s", c->scope, *c->scope == '\0' ? "" : " ", token);
		p += strlen(token);
	}
	if (more->since < c->since)
		c->since = more->since;
	if (more->used > c->used)
		c->used = more->used;
}

struct list {
	struct account_application	*client;
	size_t				 clients;
	struct account_connection	*connection;	/* each client's stand together */
	size_t				 connections;
};

/* All rows of a client come one after the other, and of these all of a server. */
static void
add_row(struct request *rq, struct list *l, const char *client_id, const struct account_connection *c)
{
	struct account_application *a = l->clients == 0 ? NULL : &l->client[l->clients - 1];
	struct account_connection *last = &l->connection[l->connections];

	if (a == NULL || strcmp(a->client_id, client_id) != 0) {
		a = &l->client[l->clients++];
		*a = (struct account_application){ .client_id = client_id, .connection = last };
	}
	if (a->connections > 0 && strcmp(last[-1].resource, c->resource) == 0) {
		merge(rq->arena, &last[-1], c);
		return;
	}
	*last = *c;
	l->connections++;
	a->connections++;
}

static enum stored
read_list(struct request *rq, const struct account_session *s, struct list *l, bool *more)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_ACCOUNT_CONNECTIONS);
	struct account_connection c;
	enum stored stored;
	size_t rows = 0;

	statement_text(q, ":tenant_id", s->tenant_id);
	statement_text(q, ":object_id", s->object_id);
	statement_int(q, ":now", rq->now);
	statement_int(q, ":idle_since", session_idle_since(rq));
	statement_int(q, ":clients", ACCOUNT_CLIENTS + 1);
	statement_int(q, ":limit", ACCOUNT_CONNECTIONS + 1);
	for (; (stored = statement_row(q)) == STORED && rows < ACCOUNT_CONNECTIONS; rows++) {
		c = read_connection(rq, q);
		add_row(rq, l, statement_column_text(q, 0, rq->arena), &c);
	}
	*more = stored == STORED || l->clients > ACCOUNT_CLIENTS;
	return stored == STORE_FAILED ? STORE_FAILED : STORED;
}

enum oauth_error
account_clients(struct request *rq, const struct account_session *s, struct account_page *page)
{
	struct list l = {
		.client = arena_alloc(rq->arena, (ACCOUNT_CLIENTS + 1) * sizeof *l.client),
		.connection = arena_alloc(rq->arena, ACCOUNT_CONNECTIONS * sizeof *l.connection),
	};
	size_t shown;

	if (read_list(rq, s, &l, &page->more) == STORE_FAILED)
		return store_failed(rq);
	shown = l.clients < ACCOUNT_CLIENTS ? l.clients : ACCOUNT_CLIENTS;
	for (size_t i = 0; i < shown; i++)
		TRY(describe(rq, &l.client[i]));
	page->application = l.client;
	page->applications = shown;
	return OAUTH_OK;
}

/* --- its end -------------------------------------------------------------------------------------- */

enum oauth_error
account_disconnect(struct request *rq, const struct account_session *s, const char *client_id,
    enum page_text *said)
{
	struct session_revocation r = {
		.of = { .client_id = client_id }, .event = AUDIT_PERSON_REVOKED,
		.reason = client_id == NULL ? "disconnected all" : "disconnected the client",
	};

	/* Whoever is not named would be everybody. */
	if (!session_selection_person(&r.of, s->tenant_id, s->object_id))
		return fail_because(&rq->failure, SERVER_ERROR, page_text(TEXT_WHY_NOT_READY),
		    "the person's ids are no GUIDs");
	for (int i = 0; i < BATCHES && !r.over; i++)
		if (!session_revoke_batch(rq, &r))
			return store_failed(rq);
	*said = !r.over ? TEXT_ACCOUNT_ENDED_SOME : r.ended == 0 ? TEXT_ACCOUNT_ENDED_NONE :
	    client_id == NULL ? TEXT_ACCOUNT_ENDED_ALL : TEXT_ACCOUNT_ENDED;
	return OAUTH_OK;
}
