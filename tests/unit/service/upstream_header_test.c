/* SPDX-License-Identifier: MIT */
/* The client's own headers on their way to an upstream. */
#include "service/upstream_header.h"

#include "planned.h"

static enum oauth_error
pass(bool modern)
{
	plan.headers = 0;
	return upstream_header_pass(&fix.rq, &fix.config.server[0], modern, &plan);
}

/* A client that sends everything that there is. */
static void
request_of_all(void)
{
	WEB_REQUEST("", "HTTP_ACCEPT=application/json", "CONTENT_TYPE=application/json; charset=utf-7",
	    "HTTP_USER_AGENT=client/1", "HTTP_MCP_PROTOCOL_VERSION=2025-11-25",
	    "HTTP_TRACEPARENT=00-a-b-01", "HTTP_TRACESTATE=a=b", "HTTP_LAST_EVENT_ID=7",
	    "HTTP_MCP_METHOD=tools/call", "HTTP_MCP_NAME=x", "HTTP_MCP_PARAM_REGION=eu",
	    "HTTP_MCP_SESSION_ID=sealed", "HTTP_AUTHORIZATION=Bearer ours", "HTTP_COOKIE=a=b",
	    "HTTP_HOST=mcp.example.org", "HTTP_ORIGIN=https://a.example", "HTTP_X_TENANT=t1",
	    "HTTP_X_FORWARDED_FOR=10.0.0.1", "HTTP_X_SALLYPORT_SUBJECT=forged",
	    "REMOTE_ADDR=10.0.0.1");
}

static void
of_a_legacy_client_what_its_era_has_is_passed_on(UNUSED void **state)
{
	request_of_all();
	assert_int_equal(pass(false), OAUTH_OK);
	is_planned("Accept", "application/json");
	is_planned("Content-Type", "application/json");
	is_planned("User-Agent", "client/1");
	is_planned("MCP-Protocol-Version", "2025-11-25");
	is_planned("traceparent", "00-a-b-01");
	is_planned("tracestate", "a=b");
	is_planned("Last-Event-ID", "7");
	assert_int_equal(plan.headers, 7);
}

static void
of_a_modern_client_what_its_era_has_is_passed_on(UNUSED void **state)
{
	request_of_all();
	assert_int_equal(pass(true), OAUTH_OK);
	is_planned("Mcp-Method", "tools/call");
	is_planned("Mcp-Name", "x");
	is_planned("Mcp-Param-REGION", "eu");
	is_planned("Accept", "application/json");
	assert_null(planned("Last-Event-ID"));
	assert_int_equal(plan.headers, 9);
}

static void
what_is_absent_or_empty_is_left_out(UNUSED void **state)
{
	WEB_REQUEST("", "HTTP_ACCEPT=", "CONTENT_TYPE=application/json");
	assert_int_equal(pass(false), OAUTH_OK);
	assert_int_equal(plan.headers, 1);
	WEB_REQUEST("", "REQUEST_METHOD=GET");
	assert_int_equal(pass(true), OAUTH_OK);
	assert_int_equal(plan.headers, 0);
}

static void
mcp_2026_07_28_params_keep_their_value_and_get_dashes(UNUSED void **state)
{
	WEB_REQUEST("", "HTTP_MCP_PARAM_USER_ID=a b=c", "HTTP_MCP_PARAM_X=1", "HTTP_MCP_PARAMS=no",
	    "MCP_PARAM_Y=no");
	assert_int_equal(pass(true), OAUTH_OK);
	is_planned("Mcp-Param-USER-ID", "a b=c");
	is_planned("Mcp-Param-X", "1");
	assert_int_equal(plan.headers, 2);
	assert_int_equal(pass(false), OAUTH_OK);
	assert_int_equal(plan.headers, 0);
}

static void
what_the_configuration_names_is_passed_on_in_both_eras(UNUSED void **state)
{
	fix.config.server[0].upstream_headers[0] = "x-tenant";
	fix.config.server[0].upstream_headers[1] = "x-absent";
	for (int modern = 0; modern < 2; modern++) {
		request_of_all();
		assert_int_equal(pass(modern), OAUTH_OK);
		is_planned("x-tenant", "t1");
		assert_null(planned("x-absent"));
	}
	assert_int_equal(plan.headers, 10);
	fix.config.server[0].upstream_headers[0] = NULL;
}

static void
a_value_that_no_field_can_hold_is_refused(UNUSED void **state)
{
	static const char *const values[] = { "a\nb", "a\r\nX: y", "\x01", "a\x7f" };

	for (size_t i = 0; i < COUNT(values); i++) {
		WEB_REQUEST("", arena_printf(&fix.arena, "HTTP_USER_AGENT=%s", values[i]));
		assert_int_equal(pass(false), INVALID_REQUEST);
		WEB_REQUEST("", arena_printf(&fix.arena, "HTTP_MCP_PARAM_A=%s", values[i]));
		assert_int_equal(pass(true), INVALID_REQUEST);
		assert_int_equal(plan.headers, 0);
	}
}

