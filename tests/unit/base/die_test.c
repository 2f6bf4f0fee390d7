/* SPDX-License-Identifier: MIT */
#include "base/die.h"

#include <errno.h>

#include "../child.h"
#include "../test.h"

static void
die_saying_why(void)
{
	die("%s is %d", "answer", 42);
}

static void
the_status_is_70_and_standard_error_says_why(UNUSED void **state)
{
	struct child c = child_run(die_saying_why);

	assert_int_equal(c.status, 70);
	assert_string_equal(c.text, "die_test: answer is 42\n");
}

static void
leave_a_mark(void)
{
	fputs("cleanup\n", stderr);
}

static void
die_with_something_registered(void)
{
	(void)atexit(leave_a_mark);
	die("bug");
}

static void
nothing_registered_for_exit_runs_after_a_bug(UNUSED void **state)
{
	assert_string_equal(child_run(die_with_something_registered).text, "die_test: bug\n");
}

static void
want_descriptors(void)
{
	errno = EMFILE;
	die_of_want("nothing opens");
}

static void
want_nothing(void)
{
	errno = ENOENT;
	die_of_want("nothing opens");
}

static void
want_alone_is_a_reason(UNUSED void **state)
{
	assert_string_equal(child_run(want_descriptors).text, "die_test: nothing opens: Too many open files\n");
	assert_int_equal(child_run(want_nothing).status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_is_70_and_standard_error_says_why),
		cmocka_unit_test(nothing_registered_for_exit_runs_after_a_bug),
		cmocka_unit_test(want_alone_is_a_reason),
	};

	return RUN(tests, NULL, NULL);
}
