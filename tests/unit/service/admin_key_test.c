/* SPDX-License-Identifier: MIT */
#include "service/admin.h"

#include "generations.h"
#include "written.h"

static void
keys_are_listed_with_what_needs_them(UNUSED void **state)
{
	struct signed_in in;

	sign_in(&in);
	assert_int_equal(run(admin_keys, ""), ADMIN_DONE);
	assert_int_equal(written_lines(), 1 + KEY_PURPOSES);
	wrote(arena_printf(&fix.arena, "wrap     %s  2027-01-15 08:00  current   2        yes     -\n",
	    keyring_current(fix.rq.keys, KEY_WRAP)->kid));
	GENERATIONS(KEY_SIGN, -100000, -1000, 0);
	assert_int_equal(run(admin_keys, "sign"), ADMIN_DONE);
	assert_int_equal(written_lines(), 4);
	wrote("sign     aaaaaaaaaaaaaaaa  2027-01-14 04:13  old       0        yes     2027-01-15 08:45\n");
	wrote("current");
	wrote("settling");
	assert_int_equal(run(admin_keys, "--json sign"), ADMIN_DONE);
	wrote("{\"purpose\":\"sign\",\"kid\":\"aaaaaaaaaaaaaaaa\",\"created_at\":1799900000,\"state\":\"old\","
	    "\"rows\":0,\"needed\":true,\"needed_until\":1800002720}");
	forget_written();
}

static void
no_secret_is_ever_written(UNUSED void **state)
{
	const char *text = read_text(path_of("keys/sign/key")), *secret = strrchr(text, ' ') + 1;

	assert_int_equal(run(admin_keys, "rotate"), ADMIN_DONE);
	assert_null(strstr(written.out, arena_copy(&fix.arena, secret, 43)));
	assert_int_equal(run(admin_keys, "--json"), ADMIN_DONE);
	assert_null(strstr(written.out, arena_copy(&fix.arena, secret, 43)));
	forget_written();
}

static void
rotate_adds_and_retire_takes_away(UNUSED void **state)
{
	assert_int_equal(run(admin_keys, "rotate cache sign"), ADMIN_DONE);
	told(" verifies now, and is used in 60 seconds");
	assert_null(strstr(written.err, "wrap:"));
	assert_int_equal(written_lines(), 5);
	assert_int_equal(run(admin_keys, "rotate"), ADMIN_DONE);
	assert_int_equal(written_lines(), 1 + 3 + 2 + 3 + 2 + 2);
	at(100000);
	assert_int_equal(run(admin_keys, "retire"), ADMIN_DONE);
	told("sign: 2 keys dropped\nwrap: 1 key dropped\ncache: 2 keys dropped\n");
	assert_int_equal(written_lines(), 1 + KEY_PURPOSES);
	assert_int_equal(run(admin_keys, "retire --json wrap"), ADMIN_DONE);
	told("wrap: 0 keys dropped");
	forget_written();
}

/* Else the store would count the second as the first, and no line would tell of it. */
static void
each_rotation_is_an_event_of_its_own(UNUSED void **state)
{
	for (int i = 0; i < 2; i++)
		assert_int_equal(run(admin_keys, "rotate sign"), ADMIN_DONE);
	assert_int_equal(sql_number("SELECT count(*) FROM audit WHERE event = 'key_rotated' AND times = 1"), 2);
	forget_written();
}

static void
the_first_that_fails_is_told_and_those_before_it_are_done(UNUSED void **state)
{
	struct generations g;

	GENERATIONS(KEY_WRAP, 0, 0, 0, 0, 0, 0, 0, 0);
	assert_int_equal(run(admin_keys, "rotate"), ADMIN_FAILED);
	told("sign: ");
	told("sallyport: ");
	told("keys/wrap/key holds 8 generations");
	assert_string_equal(written.out, "");
	assert_int_equal(generations_of(KEY_SIGN, &g), 2);
	generations_forget(&g);
	assert_int_equal(generations_of(KEY_CACHE, &g), 1);
	generations_forget(&g);
	write_file(path_of("keys/wrap/key"), "nonsense");
	assert_int_equal(run(admin_keys, ""), ADMIN_FAILED);
	told("keys/wrap/key cannot be read");
	wrote("logout");
	forget_written();
}

static void
a_line_that_is_wrong_changes_nothing(UNUSED void **state)
{
	static const char *const wrong[] = {
		"x", "rotate x", "rotate sign sign", "--json --json", "sign rotate", "rotate retire", "--all",
		"rotate ../sign", "rotate sign/", "rotate SIGN", "rotate --", "retire rotate",
	};
	const char *before = read_text(path_of("keys/sign/key"));

	for (size_t i = 0; i < COUNT(wrong); i++)
		if (run(admin_keys, wrong[i]) != ADMIN_USAGE)
			fail_msg("%s was taken", wrong[i]);
	assert_string_equal(read_text(path_of("keys/sign/key")), before);
	forget_written();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(keys_are_listed_with_what_needs_them),
		CASE(no_secret_is_ever_written),
		CASE(rotate_adds_and_retire_takes_away),
		CASE(each_rotation_is_an_event_of_its_own),
		CASE(the_first_that_fails_is_told_and_those_before_it_are_done),
		CASE(a_line_that_is_wrong_changes_nothing),
	};

	return RUN(tests, NULL, NULL);
}
