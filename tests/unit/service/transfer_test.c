/* SPDX-License-Identifier: MIT */
#include "service/transfer.h"

#include "transferring.h"

#define HEAD(more)	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" more "\r\n"

static void
head_data_and_the_end_are_told_in_that_order(UNUSED void **state)
{
	up.answer = HEAD("Mcp-Session-Id:  abc \r\nContent-Length: 2\r\n") "{}";
	run(CALL(.method = "GET"));
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	assert_int_equal(told.heads, 1);
	assert_int_equal(told.status, 200);
	assert_string_equal(told.type, "application/json");
	assert_string_equal(told.session, "abc");
	assert_string_equal(told.allow, "-");
	assert_string_equal(told.body, "{}");
}

static void
an_answer_without_a_body_has_a_head_alone(UNUSED void **state)
{
	up.answer = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
	run(CALL(.method = "POST", .body = "{}", .len = 2));
	assert_int_equal(told.status, 202);
	assert_int_equal(told.heads, 1);
	assert_int_equal(told.len, 0);
	assert_string_equal(told.type, "-");
	assert_int_equal(told.outcome, HTTP_ANSWERED);
}

static void
begins_with(const char *line)
{
	if (strncmp(up.request, line, strlen(line)) != 0)
		fail_msg("%s", up.request);
}

static void
a_post_sends_its_headers_and_its_body_as_it_is(UNUSED void **state)
{
	static const char *const header[] = { "X-One: 1", "Content-Type: application/json", NULL };
	static char body[3000];

	memset(body, 'x', sizeof body - 1);
	up.answer = HEAD("Content-Length: 0\r\n");
	run(CALL(.method = "POST", .header = header, .body = body, .len = sizeof body - 1));
	begins_with("POST /mcp HTTP/1.1\r\n");
	assert_non_null(strstr(up.request, "\r\nX-One: 1\r\n"));
	assert_non_null(strstr(up.request, "\r\nContent-Type: application/json\r\n"));
	assert_non_null(strstr(up.request, "\r\nContent-Length: 2999\r\n"));
	assert_null(strcasestr(up.request, "\r\nExpect:"));
	assert_string_equal(strstr(up.request, "\r\n\r\n") + 4, body);
}

static void
a_header_without_a_value_is_sent_too(UNUSED void **state)
{
	static const char *const header[] = { "Mcp-Param-X: ", "X-Two: 2", NULL };

	up.answer = HEAD("Content-Length: 0\r\n");
	run(CALL(.header = header));
	assert_non_null(strstr(up.request, "\r\nMcp-Param-X:\r\n"));
	assert_non_null(strstr(up.request, "\r\nX-Two: 2\r\n"));
}

static void
get_and_delete_have_no_body(UNUSED void **state)
{
	up.answer = HEAD("Content-Length: 0\r\n");
	run(CALL(.method = "DELETE"));
	begins_with("DELETE /mcp HTTP/1.1\r\n");
	assert_null(strcasestr(up.request, "Content-Length"));
	told.dones = told.heads = 0;
	run(CALL(.method = "GET"));
	begins_with("GET /mcp HTTP/1.1\r\n");
	assert_null(strcasestr(up.request, "Content-Length"));
}

static void
a_redirect_is_an_answer_and_not_followed(UNUSED void **state)
{
	up.answer = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
	run(CALL(.method = "GET"));
	assert_int_equal(told.status, 302);
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	assert_int_equal(atomic_load(&up.requests), 1);
}

static void
of_two_fields_of_one_name_the_first_counts_whatever_its_case(UNUSED void **state)
{
	up.answer =
	    "HTTP/1.1 200 OK\r\nCONTENT-TYPE: text/event-stream\r\ncontent-type: text/html\r\n"
	    "MCP-SESSION-ID:x\r\nContent-Length: 0\r\n\r\n";
	run(CALL(.method = "GET"));
	assert_string_equal(told.type, "text/event-stream");
	assert_string_equal(told.session, "x");
}

static void
what_a_fields_value_says_is_no_other_field(UNUSED void **state)
{
	up.answer = "HTTP/1.1 200 OK\r\nContent-Type: mcp-session-id: x\r\nX-Allow: allow: a\r\n"
	    "Content-Length: 0\r\n\r\n";
	run(CALL(.method = "GET"));
	assert_string_equal(told.type, "mcp-session-id: x");
	assert_string_equal(told.session, "-");
	assert_string_equal(told.allow, "-");
}

static void
rfc9110_s15_2_an_interim_answer_is_passed_over(UNUSED void **state)
{
	up.answer = "HTTP/1.1 103 Early Hints\r\nContent-Type: text/html\r\nMcp-Session-Id: "
	            "no\r\n\r\n" HEAD("Content-Length: 2\r\n") "{}";
	run(CALL(.method = "GET"));
	assert_int_equal(told.heads, 1);
	assert_int_equal(told.status, 200);
	assert_string_equal(told.type, "application/json");
	assert_string_equal(told.session, "-");
	assert_string_equal(told.body, "{}");
}

static void
rfc9112_s7_1_a_body_in_chunks_is_told_without_them_and_its_trailer(UNUSED void **state)
{
	up.answer = HEAD("Transfer-Encoding: chunked\r\n")
	    "3\r\nabc\r\n2\r\nde\r\n0\r\nAllow: x\r\n\r\n";
	run(CALL(.method = "GET"));
	assert_string_equal(told.body, "abcde");
	assert_string_equal(told.allow, "-");
	assert_int_equal(told.outcome, HTTP_ANSWERED);
}

