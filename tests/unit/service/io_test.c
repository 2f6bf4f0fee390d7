/* SPDX-License-Identifier: MIT */
#include "service/io.h"

#include <signal.h>
#include <unistd.h>

#include "../test.h"

static int saved_in, saved_out, in_ends[2], out_ends[2];

/* Descriptors 0 and 1 are pipes while a test runs. */
static int
open_pipes(UNUSED void **state)
{
	(void)fflush(stdout);
	(void)signal(SIGPIPE, SIG_IGN);
	saved_in = dup(STDIN_FILENO);
	saved_out = dup(STDOUT_FILENO);
	if (pipe(in_ends) != 0 || pipe(out_ends) != 0 || dup2(in_ends[0], STDIN_FILENO) < 0 ||
	    dup2(out_ends[1], STDOUT_FILENO) < 0)
		return -1;
	close(in_ends[0]);
	close(out_ends[1]);
	return 0;
}

static int
close_pipes(UNUSED void **state)
{
	(void)dup2(saved_in, STDIN_FILENO);
	(void)dup2(saved_out, STDOUT_FILENO);
	close(saved_in);
	close(saved_out);
	close(in_ends[1]);
	close(out_ends[0]);
	return 0;
}

static void
rfc3875_s4_2_the_body_is_standard_input(UNUSED void **state)
{
	struct io io = io_cgi();
	char text[16] = "";

	assert_int_equal(write(in_ends[1], "code=abc", 8), 8);
	assert_int_equal(io.read(&io, text, 4), 4);
	assert_string_equal(text, "code");
	assert_int_equal(io.read(&io, text, sizeof text - 1), 4);
	close(in_ends[1]);
	assert_int_equal(io.read(&io, text, sizeof text - 1), 0);
	in_ends[1] = -1;
}

static void
rfc3875_s6_the_answer_is_standard_output(UNUSED void **state)
{
	struct io io = io_cgi();
	char text[16] = "";

	assert_true(io.write(&io, "Status: 200", 11));
	assert_true(io.write(&io, "", 0));
	assert_int_equal(read(out_ends[0], text, sizeof text - 1), 11);
	assert_string_equal(text, "Status: 200");
	io.end_connection(&io);
	assert_null(io.fcgx);
}

static void
a_reader_that_is_gone_is_a_failure(UNUSED void **state)
{
	struct io io = io_cgi();

	close(out_ends[0]);
	assert_false(io.write(&io, "x", 1));
	out_ends[0] = -1;
}

static void
an_input_that_cannot_be_read_is_an_error(UNUSED void **state)
{
	struct io io = io_cgi();
	char byte;

	close(STDIN_FILENO);
	assert_int_equal(io.read(&io, &byte, 1), -1);
}

static void
the_environment_tells_a_web_server_from_a_person(UNUSED void **state)
{
	assert_int_equal(unsetenv("GATEWAY_INTERFACE"), 0);
	assert_true(io_cgi().by_hand);
	assert_int_equal(setenv("GATEWAY_INTERFACE", "CGI/1.1", 1), 0);
	assert_false(io_cgi().by_hand);
	assert_ptr_equal(io_cgi().envp, environ);
	assert_int_equal(unsetenv("GATEWAY_INTERFACE"), 0);
}

#define CASE(test)	cmocka_unit_test_setup_teardown(test, open_pipes, close_pipes)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc3875_s4_2_the_body_is_standard_input),
		CASE(rfc3875_s6_the_answer_is_standard_output),
		CASE(a_reader_that_is_gone_is_a_failure),
		CASE(an_input_that_cannot_be_read_is_an_error),
		CASE(the_environment_tells_a_web_server_from_a_person),
	};

	return RUN(tests, NULL, NULL);
}
