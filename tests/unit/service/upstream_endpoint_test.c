/* SPDX-License-Identifier: MIT */
#include "service/upstream_endpoint.h"

#include "fixture.h"

static struct config_server up;

/* What follows from an endpoint event of a server at that URL; NULL when it is refused. */
static const char *
said_by(const char *url, const char *said)
{
	up.upstream_url = url;
	return upstream_endpoint(&fix.arena, &up, said);
}

static void
mcp_2024_11_05_a_path_is_at_the_upstreams_own_origin(UNUSED void **state)
{
	static const char url[] = "https://up.example:8443/a/sse?key=k";

	assert_string_equal(said_by(url, "/messages?session=1"), "/messages?session=1");
	assert_string_equal(said_by(url, "messages/?session=1"), "/a/messages/?session=1");
	assert_string_equal(said_by(url, "?session=1"), "/a/sse?session=1");
	assert_string_equal(said_by(url, "https://up.example:8443/m?s=1"), "/m?s=1");
	assert_string_equal(said_by(url, "https://up.example:8443?s=1"), "/?s=1");
	assert_string_equal(said_by("https://up.example", "m"), "/m");
	assert_string_equal(said_by("http://localhost/sse", "/m"), "/m");
}

static void
a_path_whose_query_holds_a_url_is_a_path(UNUSED void **state)
{
	const char *path = said_by("https://up.example/sse", "/m?back=https://a.example/");

	assert_non_null(path);
	assert_string_equal(path, "/m?back=https://a.example/");
}

/* The token that goes there is for the upstream alone. */
static void
another_origin_is_refused(UNUSED void **state)
{
	static const char *const others[] = {
		"https://evil.example/m",
		"//evil.example/m",
		"http://up.example/m",
		"https://up.example:444/m",
		"https://up.example.evil/m",
		"https://up.example@evil.example/m",
		"https://up.exampleevil/",
		"ftp://up.example/",
		"https://up.example:pw@evil/",
		"https://UP.EXAMPLE.evil/",
		"https://up.exampl/",
	};

	for (size_t i = 0; i < COUNT(others); i++)
		if (said_by("https://up.example/sse", others[i]) != NULL)
			fail_msg("taken: %s", others[i]);
}

static void
what_no_request_line_can_hold_is_refused(UNUSED void **state)
{
	static const char *const others[] = { "", "/m x", "/m\r\nX: y", "/m#x", "/\xc3\xa4",
		"\\\\evil\\m", "/\\evil.example/m", "/m\t", "\x7f" };

	for (size_t i = 0; i < COUNT(others); i++)
		assert_null(said_by("https://up.example/sse", others[i]));
}

static void
the_url_is_always_the_upstreams_own(UNUSED void **state)
{
	static const char *const said[] = { "/m?s=1", "m", "?s", "https://up.example/x", "a//b",
		"@evil/" };

	up.upstream_url = "https://up.example/a/sse?key=k";
	assert_string_equal(
	    upstream_endpoint_url(&fix.arena, &up, "/m?s=1"), "https://up.example/m?s=1");
	for (size_t i = 0; i < COUNT(said); i++) {
		const char *path = said_by("https://up.example/a/sse?key=k", said[i]);

		assert_non_null(path);
		assert_int_equal(*path, '/');
		assert_int_equal(strncmp(upstream_endpoint_url(&fix.arena, &up, path),
		    "https://up.example/", 19), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(mcp_2024_11_05_a_path_is_at_the_upstreams_own_origin),
		CASE(a_path_whose_query_holds_a_url_is_a_path),
		CASE(another_origin_is_refused),
		CASE(what_no_request_line_can_hold_is_refused),
		CASE(the_url_is_always_the_upstreams_own),
	};

	return RUN(tests, NULL, NULL);
}
