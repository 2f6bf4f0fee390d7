/* SPDX-License-Identifier: MIT */
#include "service/doctor_report.h"

#include "captured.h"

static void
a_finding_is_one_line_that_begins_with_its_word(UNUSED void **state)
{
	struct doctor d = { .problems = 0 };

	capture_begin();
	doctor_says(&d, FINE, "the %s opens", "database");
	doctor_says(&d, NOTE, "http");
	doctor_says(&d, PROBLEM, "%d of %d", 1, 3);
	assert_string_equal(capture_end(), "ok      the database opens\nnote    http\n"
	    "PROBLEM 1 of 3\n");
}

static void
problems_alone_are_counted(UNUSED void **state)
{
	struct doctor d = { .problems = 0 };

	capture_begin();
	doctor_says(&d, FINE, "a");
	doctor_says(&d, NOTE, "b");
	(void)capture_end();
	assert_int_equal(d.problems, 0);
	capture_begin();
	doctor_says(&d, PROBLEM, "c");
	doctor_says(&d, PROBLEM, "d");
	(void)capture_end();
	assert_int_equal(d.problems, 2);
}

static void
a_line_is_out_before_the_next_check_begins(UNUSED void **state)
{
	struct doctor d = { .problems = 0 };
	struct stat st;

	capture_begin();
	doctor_says(&d, FINE, "first");
	assert_int_equal(stat(path_of("output"), &st), 0);
	(void)capture_end();
	assert_int_equal(st.st_size, strlen("ok      first\n"));
}

static void
a_path_must_be_there_and_closed_to_others(UNUSED void **state)
{
	struct doctor d = { .problems = 0 };

	write_file(path_of("f"), "");
	assert_int_equal(chmod(path_of("f"), 0640), 0);
	capture_begin();
	assert_true(doctor_path(&d, "file", path_of("f"), R_OK));
	assert_false(doctor_path(&d, "file", path_of("none"), R_OK));
	assert_int_equal(chmod(path_of("f"), 0644), 0);
	assert_false(doctor_path(&d, "file", path_of("f"), R_OK));
	(void)capture_end();
	assert_int_equal(d.problems, 2);
	printed("ok ", "file: ");
	printed("PROBLEM ", "is missing or not open to this user");
	printed("PROBLEM ", "is open to everyone on this machine: chmod o= ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_finding_is_one_line_that_begins_with_its_word),
		CASE(problems_alone_are_counted),
		CASE(a_line_is_out_before_the_next_check_begins),
		CASE(a_path_must_be_there_and_closed_to_others),
	};

	return RUN(tests, NULL, NULL);
}
