/* SPDX-License-Identifier: MIT */
/*
 * fixture.h - a state_dir with configuration, keys and database of its own, and a request on it
 *
 * Each CASE begins in an empty database at the second START.  The clock is the fixture's: it stands
 * still until at() moves it; who sleeps spends monotonic time alone unless fix.sleeps is set, and
 * fix.asleep is what others do meanwhile.  sql() and sql_number() reach the database behind the store's back.
 */
#ifndef UNIT_SERVICE_FIXTURE_H
#define UNIT_SERVICE_FIXTURE_H

#include <ftw.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "service/config.h"
#include "service/keyring.h"
#include "service/request.h"
#include "service/store.h"

#include "../test.h"

#define START		INT64_C(1800000000)
#define TENANT		"11111111-1111-4111-8111-111111111111"
#define OUR_APP		"33333333-3333-4333-8333-333333333333"
#define ISSUER		"https://mcp.example.org"
#define RESOURCE	ISSUER "/mcp"

#define CASE(test)	cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

static struct {
	char		 dir[64];
	const char	*conf;		/* path of the configuration file */
	struct config	 config;	/* a copy that a test may change */
	struct arena	 arena;
	struct request	 rq;
	int64_t		 clock;
	int64_t		 slept_ms;
	bool		 sleeps;		/* sleep moves the wall clock too */
	void		(*asleep)(void);	/* called by each sleep; NULL: nothing happens */
} fix;

int64_t
clock_seconds(void)
{
	return fix.clock + (fix.sleeps ? fix.slept_ms / 1000 : 0);
}

int64_t
clock_microseconds(void)
{
	return fix.clock * 1000000 + fix.slept_ms * 1000;
}

int64_t
clock_monotonic_ms(void)
{
	return fix.clock * 1000 + fix.slept_ms;
}

void
clock_sleep_ms(int64_t ms)
{
	fix.slept_ms += ms;
	if (fix.asleep != NULL)
		fix.asleep();
}

/* Moves clock and request to that many seconds after START. */
static inline void
at(int64_t seconds)
{
	fix.rq.now = fix.clock = START + seconds;
}

static inline void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static inline const char *
path_of(const char *name)
{
	return arena_printf(&fix.arena, "%s/%s", fix.dir, name);
}

static inline void
load_config(void)
{
	const struct config *c;
	const char *why = "";

	fix.conf = path_of("sallyport.conf");
	write_file(fix.conf, arena_printf(&fix.arena, "public_url = " ISSUER "\nstate_dir = %s\naudit = store\n"
	    "[entra]\ntenant_id = " TENANT "\nclient_id = " OUR_APP "\n"
	    "credential = secret-file:%s/secret\n[limits]\ndatabase_wait = 1\n"
	    "[server mcp]\n[server other]\n", fix.dir, fix.dir));
	if ((c = config_load_file(fix.conf, &why)) == NULL)
		fail_msg("%s", why);
	fix.config = *c;
}

static inline int
fixture_open(void **state UNUSED)
{
	const char *why = "";

	memset(&fix, 0, sizeof fix);
	at(0);
	memcpy(fix.dir, "/tmp/sallyport-XXXXXX", sizeof "/tmp/sallyport-XXXXXX");
	assert_non_null(mkdtemp(fix.dir));
	arena_init(&fix.arena, (size_t)16 * 1024 * 1024);
	load_config();
	assert_int_equal(mkdir(path_of("keys"), 0770), 0);
	for (enum key_purpose p = KEY_SIGN; p < KEY_PURPOSES; p++)
		assert_true(keyring_create(&fix.config, p));
	assert_true(store_create(&fix.config, &why));
	fix.rq.arena = &fix.arena;
	fix.rq.config = &fix.config;
	fix.rq.id = "0123456789abcdef";
	fix.rq.keys = keyring_open(&fix.config);
	fix.rq.store = store_open(&fix.config, &why);
	assert_non_null(fix.rq.store);
	return 0;
}

static inline int
remove_one(const char *path, const struct stat *st UNUSED, int type UNUSED, struct FTW *at UNUSED)
{
	return remove(path);
}

static inline int
fixture_close(void **state UNUSED)
{
	keyring_close(fix.rq.keys);
	store_close(fix.rq.store);
	arena_free(&fix.arena);
	arena_free(&fix.config.arena);
	return nftw(fix.dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The last row's first column as a number; -1 without a row. */
static inline int64_t
sql_number(const char *text)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	int64_t n = -1;

	assert_int_equal(sqlite3_open(fix.config.database + sizeof "sqlite:" - 1, &db), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 1000);
	if (sqlite3_prepare_v2(db, text, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW)
		n = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	sqlite3_close(db);
	return n;
}

static inline void
sql(const char *text)
{
	(void)sql_number(text);
}

#endif
