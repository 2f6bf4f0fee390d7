/* SPDX-License-Identifier: MIT */
/* Which path a request has, and which routes there are. */
#include "service/request.h"

#include "fake_io.h"

static const char *
variable(const char *name, const char *value)
{
	return arena_printf(&fix.arena, "%s=%s", name, value);
}

/* The route of a REQUEST_URI; "none" outside public_url, "refused" for what has no route at all. */
static const char *
route(const char *uri)
{
	enum oauth_error error;

	WEB_REQUEST("", "REQUEST_METHOD=GET", variable("REQUEST_URI", uri));
	error = request_read(&fix.rq, "/standard");
	if (error != OAUTH_OK) {
		assert_int_equal(error, NOT_FOUND);
		assert_string_equal(fix.rq.path, "");
		assert_null(fix.rq.route);
		return "refused";
	}
	return fix.rq.route == NULL ? "none" : fix.rq.route;
}

static void
the_route_is_the_path_of_request_uri(UNUSED void **state)
{
	assert_string_equal(route("/token"), "/token");
	assert_string_equal(route("/token?a=b"), "/token");
	assert_string_equal(route("/"), "/");
	assert_string_equal(route("/?/token"), "/");
	assert_string_equal(route("/mcp/a;b"), "/mcp/a;b");
	assert_string_equal(route("/mcp/"), "/mcp/");
	assert_string_equal(route("/.well-known/x"), "/.well-known/x");
	assert_string_equal(route("/a..b/...c/x.."), "/a..b/...c/x..");
}

static void
what_a_server_might_have_decoded_or_cleaned_has_no_route(UNUSED void **state)
{
	static const char *const bad[] = { "/%74oken", "/token%00", "/token%2f", "//token", "/a//b",
	    "/a//",
	    "/./token", "/a/./b", "/../token", "/a/../token", "/a/.", "/a/..", "/.", "/..", "/a\\b",
	    "/a#b",
	    "token", "*", "http://mcp.example.org/token", "https://mcp.example.org/token", "?a=b",
	    "/%" };

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_string_equal(route(bad[i]), "refused");
	assert_string_equal(route("/token?a=%74//../"), "/token");
}

static void
a_path_in_public_url_comes_off_whole(UNUSED void **state)
{
	fix.config.public_path = "/~me/app";
	assert_string_equal(route("/~me/app/token"), "/token");
	assert_string_equal(route("/~me/app"), "");
	assert_string_equal(route("/~me/app/"), "/");
	assert_string_equal(route("/~me/application"), "none");
	assert_string_equal(route("/~me/APP/token"), "none");
	assert_string_equal(route("/token"), "none");
	assert_string_equal(route("/~me"), "none");
	assert_string_equal(route("/x/~me/app/token"), "none");
	assert_string_equal(route("/%7eme/app/token"), "refused");
}

static void
without_request_uri_script_and_path_info_are_the_path(UNUSED void **state)
{
	WEB_REQUEST("", "SCRIPT_NAME=/cgi-bin", "PATH_INFO=/token");
	assert_int_equal(request_read(&fix.rq, "/standard"), OAUTH_OK);
	assert_string_equal(fix.rq.route, "/cgi-bin/token");
	WEB_REQUEST("", "PATH_INFO=/token");
	assert_int_equal(request_read(&fix.rq, "/standard"), OAUTH_OK);
	assert_string_equal(fix.rq.route, "/token");
	WEB_REQUEST("", "PATH_INFO=/../token");
	assert_int_equal(request_read(&fix.rq, "/standard"), NOT_FOUND);
}

static void
by_hand_the_program_has_its_own_path(UNUSED void **state)
{
	fix.config.public_path = "/base";
	WEB_REQUEST("", "SHELL=/bin/sh");
	assert_int_equal(request_read(&fix.rq, "/standard"), OAUTH_OK);
	assert_string_equal(fix.rq.path, "/base/standard");
	assert_string_equal(fix.rq.route, "/standard");
	assert_string_equal(fix.rq.method, "GET");
	assert_string_equal(fix.rq.query, "");
	assert_string_equal(fix.rq.body, "");
}

