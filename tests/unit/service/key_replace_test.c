/* SPDX-License-Identifier: MIT */
#include "service/key_replace.h"

#include <pwd.h>

#include "generations.h"

static struct generations g;

static int
let_go(void **state)
{
	generations_forget(&g);
	return fixture_close(state);
}

#define CASE_OF(test)	cmocka_unit_test_setup_teardown(test, fixture_open, let_go)

static const char *
sign(void)
{
	return key_file_path(&fix.arena, &fix.config, KEY_SIGN);
}

/* The user that owns nothing here; the tests may run as root. */
static bool
become(const char *name)
{
	const struct passwd *p = getpwnam(name);

	return p != NULL && seteuid(p->pw_uid) == 0;
}

static void
what_is_written_is_read_again(UNUSED void **state)
{
	struct generations again;
	const char *why = "";

	assert_int_equal(generations_of(KEY_SIGN, &g), 1);
	g.key[g.count++] = key_new();
	assert_true(key_file_replace(&fix.arena, sign(), &g, &why));
	assert_int_equal(generations_of(KEY_SIGN, &again), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(again.key[i].kid, g.key[i].kid);
		assert_int_equal(again.key[i].created_at, g.key[i].created_at);
		assert_memory_equal(again.key[i].secret, g.key[i].secret, KEY_SIZE);
	}
	generations_forget(&again);
	assert_int_equal(access(arena_printf(&fix.arena, "%s.new", sign()), F_OK), -1);
}

static void
owner_group_and_mode_stay_under_any_umask(UNUSED void **state)
{
	struct stat before, after;
	mode_t mask = umask(077);
	const char *why = "";

	assert_int_equal(chmod(sign(), 0440), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(sign(), 33, 34), 0);
	assert_int_equal(stat(sign(), &before), 0);
	assert_int_equal(generations_of(KEY_SIGN, &g), 1);
	assert_true(key_file_replace(&fix.arena, sign(), &g, &why));
	(void)umask(mask);
	assert_int_equal(stat(sign(), &after), 0);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_uid, before.st_uid);
	assert_int_equal(after.st_gid, before.st_gid);
	assert_int_not_equal(after.st_ino, before.st_ino);
}

static void
what_a_killed_one_left_is_no_obstacle_and_leads_nowhere(UNUSED void **state)
{
	const char *fresh = arena_printf(&fix.arena, "%s.new", sign()), *why = "";

	assert_int_equal(generations_of(KEY_SIGN, &g), 1);
	write_file(fresh, "half a li");
	assert_true(key_file_replace(&fix.arena, sign(), &g, &why));
	write_file(path_of("victim"), "mine");
	assert_int_equal(symlink(path_of("victim"), fresh), 0);
	assert_true(key_file_replace(&fix.arena, sign(), &g, &why));
	assert_string_equal(read_text(path_of("victim")), "mine");
	assert_int_equal(unlink(sign()), 0);
	assert_int_equal(symlink(path_of("victim"), sign()), 0);
	assert_false(key_file_replace(&fix.arena, sign(), &g, &why));
	assert_string_equal(read_text(path_of("victim")), "mine");
}

static void
who_may_not_is_told_who_may(UNUSED void **state)
{
	const char *why = "";

	if (geteuid() != 0)
		return;		/* as an ordinary user there is nobody else to be */
	assert_int_equal(generations_of(KEY_SIGN, &g), 1);
	assert_int_equal(chmod(fix.dir, 0755), 0);
	assert_int_equal(chmod(path_of("keys"), 0755), 0);
	assert_int_equal(chmod(sign(), 0644), 0);
	assert_true(become("nobody"));
	assert_false(key_file_replace(&fix.arena, sign(), &g, &why));
	assert_int_equal(seteuid(0), 0);
	assert_non_null(strstr(why, "keys/sign/key cannot be changed by this user: run it as root, to whom"));
	assert_non_null(strstr(why, "or as root"));
}

static void
a_full_or_missing_place_is_named_and_the_file_stays(UNUSED void **state)
{
	const char *why = "", *before = read_text(sign());

	assert_int_equal(generations_of(KEY_SIGN, &g), 1);
	assert_false(key_file_replace(&fix.arena, path_of("nowhere/sign"), &g, &why));
	assert_non_null(strstr(why, "nowhere/sign: No such file"));
	assert_int_equal(mkdir(arena_printf(&fix.arena, "%s.new", sign()), 0700), 0);
	assert_false(key_file_replace(&fix.arena, sign(), &g, &why));
	assert_string_equal(read_text(sign()), before);
}

static void
one_at_a_time_holds_the_lock(UNUSED void **state)
{
	const char *why = "";
	int first = key_files_lock(&fix.arena, &fix.config, &why), second;

	assert_true(first >= 0);
	assert_int_equal(key_files_lock(&fix.arena, &fix.config, &why), -1);
	assert_non_null(strstr(why, "another `sallyport keys` is at work"));
	assert_true(fix.slept_ms >= KEY_LOCK_WAIT * 1000);
	close(first);
	second = key_files_lock(&fix.arena, &fix.config, &why);
	assert_true(second >= 0);
	close(second);
	fix.config.state_dir = path_of("nowhere");
	assert_int_equal(key_files_lock(&fix.arena, &fix.config, &why), -1);
	assert_non_null(strstr(why, "No such file"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE_OF(what_is_written_is_read_again),
		CASE_OF(owner_group_and_mode_stay_under_any_umask),
		CASE_OF(what_a_killed_one_left_is_no_obstacle_and_leads_nowhere),
		CASE_OF(who_may_not_is_told_who_may),
		CASE_OF(a_full_or_missing_place_is_named_and_the_file_stays),
		CASE_OF(one_at_a_time_holds_the_lock),
	};

	return RUN(tests, NULL, NULL);
}