static void
a_value_that_is_too_long_is_refused(UNUSED void **state)
{
	char *value = arena_alloc(&fix.arena, 17001);

	memset(value, 'x', 17000);
	WEB_REQUEST("", arena_printf(&fix.arena, "HTTP_TRACESTATE=%s", value));
	assert_int_equal(pass(false), INVALID_REQUEST);
	assert_int_equal(fix.rq.failure.error, INVALID_REQUEST);
}

static void
too_many_headers_are_refused(UNUSED void **state)
{
	const char *variables[VARIABLES_MAX + 1] = { NULL };

	for (size_t i = 0; i < RELAY_HEADERS_MAX - 1; i++)
		variables[i] = arena_printf(&fix.arena, "HTTP_MCP_PARAM_P%zu=x", i);
	web_request(variables, "");
	assert_int_equal(pass(true), OAUTH_OK);
	assert_int_equal(plan.headers, RELAY_HEADERS_MAX - 1);
	variables[RELAY_HEADERS_MAX - 1] = "HTTP_ACCEPT=*/*";
	web_request(variables, "");
	assert_int_equal(pass(true), OAUTH_OK);
	assert_int_equal(plan.headers, RELAY_HEADERS_MAX);
	assert_null(plan.header[RELAY_HEADERS_MAX]);
	assert_false(upstream_header_add(&fix.rq, &plan, "Authorization", "Bearer x"));
	assert_int_equal(plan.headers, RELAY_HEADERS_MAX);
	fix.config.server[0].upstream_headers[0] = "accept";
	assert_int_equal(pass(true), INVALID_REQUEST);
}

static void
a_field_is_its_name_and_its_value(UNUSED void **state)
{
	assert_true(upstream_header_add(&fix.rq, &plan, "X-A", "b"));
	assert_true(upstream_header_add(&fix.rq, &plan, "X-B", "\xc3\xa4\tc"));
	assert_string_equal(plan.header[0], "X-A: b");
	assert_string_equal(plan.header[1], "X-B: \xc3\xa4\tc");
	assert_false(upstream_header_add(&fix.rq, &plan, "X-C", "a\nb"));
	assert_int_equal(plan.headers, 2);
}

/* --- the line of a header-file
 * --------------------------------------------------------------------- */

static enum oauth_error
file_of(const char *text)
{
	const char *path = path_of("header");

	plan.headers = 0;
	write_file(path, text);
	return upstream_header_file(&fix.rq, path, &plan);
}

static void
a_header_file_holds_one_line(UNUSED void **state)
{
	static const char *const good[] = { "X-Api-Key: s3cret", "X-Api-Key: s3cret\n",
	    "X-Api-Key:s3cret\r\n", "X-Api-Key: \t s3cret\n\n" };

	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(file_of(good[i]), OAUTH_OK);
		assert_int_equal(plan.headers, 1);
		assert_string_equal(plan.header[0], "X-Api-Key: s3cret");
	}
	assert_int_equal(file_of("Authorization: Basic YTpi:\n"), OAUTH_OK);
	assert_string_equal(plan.header[0], "Authorization: Basic YTpi:");
}

static void
a_header_file_that_is_anything_else_is_our_fault(UNUSED void **state)
{
	static const char *const bad[] = { "", "\n", "s3cret\n", ": s3cret", "X Key: a",
		" X-Key: a", "\nX-Key: a", "X-Key : a", "X-Key: a\nX-Other: b\n", "X-Key: a\rb",
		"X-Key: \x01" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		if (file_of(bad[i]) != SERVER_ERROR)
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(plan.headers, 0);
		assert_non_null(strstr(fix.rq.failure.reason, "header-file"));
		assert_string_equal(fix.rq.failure.description, "the server is not ready");
	}
	assert_int_equal(upstream_header_file(&fix.rq, path_of("none"), &plan), SERVER_ERROR);
	assert_int_equal(upstream_header_file(&fix.rq, fix.dir, &plan), SERVER_ERROR);
}

static void
a_header_file_that_is_too_long_is_not_cut(UNUSED void **state)
{
	char *text = arena_alloc(&fix.arena, 20000);

	memset(text, 'x', 19999);
	memcpy(text, "X-Key: ", 7);
	assert_int_equal(file_of(text), SERVER_ERROR);
	text[16385] = '\0';
	assert_int_equal(file_of(text), SERVER_ERROR);
	assert_int_equal(plan.headers, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLANNED(of_a_legacy_client_what_its_era_has_is_passed_on),
		PLANNED(of_a_modern_client_what_its_era_has_is_passed_on),
		PLANNED(what_is_absent_or_empty_is_left_out),
		PLANNED(mcp_2026_07_28_params_keep_their_value_and_get_dashes),
		PLANNED(what_the_configuration_names_is_passed_on_in_both_eras),
		PLANNED(a_value_that_no_field_can_hold_is_refused),
		PLANNED(a_value_that_is_too_long_is_refused),
		PLANNED(too_many_headers_are_refused),
		PLANNED(a_field_is_its_name_and_its_value),
		PLANNED(a_header_file_holds_one_line),
		PLANNED(a_header_file_that_is_anything_else_is_our_fault),
		PLANNED(a_header_file_that_is_too_long_is_not_cut),
	};

	return RUN(tests, NULL, NULL);
}
