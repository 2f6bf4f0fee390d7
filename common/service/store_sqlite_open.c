/* SPDX-License-Identifier: MIT */
/* Connections to the database, and its schema. */
#include "service/endpoint.h"
#include "service/store_sqlite_part.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"

#define PREFIX		(sizeof "sqlite:" - 1)
#define LOG_LIMIT	"16777216"	/* bytes that the -wal file keeps; none after the last connection */

static const char *
database_path(const struct config *config)
{
	return config->database + PREFIX;
}

/*
 * Without -wal and -shm files of the right mode another user's program could not open them: SQLite
 * gives them the database's own mode, whatever the umask.  They stay when the last connection ends:
 * a program in its sandbox may neither remove nor make files.  A program with fewer rights writes to
 * the file too, so no trigger or view in it does anything here, and its pages are checked.
 */
static struct store *
open_file(const struct config *config, const char **why)
{
	struct store *s = calloc(1, sizeof *s);
	int wait_ms = (int)config->limits.database_wait * 1000, stay = 1;

	if (s == NULL)
		die("no memory for a store");
	if (sqlite3_open_v2(database_path(config), &s->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK || sqlite3_busy_timeout(s->db, wait_ms) != SQLITE_OK ||
	    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
	    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL) != SQLITE_OK ||
	    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL) != SQLITE_OK ||
	    sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &stay) != SQLITE_OK ||
	    sqlite3_exec(s->db, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
	    "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
	    "PRAGMA journal_size_limit = " LOG_LIMIT,
	    NULL, NULL, NULL) != SQLITE_OK) {
		*why = "the database cannot be opened; `sallyport init` makes it, `sallyport check` "
		    "says what is wrong";
		store_close(s);
		return NULL;
	}
	return s;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < QUERY_COUNT; i++)
		sqlite3_finalize(s->query[i].sqlite);
	sqlite3_close_v2(s->db);
	free(s);
}

void
store_patience(struct store *s, int ms)
{
	(void)sqlite3_busy_timeout(s->db, ms);
}

const char *
store_error(struct store *s)
{
	return sqlite3_errmsg(s->db);
}

/* -1 when there is no schema at all. */
static int64_t
schema_version(struct store *s)
{
	AUTO(statement) struct statement *q = store_query(s, QUERY_SCHEMA_VERSION_GET);

	return statement_row(q) == STORED ? statement_column_int(q, 0) : -1;
}

struct store *
store_open(const struct config *config, const char **why)
{
	struct store *s = open_file(config, why);
	int64_t version;

	if (s == NULL)
		return NULL;
	version = schema_version(s);
	if (version == sql_migrations[SQL_MIGRATIONS - 1].version)
		return s;
	*why = version < sql_migrations[SQL_MIGRATIONS - 1].version ?
	    "the database is of an older version, or empty: run `sallyport init`" :
	    "the database is of a newer version than this program";
	store_close(s);
	return NULL;
}

static bool
migrate(struct store *s, const struct sql_migration *m)
{
	AUTO(transaction) struct transaction t = transaction_begin(s);
	AUTO(statement) struct statement *put = store_query(s, QUERY_SCHEMA_VERSION_PUT);

	if (t.store == NULL)
		return false;
	if (schema_version(s) >= m->version)
		return true;	/* another `sallyport init` was quicker */
	if (sqlite3_exec(s->db, m->sql, NULL, NULL, NULL) != SQLITE_OK)
		return false;
	statement_int(put, ":version", m->version);
	statement_int(put, ":now", clock_seconds());
	return statement_change(put) == STORED && transaction_commit(&t);
}

bool
store_create(const struct config *config, const char **why)
{
	int fd = open(database_path(config), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0660);
	struct stat st;
	struct store *s;
	bool good;

	if (fd < 0 || fstat(fd, &st) != 0 || st.st_nlink != 1 ||
	    (fchmod(fd, 0660) != 0 && errno != EPERM)) {
		*why = "the database's file cannot be made, or is a link";
		if (fd >= 0)
			close(fd);
		return false;
	}
	close(fd);
	if ((s = open_file(config, why)) == NULL)
		return false;
	good = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(s->db, sql_migrations[0].sql, NULL, NULL, NULL) == SQLITE_OK;
	for (size_t i = 1; good && i < SQL_MIGRATIONS; i++)
		good = migrate(s, &sql_migrations[i]);
	if (!good)
		*why = "the database cannot be brought to this version's schema";
	store_close(s);
	return good;
}

static void *
open_service(const struct config *config, const char **why)
{
	return store_open(config, why);
}

static void
close_service(void *store)
{
	store_close(store);
}

const struct service store_service = {
	.name = "store", .slot = offsetof(struct request, store), .early = true,
	.open = open_service, .close = close_service,
};
