/* SPDX-License-Identifier: MIT */
/* The head of an answer, and those that come before it. */
#include "service/http_client.h"

#include "fixture.h"
#include "upstream.h"

#define EARLY	"HTTP/1.1 103 Early Hints\r\nRetry-After: 3000\r\nDate: Fri, 15 Jan 2027 10:00:00 GMT\r\n" \
		"WWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"e30=\"\r\n\r\n"

static struct http_answer answer;

static int
head_open(void **state)
{
	(void)fixture_open(state);
	up_open();
	fix.config.entra.timeout = 5;
	fix.rq.http = http_client_open(&fix.config);
	return 0;
}

static int
head_close(void **state)
{
	http_client_close(fix.rq.http);
	up_close();
	return fixture_close(state);
}

#define HEAD(test)	cmocka_unit_test_setup_teardown(test, head_open, head_close)

static void
call(const char *text)
{
	up.answer = text;
	answer = (struct http_answer){ 0 };
	assert_int_equal(http_client_call(fix.rq.http, &fix.arena, &(struct http_call){ .url = up.url },
	    &answer), HTTP_ANSWERED);
	assert_int_equal(answer.status, 403);
}

static void
the_fields_of_an_answer_are_read(UNUSED void **state)
{
	call("HTTP/1.1 403 Forbidden\r\nretry-after: 7\r\nDate: Fri, 15 Jan 2027 08:00:00 GMT\r\n"
	    "www-authenticate: Negotiate\r\nWWW-Authenticate: Bearer a=b\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(answer.retry_after, 7);
	assert_int_equal(answer.date, START);
	assert_string_equal(answer.www_authenticate, "Negotiate, Bearer a=b");
}

/* Whoever says it is not who answers in the end. */
static void
what_a_head_before_it_said_is_forgotten(UNUSED void **state)
{
	call(EARLY "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(answer.retry_after, 0);
	assert_int_equal(answer.date, 0);
	assert_null(answer.www_authenticate);
	call(EARLY "HTTP/1.1 403 Forbidden\r\nRetry-After: 7\r\nWWW-Authenticate: Negotiate\r\n"
	    "Content-Length: 0\r\n\r\n");
	assert_int_equal(answer.retry_after, 7);
	assert_string_equal(answer.www_authenticate, "Negotiate");
}

/* A head with that many fields; each is seven bytes. */
static enum http_outcome
call_with_fields(size_t fields)
{
	struct buf head = buf_new(&fix.arena, 2 * HTTP_HEADERS_MAX);

	buf_lit(&head, "HTTP/1.1 200 OK\r\n");
	for (size_t i = 0; i < fields; i++)
		buf_lit(&head, "age:1\r\n");
	buf_lit(&head, "Content-Length: 0\r\n\r\n");
	up.answer = buf_text(&head);
	answer = (struct http_answer){ 0 };
	return http_client_call(fix.rq.http, &fix.arena, &(struct http_call){ .url = up.url }, &answer);
}

static void
many_fields_take_no_more_memory_than_they_are_long(UNUSED void **state)
{
	size_t fields = HTTP_HEADERS_MAX / 7 - 10, before;

	assert_int_equal(call_with_fields(1), HTTP_ANSWERED);
	before = fix.arena.used;
	assert_int_equal(call_with_fields(fields), HTTP_ANSWERED);
	assert_int_equal(strlen(answer.age), 3 * fields - 2);
	assert_true(fix.arena.used - before < 16 * HTTP_HEADERS_MAX);
}

static void
a_head_has_its_end(UNUSED void **state)
{
	assert_int_equal(call_with_fields(HTTP_HEADERS_MAX / 7 + 1), HTTP_UNREACHABLE);
	assert_string_equal(http_client_error(fix.rq.http), "its headers are too long");
	assert_int_equal(call_with_fields(1), HTTP_ANSWERED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEAD(the_fields_of_an_answer_are_read),
		HEAD(what_a_head_before_it_said_is_forgotten),
		HEAD(many_fields_take_no_more_memory_than_they_are_long),
		HEAD(a_head_has_its_end),
	};

	return RUN(tests, NULL, NULL);
}
