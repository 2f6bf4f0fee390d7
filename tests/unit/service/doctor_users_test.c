/* SPDX-License-Identifier: MIT */
/* doctor_users.c; that each user is become in earnest is for tests/privilege, which has root and the users. */
#include "service/doctor_users.h"

#include <grp.h>
#include <pwd.h>

#include "captured.h"

static struct passwd somebody = { .pw_name = (char[]){ "sallyport-register" } };
static bool there;
static uid_t us;

/* The user is there, and can open what the test's own can. */
static void
is_ourselves(void)
{
	there = true;
	us = 0;
	somebody.pw_uid = getuid();
	somebody.pw_gid = getgid();
}

/* In place of the C library's: the one user there is. */
struct passwd *
getpwnam(const char *name)
{
	return there && strcmp(name, somebody.pw_name) == 0 ? &somebody : NULL;
}

uid_t
geteuid(void)
{
	return us;
}

int
initgroups(const char *name UNUSED, gid_t group UNUSED)
{
	return 0;
}

static const char *
said(void)
{
	struct doctor d = { .rq = fix.rq };

	capture_begin();
	doctor_check_users(&d);
	(void)capture_end();
	assert_int_equal(lines_of("PROBLEM "), d.problems);
	return captured.text;
}

static void
where_there_are_no_such_users_nothing_is_said(UNUSED void **state)
{
	there = false;
	assert_string_equal(said(), "");
}

static void
who_is_not_root_is_told_who_sees_more(UNUSED void **state)
{
	there = true;
	us = 1000;
	assert_string_equal(said(), "note    what each program's user can open is seen by root alone: "
	    "sudo sallyport check\n");
}

static void
what_a_user_can_open_without_need_is_a_problem(UNUSED void **state)
{
	is_ourselves();
	assert_non_null(strstr(said(), "keys/browser/key is open to sallyport-register, who has no use for it"));
	assert_int_equal(lines_of("PROBLEM "), KEY_PURPOSES);
}

static void
what_is_as_it_should_be_is_said_in_one_line(UNUSED void **state)
{
	is_ourselves();
	assert_int_equal(rename(path_of("keys"), path_of("aside")), 0);
	assert_string_equal(said(), "ok      users: 1 programs have one of their own, which opens what it needs "
	    "and no more\n");
}

static void
what_it_needs_and_cannot_open_is_a_problem_too(UNUSED void **state)
{
	is_ourselves();
	if (getuid() == 0)
		somebody.pw_uid = somebody.pw_gid = 65534;	/* root opens whatever it likes */
	assert_int_equal(rename(path_of("keys"), path_of("aside")), 0);
	assert_int_equal(chmod(path_of("sallyport.db"), 0), 0);
	assert_non_null(strstr(said(), "sallyport.db is closed to sallyport-register, who needs it"));
	assert_int_equal(lines_of("PROBLEM "), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(where_there_are_no_such_users_nothing_is_said),
		CASE(who_is_not_root_is_told_who_sees_more),
		CASE(what_a_user_can_open_without_need_is_a_problem),
		CASE(what_is_as_it_should_be_is_said_in_one_line),
		CASE(what_it_needs_and_cannot_open_is_a_problem_too),
	};

	return RUN(tests, NULL, NULL);
}
