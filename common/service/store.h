/* SPDX-License-Identifier: MIT */
/*
 * store.h - the database, seen without its driver
 *
 * One struct store belongs to one worker.  Statements are the named ones of sql/queries, prepared
 * at first use and kept; values are bound by name and read by position.  What a statement binds
 * must live until it is reset, which leaving AUTO(statement)'s scope does.
 */
#ifndef SERVICE_STORE_H
#define SERVICE_STORE_H

#include "base/arena.h"
#include "service/config.h"
#include "sql.h"

/* What stands behind the database's path: SQLite's files beside each other. */
#define STORE_FILES	{ "", "-wal", "-shm" }

struct store;
struct statement;

enum stored {
	STORED,			/* a row was found; or the change was made */
	ABSENT,			/* there is no such row; or nothing changed */
	STORE_FAILED,		/* locked for too long, full, unreadable: see store_error */
};

/* NULL with *why set: no database, its schema older or newer than this program, no permission. */
MUST_CHECK struct store	*store_open(const struct config *, const char **why);
void			 store_close(struct store *);		/* NULL is fine */
/* How long it waits for a locked database; the configuration's database_wait at first. */
void			 store_patience(struct store *, int ms);
NONNULL const char	*store_error(struct store *);		/* for the log */

/* Creates what is missing: the file with mode 0660, all migrations.  For `sallyport init`. */
MUST_CHECK bool		 store_create(const struct config *, const char **why);

struct statement	*store_query(struct store *, enum query);
void			 statement_auto(struct statement **);

void			 statement_text(struct statement *, const char *name, const char *);	/* NULL: NULL */
void			 statement_blob(struct statement *, const char *name, struct bytes);	/* NULL data: NULL */
void			 statement_hash(struct statement *, const char *name, const uint8_t[static 32]);
void			 statement_int(struct statement *, const char *name, int64_t);

/* A query that reads: STORED for a row, then its columns; ABSENT at the end. */
MUST_CHECK enum stored	 statement_row(struct statement *);
/* A query that changes: STORED if at least one row was changed. */
MUST_CHECK enum stored	 statement_change(struct statement *);
int64_t			 statement_changed(struct statement *);	/* how many rows that was */

/* Columns of the present row, copied into the arena; NULL for NULL. */
const char		*statement_column_text(struct statement *, int, struct arena *);
struct bytes		 statement_column_blob(struct statement *, int, struct arena *);
int64_t			 statement_column_int(struct statement *, int);	/* 0 for NULL */
bool			 statement_column_null(struct statement *, int);

/*
 *	AUTO(transaction) struct transaction t = transaction_begin(store);
 *	...
 *	return transaction_commit(&t) ? ... : ...;
 *
 * Takes the write lock at once; rolled back unless committed.
 */
struct transaction {
	struct store	*store;		/* NULL: it could not begin, or is over */
	bool		 quick;
};

struct transaction	 transaction_begin(struct store *);
/* The same for what a power failure may take away again: it waits for no disk. */
struct transaction	 transaction_begin_quick(struct store *);
MUST_CHECK bool		 transaction_commit(struct transaction *);
void			 transaction_auto(struct transaction *);

#endif
