/* SPDX-License-Identifier: MIT */
#include "service/http_client.h"

#include "answering.h"

static struct http_answer answer;

static enum http_outcome
call(const char *path, const char *form)
{
	struct http_call c = { .url = arena_printf(&fix.arena, "%s%s", server.url, path),
	    .form = form,
	    .header = { "Accept: application/json" } };

	memset(&answer, 0, sizeof answer);
	return http_client_call(fix.rq.http, &fix.arena, &c, &answer);
}

static void
a_get_brings_status_and_body(UNUSED void **state)
{
	atomic_store(&server.body, "{\"a\":1}");
	atomic_store(&server.status, 404);
	assert_int_equal(call("/x?y=z", NULL), HTTP_ANSWERED);
	assert_int_equal(answer.status, 404);
	assert_string_equal(answer.body, "{\"a\":1}");
	assert_int_equal(answer.len, 7);
	assert_int_equal(answer.retry_after, 0);
	assert_non_null(strstr(server.head, "GET /x?y=z HTTP/1.1\r\n"));
	assert_non_null(strstr(server.head, "Accept: application/json\r\n"));
}

static void
a_form_is_posted(UNUSED void **state)
{
	assert_int_equal(call("/token", "a=b&c=d"), HTTP_ANSWERED);
	assert_non_null(strstr(server.head, "POST /token HTTP/1.1\r\n"));
	assert_non_null(strstr(server.head, "Content-Type: application/x-www-form-urlencoded\r\n"));
	assert_non_null(strstr(server.head, "Content-Length: 7\r\n"));
	assert_int_equal(call("/next", NULL), HTTP_ANSWERED);
	assert_non_null(strstr(server.head, "GET /next HTTP/1.1\r\n"));
}

static void
a_redirect_is_not_followed(UNUSED void **state)
{
	atomic_store(&server.status, 302);
	assert_int_equal(call("/", NULL), HTTP_ANSWERED);
	assert_int_equal(answer.status, 302);
	assert_int_equal(atomic_load(&server.requests), 1);
}

static void
an_answer_has_a_limit(UNUSED void **state)
{
	char *body = arena_alloc(&fix.arena, 5000);

	fix.config.limits.response_max = 4096;
	memset(body, 'x', 4096);
	atomic_store(&server.body, body);
	assert_int_equal(call("/", NULL), HTTP_ANSWERED);
	assert_int_equal(answer.len, 4096);
	body[4096] = 'x';
	assert_int_equal(call("/", NULL), HTTP_TOO_LONG);
}

static void
nobody_there_is_unreachable(UNUSED void **state)
{
	struct http_call c = { .url = "http://127.0.0.1:1/" };

	assert_int_equal(http_client_call(fix.rq.http, &fix.arena, &c, &answer), HTTP_UNREACHABLE);
	assert_string_not_equal(http_client_error(fix.rq.http), "");
}

static void
other_schemes_are_not_spoken(UNUSED void **state)
{
	static const char *const urls[] = { "file:///etc/hostname", "ftp://127.0.0.1/",
	    "gopher://127.0.0.1/",
	    "dict://127.0.0.1/", "" };

	for (size_t i = 0; i < COUNT(urls); i++) {
		struct http_call c = { .url = urls[i] };

		memset(&answer, 0, sizeof answer);
		assert_int_equal(http_client_call(fix.rq.http, &fix.arena, &c, &answer),
		    HTTP_UNREACHABLE);
		assert_null(answer.body);
	}
}

static void
plain_http_is_no_https(UNUSED void **state)
{
	struct http_call c = { .url = arena_printf(&fix.arena, "https%s", server.url + 4) };

	assert_int_equal(http_client_call(fix.rq.http, &fix.arena, &c, &answer), HTTP_UNREACHABLE);
}

static bool
until_third(void *argument)
{
	return ++*(int *)argument < 3;
}

static void
a_pause_is_watched_as_a_call_is(UNUSED void **state)
{
	int asked = 0;

	fix.sleeps = true;
	assert_true(http_client_pause(NULL, 1500));
	assert_true(http_client_pause(fix.rq.http, 1500));
	assert_int_equal(fix.slept_ms, 3000);
	http_client_watch(fix.rq.http, until_third, &asked);
	assert_false(http_client_pause(fix.rq.http, 60000));
	assert_int_equal(fix.slept_ms, 5000);
	http_client_watch(fix.rq.http, NULL, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(a_get_brings_status_and_body),
		SERVED(a_form_is_posted),
		SERVED(a_redirect_is_not_followed),
		SERVED(an_answer_has_a_limit),
		SERVED(nobody_there_is_unreachable),
		SERVED(other_schemes_are_not_spoken),
		SERVED(plain_http_is_no_https),
		SERVED(a_pause_is_watched_as_a_call_is),
	};

	return RUN(tests, NULL, NULL);
}
