/* SPDX-License-Identifier: MIT */
/* program.c: how a program starts, each time in a child process with its own descriptors. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "one_endpoint.h"

#include "../child.h"

static char answer[4096];	/* what the child wrote to standard output */
static struct child child;

static enum oauth_error
handle_guarded(struct request *rq UNUSED, struct response *out)
{
	struct rlimit core = { 1, 1 };

	(void)getrlimit(RLIMIT_CORE, &core);
	out->content_type = "text/plain";
	buf_lit(&out->body, prctl(PR_GET_DUMPABLE) == 0 && core.rlim_max == 0 ? "guarded" : "open");
	buf_lit(&out->body, signal(SIGPIPE, SIG_DFL) == SIG_IGN ? " quiet" : " loud");
	return OAUTH_OK;
}

static const struct endpoint guarded = {
	.name = "guarded", .path = "/token", .methods = "GET", .handle = handle_guarded,
};

/* As a web server starts it: nothing to read, the answer to a file. */
static void
start(void)
{
	int in = open("/dev/null", O_RDONLY);
	int out = open(path_of("answer"), O_WRONLY | O_CREAT, 0600);

	(void)dup2(in, STDIN_FILENO);
	(void)dup2(out, STDOUT_FILENO);
	(void)signal(SIGPIPE, SIG_DFL);
	_exit(endpoint_run(&guarded));
}

static void
start_with(const char *conf, bool by_server)
{
	FILE *f;
	size_t n;

	(void)setenv("SALLYPORT_CONF", conf, 1);
	if (by_server)
		(void)setenv("GATEWAY_INTERFACE", "CGI/1.1", 1);
	else
		(void)unsetenv("GATEWAY_INTERFACE");
	(void)setenv("REQUEST_METHOD", "GET", 1);
	(void)setenv("REQUEST_URI", "/token", 1);
	child = child_run(start);
	f = fopen(path_of("answer"), "r");
	assert_non_null(f);
	n = fread(answer, 1, sizeof answer - 1, f);
	answer[n] = '\0';
	assert_int_equal(fclose(f), 0);
	assert_int_equal(unlink(path_of("answer")), 0);
}

static void
a_configured_program_serves_one_request_and_ends(UNUSED void **state)
{
	start_with(fix.conf, true);
	assert_int_equal(child.status, 0);
	begins(answer, "Status: 200\r\n");
	assert_string_equal(child.text, "");
}

static void
under_a_web_server_memory_is_guarded(UNUSED void **state)
{
	start_with(fix.conf, true);
	holds(answer, "\r\n\r\nguarded quiet");
}

static void
by_hand_a_debugger_may_look(UNUSED void **state)
{
	start_with(fix.conf, false);
	assert_int_equal(child.status, 0);
	holds(answer, "open quiet");
}

static void
rfc3875_s6_3_3_without_configuration_the_answer_is_500_and_the_status_78(UNUSED void **state)
{
	const char *conf = path_of("missing.conf");

	start_with(conf, true);
	assert_int_equal(child.status, 78);
	begins(answer, "Status: 500\r\nContent-Type: text/plain\r\n\r\n");
	assert_null(strstr(answer, conf));
	holds(child.text, conf);
}

static void
a_wrong_configuration_is_told_to_the_log_with_its_line(UNUSED void **state)
{
	const char *conf = path_of("wrong.conf");

	write_file(conf, "public_url = " ISSUER "\nsurprise = yes\n");
	start_with(conf, true);
	assert_int_equal(child.status, 78);
	begins(answer, "Status: 500\r\n");
	assert_null(strstr(answer, "surprise"));
	holds(child.text, arena_printf(&fix.arena, "%s:2: ", conf));
}

static void
by_hand_a_wrong_configuration_goes_to_standard_error_alone(UNUSED void **state)
{
	start_with(path_of("missing.conf"), false);
	assert_int_equal(child.status, 78);
	assert_string_equal(answer, "");
	holds(child.text, path_of("missing.conf"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_configured_program_serves_one_request_and_ends),
		CASE(under_a_web_server_memory_is_guarded),
		CASE(by_hand_a_debugger_may_look),
		CASE(rfc3875_s6_3_3_without_configuration_the_answer_is_500_and_the_status_78),
		CASE(a_wrong_configuration_is_told_to_the_log_with_its_line),
		CASE(by_hand_a_wrong_configuration_goes_to_standard_error_alone),
	};

	return RUN(tests, NULL, NULL);
}
