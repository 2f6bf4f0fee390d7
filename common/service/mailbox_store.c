/* SPDX-License-Identifier: MIT */
#include "service/mailbox_store.h"

#include "base/base64url.h"
#include "service/hint.h"

#define SOCKETS_MAX	64	/* looked at when a process opens its first stream */

static const char *
column(struct arena *a, const char *name, const struct mailbox_id *id)
{
	return arena_printf(a, "%s %s", name, base64url_encode(a, id->hash, sizeof id->hash));
}

enum stored
mailbox_insert(struct request *rq, const struct mailbox_id *id, const char *socket,
    int64_t expires_at)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_INSERT);

	statement_hash(q, ":id_hash", id->hash);
	statement_blob(q, ":sid", sid_bytes(rq->arena, &id->sid));
	statement_text(q, ":server", id->server);
	statement_text(q, ":socket", socket);
	statement_int(q, ":expires_at", expires_at);
	return statement_change(q);
}

enum stored
mailbox_get(struct request *rq, const struct mailbox_id *id, const struct data_key *key,
    struct mailbox_row *out)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_GET);
	enum stored stored;

	statement_hash(q, ":id_hash", id->hash);
	statement_blob(q, ":sid", sid_bytes(rq->arena, &id->sid));
	statement_text(q, ":server", id->server);
	statement_int(q, ":now", rq->now);
	if ((stored = statement_row(q)) != STORED)
		return stored;
	*out = (struct mailbox_row){
		.socket = statement_column_text(q, 0, rq->arena),
		.upstream = seal_open_column(rq->arena, key, column(rq->arena, "stream.upstream", id),
		    &id->sid, statement_column_blob(q, 1, rq->arena)),
		.state = (enum mailbox_state)statement_column_int(q, 2),
	};
	return STORED;
}

enum stored
mailbox_set_upstream(struct request *rq, const struct mailbox_id *id, const struct data_key *key,
    const char *upstream)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_SET_UPSTREAM);

	statement_hash(q, ":id_hash", id->hash);
	statement_blob(q, ":sid", sid_bytes(rq->arena, &id->sid));
	statement_blob(q, ":upstream", seal_column(rq->arena, key,
	    column(rq->arena, "stream.upstream", id), &id->sid, upstream));
	return statement_change(q);
}

enum stored
mailbox_set_state(struct request *rq, const struct mailbox_id *id, enum mailbox_state state)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_SET_READY);

	statement_int(q, ":ready", state);
	statement_hash(q, ":id_hash", id->hash);
	statement_blob(q, ":sid", sid_bytes(rq->arena, &id->sid));
	return statement_change(q);
}

void
mailbox_delete(struct request *rq, const struct mailbox_id *id)
{
	static const enum query both[] = {
		QUERY_STREAM_DELETE, QUERY_STREAM_MESSAGE_DELETE_STREAM,
	};

	for (size_t i = 0; i < COUNT(both); i++) {
		AUTO(statement) struct statement *q = store_query(rq->store, both[i]);

		statement_hash(q, ":id_hash", id->hash);
		if (statement_change(q) == STORE_FAILED)
			return;		/* the sweep takes what stays */
	}
}

static void
delete_socket(struct request *rq, const char *socket)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_DELETE_SOCKET);

	statement_text(q, ":socket", socket);
	if (statement_change(q) == STORE_FAILED)
		return;		/* the sweep takes what stays */
}

void
mailbox_delete_dead(struct request *rq)
{
	static const uint8_t nobody[SHA256_SIZE];
	const char *socket[SOCKETS_MAX];
	int count = 0;

	{
		AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_SOCKETS);

		statement_int(q, ":limit", SOCKETS_MAX);
		while (count < SOCKETS_MAX && statement_row(q) == STORED)
			socket[count++] = statement_column_text(q, 0, rq->arena);
	}
	for (int i = 0; i < count; i++)
		if (!hint_send(rq->config, socket[i], nobody))
			delete_socket(rq, socket[i]);
}

static enum stored
insert_message(struct request *rq, const struct mailbox_id *id, const struct data_key *key,
    const char *message, size_t n)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_MESSAGE_INSERT);

	statement_hash(q, ":id_hash", id->hash);
	statement_blob(q, ":sealed", seal_column(rq->arena, key,
	    column(rq->arena, "stream_message.sealed", id), &id->sid, arena_copy(rq->arena, message, n)));
	statement_int(q, ":expires_at", rq->now + MAILBOX_MESSAGE_LIFE);
	statement_int(q, ":most", MAILBOX_MESSAGES_MAX);
	statement_int(q, ":most_bytes", MAILBOX_BYTES_MAX);
	return statement_change(q);
}

enum stored
mailbox_put(struct request *rq, const struct mailbox_id *id, const struct data_key *key,
    const char *socket, const char *message, size_t n)
{
	enum stored stored = insert_message(rq, id, key, message, n);

	if (stored != STORED || hint_send(rq->config, socket, id->hash))
		return stored;
	mailbox_delete(rq, id);
	return ABSENT;
}

int
mailbox_list(struct request *rq, const struct mailbox_id *id, const struct data_key *key,
    struct mailbox_message *out, int most)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_MESSAGE_LIST);
	enum stored stored = STORED;
	size_t used = rq->arena->used;
	int count = 0;

	statement_hash(q, ":id_hash", id->hash);
	statement_int(q, ":limit", most);
	while (count < most && rq->arena->used - used < MAILBOX_LIST_MAX &&
	    (stored = statement_row(q)) == STORED) {
		out[count++] = (struct mailbox_message){
			.seq = statement_column_int(q, 0),
			.text = seal_open_column(rq->arena, key,
			    column(rq->arena, "stream_message.sealed", id), &id->sid,
			    statement_column_blob(q, 1, rq->arena)),
		};
	}
	return stored == STORE_FAILED ? -1 : count;
}

enum stored
mailbox_written(struct request *rq, const struct mailbox_id *id, int64_t seq)
{
	AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_MESSAGE_DELETE);

	statement_hash(q, ":id_hash", id->hash);
	statement_int(q, ":seq", seq);
	return statement_change(q);
}