static void
a_body_that_breaks_off_is_no_answer(UNUSED void **state)
{
	up.answer = HEAD("Content-Length: 100\r\n") "{\"a";
	run(CALL(.method = "GET"));
	assert_string_equal(told.body, "{\"a");
	assert_int_equal(told.outcome, HTTP_UNREACHABLE);
	assert_true(told.error[0] != '\0');
}

static void
what_is_no_http_is_no_answer(UNUSED void **state)
{
	up.answer = "SSH-2.0-OpenSSH_9.2\r\n";
	run(CALL(.method = "GET"));
	assert_int_equal(told.heads, 0);
	assert_int_equal(told.outcome, HTTP_UNREACHABLE);
}

static void
nobody_who_listens_is_no_answer(UNUSED void **state)
{
	run(CALL(.url = "http://127.0.0.1:1/mcp"));
	assert_int_equal(told.heads, 0);
	assert_int_equal(told.outcome, HTTP_UNREACHABLE);
	assert_non_null(strstr(told.error, "127.0.0.1"));
}

static void
only_http_is_spoken(UNUSED void **state)
{
	static const char *const urls[] = { "file:///etc/passwd", "ftp://127.0.0.1/",
		"gopher://127.0.0.1/", "dict://127.0.0.1/" };

	for (size_t i = 0; i < COUNT(urls); i++) {
		told.dones = 0;
		run(CALL(.url = urls[i]));
		assert_int_equal(told.heads, 0);
		assert_int_equal(told.outcome, HTTP_UNREACHABLE);
	}
}

static void
headers_of_more_than_64_kilobytes_are_too_long(UNUSED void **state)
{
	static char text[128 * 1024];
	int used = snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n");

	for (int i = 0; i < 100; i++)
		used += snprintf(text + used, sizeof text - (size_t)used, "X-%d: %0900d\r\n", i, 0);
	(void)snprintf(text + used, sizeof text - (size_t)used, "\r\n{}");
	up.answer = text;
	run(CALL(.method = "GET"));
	assert_int_equal(told.heads, 0);
	assert_int_equal(told.outcome, HTTP_TOO_LONG);
}

static void
a_unix_socket_is_called_by_its_path(UNUSED void **state)
{
	up_reopen_unix();
	up.answer = HEAD("Content-Length: 2\r\n") "{}";
	run(CALL(.socket = up.path));
	assert_string_equal(told.body, "{}");
	assert_non_null(strstr(up.request, "\r\nHost: localhost\r\n"));
}

static void
a_unix_socket_that_is_not_there_is_no_answer(UNUSED void **state)
{
	run(CALL(.socket = "/tmp/no-such-socket-of-sallyport"));
	assert_int_equal(told.outcome, HTTP_UNREACHABLE);
}

/* A proxy of the environment is for what lies outside. */
static void
this_machine_is_reached_without_a_proxy(UNUSED void **state)
{
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	up.answer = HEAD("Content-Length: 2\r\n") "{}";
	run(CALL(.method = "GET"));
	assert_int_equal(unsetenv("http_proxy"), 0);
	assert_int_equal(told.outcome, HTTP_ANSWERED);
	begins_with("GET /mcp HTTP/1.1\r\n");
}

static void
connections_are_kept_for_the_next_call(UNUSED void **state)
{
	up.answer = HEAD("Content-Length: 2\r\n") "{}";
	up.keeps = true;
	for (int i = 0; i < 5; i++) {
		told.dones = told.heads = 0;
		told.len = 0;
		run(CALL(.method = "POST", .body = "{}", .len = 2));
		assert_int_equal(told.outcome, HTTP_ANSWERED);
	}
	assert_int_equal(atomic_load(&up.requests), 5);
	assert_int_equal(atomic_load(&up.connections), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRANSFER(head_data_and_the_end_are_told_in_that_order),
		TRANSFER(an_answer_without_a_body_has_a_head_alone),
		TRANSFER(a_post_sends_its_headers_and_its_body_as_it_is),
		TRANSFER(a_header_without_a_value_is_sent_too),
		TRANSFER(get_and_delete_have_no_body),
		TRANSFER(a_redirect_is_an_answer_and_not_followed),
		TRANSFER(of_two_fields_of_one_name_the_first_counts_whatever_its_case),
		TRANSFER(what_a_fields_value_says_is_no_other_field),
		TRANSFER(rfc9110_s15_2_an_interim_answer_is_passed_over),
		TRANSFER(rfc9112_s7_1_a_body_in_chunks_is_told_without_them_and_its_trailer),
		TRANSFER(a_body_that_breaks_off_is_no_answer),
		TRANSFER(what_is_no_http_is_no_answer),
		TRANSFER(nobody_who_listens_is_no_answer),
		TRANSFER(only_http_is_spoken),
		TRANSFER(headers_of_more_than_64_kilobytes_are_too_long),
		TRANSFER(a_unix_socket_is_called_by_its_path),
		TRANSFER(a_unix_socket_that_is_not_there_is_no_answer),
		TRANSFER(this_machine_is_reached_without_a_proxy),
		TRANSFER(connections_are_kept_for_the_next_call),
	};

	return RUN(tests, NULL, NULL);
}
