/* SPDX-License-Identifier: MIT */
#include "service/state.h"

#include "generations.h"

/* A state_dir that does not exist yet, beside the fixture's own. */
static void
elsewhere(void)
{
	fix.config.state_dir = path_of("new");
	fix.config.database = arena_printf(&fix.arena, "sqlite:%s", path_of("new/sallyport.db"));
}

static const char *why;

static bool
init(void)
{
	bool good;

	why = NULL;
	good = state_init(&fix.config, &(struct state_groups){ 0 }, &why);
	assert_int_equal(good, why == NULL);
	return good;
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(path_of(name), &st), 0);
	return st.st_mode & 07777;
}

static void
all_is_made_with_its_mode_under_any_umask(UNUSED void **state)
{
	mode_t before = umask(077);
	bool made;

	elsewhere();
	made = init();
	(void)umask(before);
	assert_true(made);
	assert_int_equal(mode_of("new"), 03770);
	assert_int_equal(mode_of("new/keys"), 02750);
	assert_int_equal(mode_of("new/run"), 03770);
	assert_int_equal(mode_of("new/sallyport.db"), 0660);
	for (enum key_purpose p = KEY_SIGN; p < KEY_PURPOSES; p++)
		assert_int_equal(mode_of(arena_printf(&fix.arena, "new/keys/%s/key",
		    key_purpose_names[p])), 0640);
}

static void
what_it_made_opens(UNUSED void **state)
{
	struct keyring *keys;
	struct store *store;

	elsewhere();
	assert_true(init());
	store = store_open(&fix.config, &why);
	assert_non_null(store);
	store_close(store);
	keys = keyring_open(&fix.config);
	for (enum key_purpose p = KEY_SIGN; p < KEY_PURPOSES; p++)
		assert_non_null(keyring_current(keys, p));
	keyring_close(keys);
}

static void
a_second_init_keeps_keys_and_rows_and_mends_modes(UNUSED void **state)
{
	struct keyring *keys;
	const char *kid = keyring_current(fix.rq.keys, KEY_SIGN)->kid;

	sql("INSERT INTO client (client_id, client_name, redirect_uris, created_at, expires_at) "
	    "VALUES ('c', '', '[]', 1, 2)");
	assert_int_equal(chmod(path_of("keys/sign/key"), 0666), 0);
	assert_int_equal(chmod(path_of("keys"), 0777), 0);
	assert_true(init());
	assert_int_equal(mode_of("keys/sign"), 02750);
	assert_int_equal(mode_of("keys/sign/key"), 0640);
	assert_int_equal(mode_of("keys"), 02750);
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 1);
	keys = keyring_open(&fix.config);
	assert_string_equal(keyring_current(keys, KEY_SIGN)->kid, kid);
	keyring_close(keys);
}

/* As the versions before left it, and as a kill left the move. */
static void
a_key_file_of_before_moves_into_its_folder(UNUSED void **state)
{
	static const char *const left[] = { "keys/sign", "keys/sign.old" };
	const char *key = read_text(path_of("keys/sign/key"));

	for (size_t i = 0; i < 2 * COUNT(left); i++) {
		assert_int_equal(rename(path_of("keys/sign/key"), path_of("aside")), 0);
		if (i < COUNT(left))
			assert_int_equal(rmdir(path_of("keys/sign")), 0);
		if (i < COUNT(left) || i % 2 == 1)
			assert_int_equal(rename(path_of("aside"), path_of(left[i % 2])), 0);
		else
			assert_int_equal(rename(path_of("aside"), path_of("keys/sign/key")), 0);
		assert_true(init());
		assert_string_equal(read_text(path_of("keys/sign/key")), key);
		assert_int_equal(mode_of("keys/sign"), 02750);
		assert_int_equal(access(path_of("keys/sign.old"), F_OK), -1);
	}
}

static void
what_stands_aside_never_replaces_a_key(UNUSED void **state)
{
	const char *key = read_text(path_of("keys/sign/key"));

	write_file(path_of("keys/sign.old"), "nonsense");
	assert_true(init());
	assert_string_equal(read_text(path_of("keys/sign/key")), key);
}

static void
what_sqlite_keeps_beside_the_database_is_given_with_it(UNUSED void **state)
{
	assert_true(init());
	assert_int_equal(chmod(path_of("sallyport.db-wal"), 0600), 0);
	assert_int_equal(chmod(path_of("sallyport.db-shm"), 0600), 0);
	assert_true(init());
	assert_int_equal(mode_of("sallyport.db-wal"), 0660);
	assert_int_equal(mode_of("sallyport.db-shm"), 0660);
}

static void
a_link_leads_neither_owner_nor_mode_elsewhere(UNUSED void **state)
{
	write_file(path_of("victim"), "");
	assert_int_equal(chmod(path_of("victim"), 0600), 0);
	assert_int_equal(unlink(path_of("keys/sign/key")), 0);
	assert_int_equal(symlink(path_of("victim"), path_of("keys/sign/key")), 0);
	assert_false(init());
	assert_non_null(strstr(why, "keys/sign/key: is a symbolic link"));
	assert_int_equal(mode_of("victim"), 0600);
	assert_int_equal(unlink(path_of("keys/sign/key")), 0);
	assert_int_equal(link(path_of("victim"), path_of("keys/sign/key")), 0);
	assert_false(init());
	assert_non_null(strstr(why, "no file of its own"));
	assert_int_equal(mode_of("victim"), 0600);
}

static void
a_place_where_nothing_can_be_made_is_named(UNUSED void **state)
{
	fix.config.state_dir = path_of("nowhere/new");
	assert_false(init());
	assert_non_null(strstr(why, "nowhere/new: No such file or directory"));
}

static void
a_group_that_is_not_there_is_told(UNUSED void **state)
{
	elsewhere();
	assert_false(state_init(&fix.config, &(struct state_groups){ .all = "no-such-group-here" }, &why));
	assert_string_equal(why, "no-such-group-here: there is no group of that name");
	assert_int_not_equal(access(path_of("new"), F_OK), 0);
	assert_false(state_init(&fix.config, &(struct state_groups){ .apart = "no-such" }, &why));
	assert_string_equal(why, "no-such-key-sign: there is no group of that name");
	assert_int_not_equal(access(path_of("new"), F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(all_is_made_with_its_mode_under_any_umask),
		CASE(what_it_made_opens),
		CASE(a_second_init_keeps_keys_and_rows_and_mends_modes),
		CASE(a_key_file_of_before_moves_into_its_folder),
		CASE(what_stands_aside_never_replaces_a_key),
		CASE(what_sqlite_keeps_beside_the_database_is_given_with_it),
		CASE(a_link_leads_neither_owner_nor_mode_elsewhere),
		CASE(a_place_where_nothing_can_be_made_is_named),
		CASE(a_group_that_is_not_there_is_told),
	};

	return RUN(tests, NULL, NULL);
}
