/* SPDX-License-Identifier: MIT */
#include "service/store.h"

#include "fixture.h"

#define VERSION	"(SELECT max(version) FROM schema_version)"

/* Why the database cannot be opened; NULL when it can. */
static const char *
refusal(void)
{
	const char *why = NULL;
	struct store *s = store_open(&fix.config, &why);

	assert_int_equal(s == NULL, why != NULL);
	store_close(s);
	return why;
}

static void
a_created_store_opens_at_this_programs_version(UNUSED void **state)
{
	const char *why = NULL;

	assert_null(refusal());
	assert_int_equal(sql_number("SELECT max(version) FROM schema_version"),
	    sql_migrations[SQL_MIGRATIONS - 1].version);
	assert_true(store_create(&fix.config, &why));
	assert_null(refusal());
	assert_int_equal(sql_number("SELECT count(*) FROM schema_version"), SQL_MIGRATIONS - 1);
}

/* In its sandbox a program can neither make nor remove them. */
static void
what_stands_beside_the_database_stays_and_is_empty_at_the_end(UNUSED void **state)
{
	struct stat st;

	sql("INSERT INTO setback (name_hash, outcome, reason, expires_at) VALUES (x'00', 1, '', 2)");
	assert_int_equal(stat(path_of("sallyport.db-wal"), &st), 0);
	assert_true(st.st_size > 0);
	store_close(fix.rq.store);
	fix.rq.store = NULL;
	assert_int_equal(stat(path_of("sallyport.db-wal"), &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(stat(path_of("sallyport.db-shm"), &st), 0);
	assert_null(refusal());
}

static void
migrations_are_numbered_in_order(UNUSED void **state)
{
	assert_int_equal(sql_migrations[0].version, 0);
	for (size_t i = 1; i < SQL_MIGRATIONS; i++)
		assert_true(sql_migrations[i].version > sql_migrations[i - 1].version);
}

static void
creating_again_keeps_what_is_stored(UNUSED void **state)
{
	const char *why = NULL;

	sql("INSERT INTO client (client_id, client_name, redirect_uris, created_at, expires_at) "
	    "VALUES ('c', '', '[]', 1, 2)");
	assert_true(store_create(&fix.config, &why));
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 1);
}

static void
an_older_a_newer_and_an_empty_schema_are_refused(UNUSED void **state)
{
	sql("INSERT INTO schema_version (version, applied_at) VALUES (" VERSION " + 1, 1)");
	assert_non_null(strstr(refusal(), "newer"));
	sql("DELETE FROM schema_version WHERE version > 0");
	assert_non_null(strstr(refusal(), "sallyport init"));
	sql("DROP TABLE schema_version");
	assert_non_null(strstr(refusal(), "sallyport init"));
}

static void
no_file_and_no_database_are_refused_with_a_reason(UNUSED void **state)
{
	fix.config.database = arena_printf(&fix.arena, "sqlite:%s", path_of("absent.db"));
	assert_non_null(strstr(refusal(), "sallyport init"));
	assert_int_not_equal(access(path_of("absent.db"), F_OK), 0);
	fix.config.database = arena_printf(&fix.arena, "sqlite:%s", path_of("text.db"));
	write_file(path_of("text.db"),
	    "this is no database, however long one makes the text of it; "
	    "SQLite looks at the first hundred bytes, so these must be more than that\n");
	assert_non_null(refusal());
	fix.config.database = arena_printf(&fix.arena, "sqlite:%s", path_of("nowhere/a.db"));
	assert_non_null(refusal());
}

static void
creating_where_nothing_can_be_made_fails_with_a_reason(UNUSED void **state)
{
	const char *why = NULL;

	fix.config.database = arena_printf(&fix.arena, "sqlite:%s", path_of("nowhere/a.db"));
	assert_false(store_create(&fix.config, &why));
	assert_non_null(why);
	write_file(path_of("text.db"),
	    "this is no database, however long one makes the text of it; "
	    "SQLite looks at the first hundred bytes, so these must be more than that\n");
	fix.config.database = arena_printf(&fix.arena, "sqlite:%s", path_of("text.db"));
	why = NULL;
	assert_false(store_create(&fix.config, &why));
	assert_non_null(why);
}

static void
database_and_its_companions_have_mode_0660_under_any_umask(UNUSED void **state)
{
	static const char *const names[] = { "own.db", "own.db-wal", "own.db-shm" };
	mode_t before = umask(077);
	const char *why;
	struct store *s;
	struct stat st;

	fix.config.database = arena_printf(&fix.arena, "sqlite:%s", path_of("own.db"));
	assert_true(store_create(&fix.config, &why));
	s = store_open(&fix.config, &why);
	(void)umask(before);
	assert_non_null(s);
	for (size_t i = 0; i < COUNT(names); i++) {
		assert_int_equal(stat(path_of(names[i]), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0660);
	}
	store_close(s);
}

static void
the_journal_is_wal(UNUSED void **state)
{
	assert_int_equal(sql_number("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}

/* Prepared by a connection of our own: the names are bound by the tests of their users. */
static void
every_query_prepares_on_the_schema(UNUSED void **state)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(fix.config.database + sizeof "sqlite:" - 1, &db), SQLITE_OK);
	for (size_t i = 0; i < QUERY_COUNT; i++) {
		sqlite3_stmt *stmt = NULL;
		const char *tail = "";

		if (sqlite3_prepare_v2(db, sql_queries[i].sql, -1, &stmt, &tail) != SQLITE_OK)
			fail_msg("%s: %s", sql_queries[i].name, sqlite3_errmsg(db));
		if (tail[strspn(tail, " \t\n")] != '\0')
			fail_msg("%s is more than one statement", sql_queries[i].name);
		for (int p = 1; p <= sqlite3_bind_parameter_count(stmt); p++)
			assert_int_equal(sqlite3_bind_parameter_name(stmt, p)[0], ':');
		assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	}
	sqlite3_close(db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_created_store_opens_at_this_programs_version),
		CASE(what_stands_beside_the_database_stays_and_is_empty_at_the_end),
		CASE(migrations_are_numbered_in_order),
		CASE(creating_again_keeps_what_is_stored),
		CASE(an_older_a_newer_and_an_empty_schema_are_refused),
		CASE(no_file_and_no_database_are_refused_with_a_reason),
		CASE(creating_where_nothing_can_be_made_fails_with_a_reason),
		CASE(database_and_its_companions_have_mode_0660_under_any_umask),
		CASE(the_journal_is_wal),
		CASE(every_query_prepares_on_the_schema),
	};

	return RUN(tests, NULL, NULL);
}
