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

/* The kernel takes the connection, and nobody ever answers. */
static void
silence_is_waited_for_as_long_as_the_configuration_says(UNUSED void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof in;
	struct http_call c = { 0 };

	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	c.url = arena_printf(&fix.arena, "http://127.0.0.1:%d/", ntohs(in.sin_port));
	fix.config.entra.timeout = 1;
	(void)alarm(20);	/* else nothing would end a wait without end */
	assert_int_equal(http_client_call(fix.rq.http, &fix.arena, &c, &answer), HTTP_TIMED_OUT);
	(void)alarm(0);
	(void)close(fd);
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

/* --- calls to an address that a stranger named --------------------------------------------------- */

static int judged;
static bool allowed;
static in_addr_t seen;

static bool
may_connect(const struct config *config, const struct sockaddr *sa)
{
	struct sockaddr_in in;

	assert_ptr_equal(config, &fix.config);
	judged++;
	seen = 0;
	if (sa->sa_family != AF_INET)
		return false;
	memcpy(&in, sa, sizeof in);
	seen = ntohl(in.sin_addr.s_addr);
	return allowed;
}

static enum http_outcome
guarded(const char *scheme, const char *host)
{
	struct http_call c = {
		.url = arena_printf(&fix.arena, "%s://%s%s/x", scheme, host, strrchr(server.url, ':')),
		.may_connect = may_connect,
	};

	judged = 0;
	return http_client_call(fix.rq.http, &fix.arena, &c, &answer);
}

/* However it is spelt or resolved: the guard sees the bytes that would be connected to. */
static void
a51_the_address_that_is_connected_to_is_judged(UNUSED void **state)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost", "2130706433", "0x7f.1",
	    "0177.0.0.1", "127.1", "foo.localhost" };

	allowed = false;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		assert_int_equal(guarded("https", hosts[i]), HTTP_UNREACHABLE);
		assert_true(judged > 0);
		assert_non_null(strstr(http_client_error(fix.rq.http), "may be asked"));
	}
	assert_int_equal(guarded("https", "127.0.0.1"), HTTP_UNREACHABLE);
	assert_int_equal(seen, INADDR_LOOPBACK);
	assert_int_equal(atomic_load(&server.requests), 0);
	allowed = true;
	assert_int_equal(guarded("https", "127.0.0.1"), HTTP_UNREACHABLE);
	assert_int_equal(atomic_load(&server.requests), 1);	/* a handshake, which it cannot answer */
	assert_int_equal(server.head[0], 0x16);
}

static void
a51_a_guarded_call_speaks_https_alone(UNUSED void **state)
{
	allowed = true;
	assert_int_equal(guarded("http", "127.0.0.1"), HTTP_UNREACHABLE);
	assert_int_equal(judged, 0);
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
a51_no_proxy_of_the_environment_is_used(UNUSED void **state)
{
	(void)setenv("https_proxy", server.url, 1);
	(void)setenv("ALL_PROXY", server.url, 1);
	allowed = false;
	assert_int_equal(guarded("https", "192.0.2.1"), HTTP_UNREACHABLE);
	assert_int_equal(seen, 0xc0000201);
	assert_int_equal(atomic_load(&server.requests), 0);
	(void)unsetenv("https_proxy");
	(void)unsetenv("ALL_PROXY");
}

static void
the_next_call_is_not_guarded(UNUSED void **state)
{
	allowed = false;
	assert_int_equal(guarded("https", "127.0.0.1"), HTTP_UNREACHABLE);
	judged = 0;
	assert_int_equal(call("/", NULL), HTTP_ANSWERED);
	assert_int_equal(judged, 0);
}

static void
what_says_how_long_an_answer_may_be_kept_is_read(UNUSED void **state)
{
	atomic_store(&server.headers, "ETag: \"a b\"\r\nCache-Control: max-age=1\r\n"
	    "cache-control: private\r\nAge: 7\r\n");
	assert_int_equal(call("/", NULL), HTTP_ANSWERED);
	assert_string_equal(answer.etag, "\"a b\"");
	assert_string_equal(answer.cache_control, "max-age=1, private");
	assert_string_equal(answer.age, "7");
	assert_string_equal(answer.content_type, "application/json");
}

static void
a_call_may_have_a_limit_of_its_own(UNUSED void **state)
{
	struct http_call c = { .url = server.url, .most = 5 };

	atomic_store(&server.body, "12345");
	assert_int_equal(http_client_call(fix.rq.http, &fix.arena, &c, &answer), HTTP_ANSWERED);
	atomic_store(&server.body, "123456");
	assert_int_equal(http_client_call(fix.rq.http, &fix.arena, &c, &answer), HTTP_TOO_LONG);
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
		SERVED(silence_is_waited_for_as_long_as_the_configuration_says),
		SERVED(other_schemes_are_not_spoken),
		SERVED(plain_http_is_no_https),
		SERVED(a51_the_address_that_is_connected_to_is_judged),
		SERVED(a51_a_guarded_call_speaks_https_alone),
		SERVED(a51_no_proxy_of_the_environment_is_used),
		SERVED(the_next_call_is_not_guarded),
		SERVED(what_says_how_long_an_answer_may_be_kept_is_read),
		SERVED(a_call_may_have_a_limit_of_its_own),
		SERVED(a_pause_is_watched_as_a_call_is),
	};

	return RUN(tests, NULL, NULL);
}
