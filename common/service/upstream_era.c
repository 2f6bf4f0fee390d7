/* SPDX-License-Identifier: MIT */
#include "service/upstream_era.h"

#include "protocol/json_edit.h"
#include "protocol/json_member.h"

#define COLUMN		"upstream_session.sealed"
#define KEPT_MAX	((size_t)256 * 1024)	/* bytes */

static enum spoken
read_spoken(int64_t n)
{
	return n == NOT_SPOKEN ? NOT_SPOKEN : n == SPOKEN ? SPOKEN : UNKNOWN;
}

struct upstream_eras
upstream_eras(struct request *rq, const char *url)
{
	struct upstream_eras eras = { UNKNOWN, UNKNOWN };

	if (rq->store != NULL) {
		AUTO(statement) struct statement *q = store_query(rq->store, QUERY_UPSTREAM_GET);

		statement_text(q, ":url", url);
		statement_int(q, ":now", rq->now);
		if (statement_row(q) == STORED)
			eras = (struct upstream_eras){
				read_spoken(statement_column_int(q, 0)), read_spoken(statement_column_int(q, 1)),
			};
	}
	return eras;
}

void
upstream_eras_put(struct request *rq, const char *url, struct upstream_eras eras)
{
	if (rq->store != NULL) {
		AUTO(statement) struct statement *q = store_query(rq->store, QUERY_UPSTREAM_PUT);

		statement_text(q, ":url", url);
		statement_int(q, ":modern", eras.modern);
		statement_int(q, ":legacy", eras.legacy);
		statement_int(q, ":expires_at", rq->now + UPSTREAM_ERA_LIFE);
		if (statement_change(q) == STORE_FAILED)
			return;		/* it is asked again */
	}
}

static const char *
column(struct arena *a, const char *server)
{
	return arena_printf(a, COLUMN " %s", server);
}

bool
upstream_kept_get(struct request *rq, const struct sid *sid, const struct data_key *key,
    const char *server, struct upstream_kept *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_UPSTREAM_SESSION_GET);
	struct json_members m;
	const char *text;

	statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
	statement_text(q, ":server", server);
	statement_int(q, ":now", rq->now);
	if (statement_row(q) != STORED || (text = seal_open_column(rq->arena, key,
	    column(rq->arena, server), sid, statement_column_blob(q, 0, rq->arena))) == NULL ||
	    !json_edit_read(rq->arena, text, strlen(text), &m))
		return false;
	*out = (struct upstream_kept){
		.session = json_member_string(rq->arena, &m, "session"),
		.is = {
			.version = json_member_string(rq->arena, &m, "version"),
			.capabilities = json_edit_source(rq->arena, &m, "capabilities"),
			.server_info = json_edit_source(rq->arena, &m, "server_info"),
			.instructions = json_edit_source(rq->arena, &m, "instructions"),
		},
	};
	return out->is.version != NULL;
}

void
upstream_kept_put(struct request *rq, const struct sid *sid, const struct data_key *key,
    const char *server, const struct upstream_kept *kept)
{
	const struct json_edit source[] = {
		{ "capabilities", kept->is.capabilities }, { "server_info", kept->is.server_info },
		{ "instructions", kept->is.instructions },
	};
	struct buf b = buf_new(rq->arena, KEPT_MAX);

	buf_member(&b, "version", kept->is.version);
	buf_member(&b, "session", kept->session);
	for (size_t i = 0; i < COUNT(source); i++)
		if (source[i].value != NULL) {
			buf_lit(&b, arena_printf(rq->arena, ",\"%s\":", source[i].name));
			buf_lit(&b, source[i].value);
		}
	buf_lit(&b, "}");
	if (rq->store != NULL && buf_text(&b) != NULL) {
		AUTO(statement) struct statement *q = store_query(rq->store, QUERY_UPSTREAM_SESSION_PUT);

		statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
		statement_text(q, ":server", server);
		statement_blob(q, ":sealed", seal_column(rq->arena, key, column(rq->arena, server), sid,
		    buf_text(&b)));
		statement_int(q, ":expires_at", rq->now + UPSTREAM_SESSION_LIFE);
		if (statement_change(q) == STORE_FAILED)
			return;
	}
}

void
upstream_kept_delete(struct request *rq, const struct sid *sid, const char *server)
{
	if (rq->store != NULL) {
		AUTO(statement) struct statement *q = store_query(rq->store, QUERY_UPSTREAM_SESSION_DELETE);

		statement_blob(q, ":sid", sid_bytes(rq->arena, sid));
		statement_text(q, ":server", server);
		if (statement_change(q) == STORE_FAILED)
			return;
	}
}
