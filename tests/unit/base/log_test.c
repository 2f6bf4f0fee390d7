/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>

#include "../child.h"
#include "../test.h"

static void
log_plainly(void)
{
	log_line("%s answered %d", "token", 200);
}

static void
one_call_is_one_write_of_one_line(UNUSED void **state)
{
	struct child c = child_run(log_plainly);

	assert_string_equal(c.first, "sallyport log_test: token answered 200\n");
	assert_string_equal(c.text, c.first);
}

static void
log_with_controls(void)
{
	log_line("a\r\nsallyport log_test: b\x1b[2J\x7f\t%s", "\xc3\xa9\x9b");
}

static void
nobody_outside_writes_a_line_of_ours(UNUSED void **state)
{
	assert_string_equal(child_run(log_with_controls).text,
	    "sallyport log_test: a??sallyport log_test: b?[2J??" "???" "\n");
}

static void
log_at_length(void)
{
	char text[3 * LOG_LINE_MAX];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	log_line("%s", text);
}

static void
a_longer_line_is_cut_to_the_maximum(UNUSED void **state)
{
	struct child c = child_run(log_at_length);

	assert_int_equal(strlen(c.first), LOG_LINE_MAX);
	assert_string_equal(c.text, c.first);
	assert_string_equal(c.text + LOG_LINE_MAX - 2, "x\n");
}

static void
log_just_fitting(void)
{
	char text[LOG_LINE_MAX];

	memset(text, 'x', sizeof text);
	text[LOG_LINE_MAX - strlen("sallyport log_test: \n")] = '\0';
	log_line("%s", text);
	text[LOG_LINE_MAX - strlen("sallyport log_test: \n") - 1] = '\0';
	log_line("%s", text);
}

static void
a_line_that_just_fits_is_whole(UNUSED void **state)
{
	struct child c = child_run(log_just_fitting);

	assert_int_equal(strlen(c.first), LOG_LINE_MAX);
	assert_int_equal(strlen(c.text), 2 * LOG_LINE_MAX - 1);
}

static void
log_under_a_long_name(void)
{
	static char name[2 * LOG_LINE_MAX];

	memset(name, 'n', sizeof name - 1);
	program_invocation_short_name = name;
	log_line("text");
}

static void
a_long_program_name_leaves_room_for_the_text(UNUSED void **state)
{
	struct child c = child_run(log_under_a_long_name);

	assert_int_equal(c.status, 0);
	assert_non_null(strstr(c.text, "nnn: text\n"));
}

static void
log_to_nowhere(void)
{
	close(STDERR_FILENO);
	log_line("text");
}

static void
a_log_that_cannot_be_written_is_no_failure(UNUSED void **state)
{
	assert_int_equal(child_run(log_to_nowhere).status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_call_is_one_write_of_one_line),
		cmocka_unit_test(nobody_outside_writes_a_line_of_ours),
		cmocka_unit_test(a_longer_line_is_cut_to_the_maximum),
		cmocka_unit_test(a_line_that_just_fits_is_whole),
		cmocka_unit_test(a_long_program_name_leaves_room_for_the_text),
		cmocka_unit_test(a_log_that_cannot_be_written_is_no_failure),
	};

	return RUN(tests, NULL, NULL);
}