static void
each_request_has_an_id_of_its_own(UNUSED void **state)
{
	const char *first;

	WEB_REQUEST("", "REQUEST_URI=/a");
	assert_int_equal(request_read(&fix.rq, "/standard"), OAUTH_OK);
	first = fix.rq.id;
	assert_int_equal(strspn(first, "0123456789abcdef"), 16);
	assert_int_equal(strlen(first), 16);
	assert_int_equal(request_read(&fix.rq, "/standard"), OAUTH_OK);
	assert_string_not_equal(fix.rq.id, first);
}

static void
the_query_is_the_servers(UNUSED void **state)
{
	WEB_REQUEST("", "REQUEST_METHOD=GET", "REQUEST_URI=/a?b=c", "QUERY_STRING=b=c");
	assert_int_equal(request_read(&fix.rq, "/standard"), OAUTH_OK);
	assert_string_equal(fix.rq.query, "b=c");
}

static void
a_variable_is_found_by_its_whole_name(UNUSED void **state)
{
	WEB_REQUEST("", "HTTP_ORIGINAL=x", "HTTP_ORIGIN=y", "HTTP_HOST=", "HTTP", "A=b=c");
	assert_string_equal(request_variable(&fix.rq, "HTTP_ORIGIN"), "y");
	assert_null(request_variable(&fix.rq, "HTTP_HOST"));
	assert_null(request_variable(&fix.rq, "HTTP"));
	assert_null(request_variable(&fix.rq, "HTTP_ORI"));
	assert_string_equal(request_variable(&fix.rq, "A"), "b=c");
}

static void
ghsa_oauth2_proxy_a_name_that_occurs_twice_is_refused(UNUSED void **state)
{
	WEB_REQUEST("", "REQUEST_URI=/a", "HTTP_MCP_METHOD=x", "OTHER=1", "HTTP_MCP_METHOD=y");
	assert_int_equal(request_read(&fix.rq, "/standard"), INVALID_REQUEST);
	WEB_REQUEST("", "REQUEST_URI=/a", "HTTP_MCP_METHOD=x", "HTTP_MCP_METHOD=x");
	assert_int_equal(request_read(&fix.rq, "/standard"), INVALID_REQUEST);
	WEB_REQUEST("", "REQUEST_URI=/a", "HTTP_AB=x", "HTTP_A=x", "HTTP_ABC=x");
	assert_int_equal(request_read(&fix.rq, "/standard"), OAUTH_OK);
}

static void
many_different_names_are_no_twins(UNUSED void **state)
{
	const char *names[VARIABLES_MAX + 1] = { "REQUEST_URI=/a" };

	for (int i = 1; i < VARIABLES_MAX; i++)
		names[i] = arena_printf(&fix.arena, "HTTP_X_%d=1", i);
	web_request(names, "");
	assert_int_equal(request_read(&fix.rq, "/standard"), OAUTH_OK);
	for (int i = 1; i < VARIABLES_MAX - 1; i++) {
		names[VARIABLES_MAX - 1] = names[i];
		web_request(names, "");
		assert_int_equal(request_read(&fix.rq, "/standard"), INVALID_REQUEST);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_route_is_the_path_of_request_uri),
		CASE(what_a_server_might_have_decoded_or_cleaned_has_no_route),
		CASE(a_path_in_public_url_comes_off_whole),
		CASE(without_request_uri_script_and_path_info_are_the_path),
		CASE(by_hand_the_program_has_its_own_path),
		CASE(each_request_has_an_id_of_its_own),
		CASE(the_query_is_the_servers),
		CASE(a_variable_is_found_by_its_whole_name),
		CASE(ghsa_oauth2_proxy_a_name_that_occurs_twice_is_refused),
		CASE(many_different_names_are_no_twins),
	};

	return RUN(tests, NULL, NULL);
}
