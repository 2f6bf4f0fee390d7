/* SPDX-License-Identifier: MIT */
/* [server NAME] sections with an upstream. */
#include "service/config_server.h"

#include "config_file.h"

#define UP	"[server up]\nupstream = https://up.example/mcp\n"

/* The server of a file whose last section has those lines behind `upstream = URL`. */
static const struct config_server *
server_with(const char *upstream, const char *lines)
{
	char text[2048];

	(void)snprintf(
	    text, sizeof text, TOP ENTRA "[server up]\nupstream = %s\n%s", upstream, lines);
	return &must_read(text)->server[0];
}

/* It is refused, without a line since it follows from several. */
static void
refuse_with(const char *upstream, const char *lines, const char *reason)
{
	char text[2048];

	(void)snprintf(
	    text, sizeof text, TOP ENTRA "[server up]\nupstream = %s\n%s", upstream, lines);
	must_refuse(text, 0, reason);
}

static void
an_upstream_is_a_url_of_http(UNUSED void **state)
{
	static const char *const good[] = {
		"https://up.example/mcp", "https://up.example", "https://up.example:8443/a/b?c=d",
		"https://10.0.0.1/mcp", "http://127.0.0.1:3000/mcp", "http://localhost:3000/mcp",
		"http://[::1]:3000/mcp", "https://[2001:db8::1]/mcp",
	};
	static const char *const bad[] = {
		"up.example/mcp",
		"/mcp",
		"ftp://up.example/mcp",
		"file:///etc/passwd",
		"https://",
		"https:///mcp",
		"https://me:pw@up.example/mcp",
		"https://me@up.example/mcp",
		"https://up.example/mcp#part",
		"ws://up.example/",
		"https:up.example",
		"https://up example/",
	};

	for (size_t i = 0; i < COUNT(good); i++) {
		const struct config_server *s = server_with(good[i], "");

		assert_string_equal(s->upstream_url, good[i]);
		assert_null(s->upstream_socket);
		assert_null(s->tools);
		assert_string_equal(s->resource, "https://mcp.example.org/up");
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		refuse_with(bad[i], "", "[server up]: upstream must be an http or https URL");
}

static void
plain_http_stays_on_this_machine_unless_it_is_accepted(UNUSED void **state)
{
	static const char *const beyond[] = {
		"http://up.example/mcp", "http://10.0.0.1/mcp", "http://localhost.example/mcp",
		"http://127.0.0.1.example/mcp", "http://0.0.0.0/mcp", "http://[2001:db8::1]/mcp",
	};

	for (size_t i = 0; i < COUNT(beyond); i++) {
		refuse_with(beyond[i], "", "[server up]: upstream is http:// beyond this machine");
		assert_string_equal(
		    server_with(beyond[i], "upstream_plaintext = accept\n")->upstream_url,
		    beyond[i]);
	}
	must_refuse(TOP ENTRA UP "upstream_plaintext = yes\n", 8,
	    "upstream_plaintext must be one of: accept");
}

static void
a_unix_socket_is_named_with_the_path_behind_it(UNUSED void **state)
{
	static const char *const bad[] = {
		"unix:", "unix:/run/up.sock", "unix:/run/up.sock:", "unix:/run/up.sock:mcp",
		"unix:run/up.sock:/mcp", "unix::/mcp", "unix:/run/up.sock:/mcp#x",
	};
	const struct config_server *s = server_with("unix:/run/up.sock:/mcp?a=b", "");

	assert_string_equal(s->upstream_socket, "/run/up.sock");
	assert_string_equal(s->upstream_url, "http://localhost/mcp?a=b");
	for (size_t i = 0; i < COUNT(bad); i++)
		refuse_with(bad[i], "", "is written unix:/PATH/TO/SOCKET:/PATH");
}

static void
a_unix_sockets_path_has_107_bytes_at_most(UNUSED void **state)
{
	char upstream[256];

	(void)snprintf(upstream, sizeof upstream, "unix:/%0*d:/mcp", CONFIG_SOCKET_MAX - 1, 0);
	assert_int_equal(strlen(server_with(upstream, "")->upstream_socket), CONFIG_SOCKET_MAX);
	(void)snprintf(upstream, sizeof upstream, "unix:/%0*d:/mcp", CONFIG_SOCKET_MAX, 0);
	refuse_with(upstream, "", "is written unix:/PATH/TO/SOCKET:/PATH");
}

static void
it_has_tools_or_an_upstream(UNUSED void **state)
{
	must_refuse(TOP ENTRA UP "tools = builtin\n", 0,
	    "[server up]: it has tools or an upstream, not both");
}

static void
the_transport_is_one_of_two(UNUSED void **state)
{
	assert_false(server_with("https://up.example/", "")->upstream_sse);
	assert_true(
	    server_with("https://up.example/sse", "upstream_transport = sse\n")->upstream_sse);
	must_refuse(TOP ENTRA UP "upstream_transport = stdio\n", 8,
	    "upstream_transport must be one of: streamable-http sse");
}

static void
a_token_is_of_four_kinds(UNUSED void **state)
{
	static const char *const good[] = { "none", "entra", "obo:api://up/.default",
	    "header-file:/etc/up.header" };
	static const char *const bad[] = { "Entra", "obo", "obo:", "header-file", "header-file:",
	    "header-file:relative", "client", "entra:x", "bearer" };
	char line[128];

	for (size_t i = 0; i < COUNT(good); i++) {
		(void)snprintf(line, sizeof line, "upstream_token = %s\n", good[i]);
		assert_string_equal(
		    server_with("https://up.example/", line)->upstream_token, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		(void)snprintf(line, sizeof line, "upstream_token = %s\n", bad[i]);
		refuse_with(
		    "https://up.example/", line, "[server up]: upstream_token must be none, entra");
	}
}

static void
only_a_token_of_entras_goes_into_arguments(UNUSED void **state)
{
	static const char *const without[] = { "none", "header-file:/etc/up.header" };
	static const char *const with[] = { "entra", "obo:x" };
	char lines[128];

	for (size_t i = 0; i < COUNT(without); i++) {
		(void)snprintf(lines, sizeof lines,
		    "upstream_token = %s\nupstream_token_in = arguments\n", without[i]);
		refuse_with("https://up.example/", lines, "upstream_token_in = arguments needs");
		(void)snprintf(lines, sizeof lines,
		    "upstream_token = %s\nupstream_token_in = arguments\n", with[i]);
		assert_string_equal(server_with("https://up.example/", lines)->upstream_token_in,
		    "arguments");
	}
	must_refuse(
	    TOP ENTRA UP "upstream_token_in = body\n", 8, "must be one of: header arguments");
}

static void
signed_user_headers_need_a_key(UNUSED void **state)
{
	refuse_with("https://up.example/", "upstream_user_headers = signed\n",
	    "[server up]: upstream_user_headers = signed needs upstream_user_key");
	assert_string_equal(server_with("https://up.example/", "upstream_user_headers = signed\n"
	    "upstream_user_key = /etc/key\n")->upstream_user_key, "/etc/key");
	assert_null(server_with("https://up.example/", "upstream_user_headers = plain\n")->
	    upstream_user_key);
	must_refuse(
	    TOP ENTRA UP "upstream_user_headers = on\n", 8, "must be one of: off plain signed");
	must_refuse(TOP ENTRA UP "upstream_user_key = key\n", 8, "must be an absolute path");
}

static void
headers_are_kept_in_lower_case(UNUSED void **state)
{
	const struct config_server *s = server_with("https://up.example/",
	    "upstream_headers = X-Tenant, x-b3-traceid\n");

	assert_string_equal(s->upstream_headers[0], "x-tenant");
	assert_string_equal(s->upstream_headers[1], "x-b3-traceid");
	assert_null(s->upstream_headers[2]);
}

static void
headers_that_decide_or_that_are_ours_are_never_passed_on(UNUSED void **state)
{
	static const char *const never[] = {
		"Authorization",
		"proxy-authorization",
		"Cookie",
		"Host",
		"connection",
		"Content-Length",
		"transfer-encoding",
		"TE",
		"trailer",
		"upgrade",
		"keep-alive",
		"expect",
		"Forwarded",
		"X-Forwarded-For",
		"x-forwarded-host",
		"via",
		"proxy",
		"origin",
		"referer",
		"content-type",
		"content-encoding",
		"Mcp-Session-Id",
		"X-Sallyport-Subject",
		"x-sallyport-user",
		"x_tenant",
		"x.y",
		"x:y",
		"x/y",
	};
	/* What goes anyway would go twice. */
	static const char *const twice[] = { "accept", "User-Agent", "mcp-protocol-version",
	    "last-event-id", "Mcp-Method", "Mcp-Name", "Mcp-Param-X", "traceparent", "tracestate" };
	char line[128];

	for (size_t i = 0; i < COUNT(never); i++) {
		(void)snprintf(line, sizeof line, "upstream_headers = x-fine, %s\n", never[i]);
		refuse_with("https://up.example/", line,
		    "[server up]: upstream_headers names a header that is never passed on");
	}
	for (size_t i = 0; i < COUNT(twice); i++) {
		(void)snprintf(line, sizeof line, "upstream_headers = %s\n", twice[i]);
		refuse_with("https://up.example/", line, "upstream_headers names a header");
	}
}

static void
the_time_of_silence_has_limits(UNUSED void **state)
{
	assert_int_equal(
	    server_with("https://up.example/", "upstream_timeout = 1h\n")->upstream_timeout, 3600);
	must_refuse(TOP ENTRA UP "upstream_timeout = 0\n", 8, "upstream_timeout must be a time");
	must_refuse(TOP ENTRA UP "upstream_timeout = 3601\n", 8, "from 1 to 3600");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_upstream_is_a_url_of_http),
		CASE(plain_http_stays_on_this_machine_unless_it_is_accepted),
		CASE(a_unix_socket_is_named_with_the_path_behind_it),
		CASE(a_unix_sockets_path_has_107_bytes_at_most),
		CASE(it_has_tools_or_an_upstream),
		CASE(the_transport_is_one_of_two),
		CASE(a_token_is_of_four_kinds),
		CASE(only_a_token_of_entras_goes_into_arguments),
		CASE(signed_user_headers_need_a_key),
		CASE(headers_are_kept_in_lower_case),
		CASE(headers_that_decide_or_that_are_ours_are_never_passed_on),
		CASE(the_time_of_silence_has_limits),
	};

	return RUN(tests, NULL, NULL);
}
