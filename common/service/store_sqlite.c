/* SPDX-License-Identifier: MIT */
/* Statements and transactions; a connection's beginning and end are store_sqlite_open.c's. */
#include "service/store_sqlite_part.h"

#include "base/die.h"

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
		return NULL;
	return stmt;
}

/* A statement that cannot be prepared stays NULL: binding does nothing and stepping fails. */
struct statement *
store_query(struct store *s, enum query which)
{
	struct statement *q = &s->query[which];

	if (q->sqlite == NULL)
		q->sqlite = prepare(s->db, sql_queries[which].sql);
	return q;
}

void
statement_auto(struct statement **q)
{
	if ((*q)->sqlite == NULL)
		return;
	sqlite3_reset((*q)->sqlite);
	sqlite3_clear_bindings((*q)->sqlite);
}

static int
parameter(struct statement *q, const char *name)
{
	int at = sqlite3_bind_parameter_index(q->sqlite, name);

	if (at == 0 && q->sqlite != NULL)
		die("no parameter %s in: %s", name, sqlite3_sql(q->sqlite));
	return at;
}

void
statement_text(struct statement *q, const char *name, const char *value)
{
	(void)sqlite3_bind_text(q->sqlite, parameter(q, name), value, -1, SQLITE_STATIC);
}

void
statement_blob(struct statement *q, const char *name, struct bytes value)
{
	(void)sqlite3_bind_blob64(q->sqlite, parameter(q, name), value.data, value.len,
	    SQLITE_STATIC);
}

void
statement_hash(struct statement *q, const char *name, const uint8_t value[static 32])
{
	(void)sqlite3_bind_blob(q->sqlite, parameter(q, name), value, 32, SQLITE_STATIC);
}

void
statement_int(struct statement *q, const char *name, int64_t value)
{
	(void)sqlite3_bind_int64(q->sqlite, parameter(q, name), value);
}

enum stored
statement_row(struct statement *q)
{
	switch (q->sqlite == NULL ? SQLITE_ERROR : sqlite3_step(q->sqlite)) {
	case SQLITE_ROW:
		return STORED;
	case SQLITE_DONE:
		return ABSENT;
	default:
		return STORE_FAILED;
	}
}

enum stored
statement_change(struct statement *q)
{
	if (q->sqlite == NULL || sqlite3_step(q->sqlite) != SQLITE_DONE)
		return STORE_FAILED;
	return sqlite3_changes(sqlite3_db_handle(q->sqlite)) > 0 ? STORED : ABSENT;
}

int64_t
statement_changed(struct statement *q)
{
	return sqlite3_changes(sqlite3_db_handle(q->sqlite));
}

const char *
statement_column_text(struct statement *q, int column, struct arena *a)
{
	const void *text = sqlite3_column_text(q->sqlite, column);

	return text == NULL ? NULL :
	    arena_copy(a, text, (size_t)sqlite3_column_bytes(q->sqlite, column));
}

struct bytes
statement_column_blob(struct statement *q, int column, struct arena *a)
{
	const void *blob = sqlite3_column_blob(q->sqlite, column);
	size_t n = (size_t)sqlite3_column_bytes(q->sqlite, column);

	return blob == NULL ? (struct bytes){ 0 } :
	    (struct bytes){ .data = (uint8_t *)arena_copy(a, blob, n), .len = n };
}

int64_t
statement_column_int(struct statement *q, int column)
{
	return sqlite3_column_int64(q->sqlite, column);
}

bool
statement_column_null(struct statement *q, int column)
{
	return sqlite3_column_type(q->sqlite, column) == SQLITE_NULL;
}

struct transaction
transaction_begin(struct store *s)
{
	bool begun = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;

	return (struct transaction){ .store = begun ? s : NULL };
}

/* With a write-ahead log NORMAL loses the last transactions at worst, never the database. */
struct transaction
transaction_begin_quick(struct store *s)
{
	struct transaction t;

	(void)sqlite3_exec(s->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	t = transaction_begin(s);
	t.quick = true;
	if (t.store == NULL)
		(void)sqlite3_exec(s->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	return t;
}

static void
transaction_over(struct transaction *t)
{
	if (t->quick)
		(void)sqlite3_exec(t->store->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	t->store = NULL;
}

bool
transaction_commit(struct transaction *t)
{
	if (t->store == NULL ||
	    sqlite3_exec(t->store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		return false;
	transaction_over(t);
	return true;
}

void
transaction_auto(struct transaction *t)
{
	if (t->store == NULL)
		return;
	(void)sqlite3_exec(t->store->db, "ROLLBACK", NULL, NULL, NULL);
	transaction_over(t);
}
