/* SPDX-License-Identifier: MIT */
#include "service/authorization_response.h"

#include "fixture.h"

static struct response rs;

static const char *
location(void)
{
	const char *text = buf_text(&rs.headers), *at;

	if (text == NULL)
		return NULL;
	at = strstr(text, "Location: ");
	assert_non_null(at);
	at += sizeof "Location: " - 1;
	return arena_copy(&fix.arena, at, strcspn(at, "\r"));
}

static const char *
code_to(const char *redirect_uri, const char *state)
{
	fix.rq.method = "GET";
	rs = response_new(&fix.arena);
	authorization_response_code(&fix.rq, &rs, redirect_uri, state, "the-code");
	return location();
}

static void
rfc6749_s4_1_2_and_rfc9207_code_state_and_iss_are_added(UNUSED void **state)
{
	assert_string_equal(code_to("https://c.example/cb", "xyz"),
	    "https://c.example/cb?code=the-code&state=xyz&iss=https%3A%2F%2Fmcp.example.org");
	assert_int_equal(rs.status, 302);
	assert_string_equal(code_to("http://127.0.0.1:1/cb?a=b", NULL),
	    "http://127.0.0.1:1/cb?a=b&code=the-code&iss=https%3A%2F%2Fmcp.example.org");
}

static void
rfc6749_s4_1_2_the_state_comes_back_as_it_was_and_adds_nothing(UNUSED void **state)
{
	assert_string_equal(code_to("https://c.example/",
	    "a b&iss=evil#x\r\nSet-Cookie: a\xc3\xa4"),
	    "https://c.example/?code=the-code&state=a%20b%26iss%3Devil%23x"
	    "%0D%0ASet-Cookie%3A%20a%C3%A4"
	    "&iss=https%3A%2F%2Fmcp.example.org");
}

static void
rfc6749_s4_1_2_1_a_failure_goes_back_with_its_code(UNUSED void **state)
{
	fix.rq.method = "POST";
	rs = response_new(&fix.arena);
	(void)fail_because(&fix.rq.failure, ACCESS_DENIED, "not now", "for the log");
	authorization_response_error(&fix.rq, &rs, "https://c.example/cb", "s");
	assert_string_equal(location(),
	    "https://c.example/cb?error=access_denied&error_description="
	    "not%20now&state=s&iss=https%3A%2F%2Fmcp.example.org");
	assert_int_equal(rs.status, 303);
	rs = response_new(&fix.arena);
	fix.rq.failure.description = NULL;
	authorization_response_error(&fix.rq, &rs, "https://c.example/cb", NULL);
	assert_string_equal(location(), "https://c.example/cb?error=access_denied"
	    "&iss=https%3A%2F%2Fmcp.example.org");
}

static void
a_location_that_is_too_long_spoils_the_answer(UNUSED void **state)
{
	char *long_state = arena_alloc(&fix.arena, RESPONSE_HEADERS_MAX + 1);

	memset(long_state, 's', RESPONSE_HEADERS_MAX);
	assert_null(code_to("https://c.example/cb", long_state));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc6749_s4_1_2_and_rfc9207_code_state_and_iss_are_added),
		CASE(rfc6749_s4_1_2_the_state_comes_back_as_it_was_and_adds_nothing),
		CASE(rfc6749_s4_1_2_1_a_failure_goes_back_with_its_code),
		CASE(a_location_that_is_too_long_spoils_the_answer),
	};

	return RUN(tests, NULL, NULL);
}
