/* SPDX-License-Identifier: MIT */
/* [server NAME] sections, and what is derived from them and from public_url. */
#include "service/config.h"

#include "config_file.h"

static void
servers_keep_their_order_and_name_their_resource(UNUSED void **state)
{
	const struct config *c = must_read(TOP ENTRA
	    "[server weather]\n[server mcp]\n[server a-1_b]\n");

	assert_int_equal(c->servers, 3);
	assert_string_equal(c->server[0].name, "weather");
	assert_string_equal(c->server[0].resource, "https://mcp.example.org/weather");
	assert_string_equal(c->server[2].resource, "https://mcp.example.org/a-1_b");
	assert_string_equal(c->server[1].tools, "builtin");
	assert_ptr_equal(config_server(c, "mcp", 3), &c->server[1]);
	assert_ptr_equal(config_server(c, "mcp/x", 3), &c->server[1]);
	assert_null(config_server(c, "mcp", 2));
	assert_null(config_server(c, "mcpx", 4));
	assert_null(config_server(c, "", 0));
	assert_null(config_server(c, "MCP", 3));
	assert_string_equal(config_server_name(c, "https://mcp.example.org/a-1_b"), "a-1_b");
	assert_null(config_server_name(c, "https://mcp.example.org/a-1"));
	assert_null(config_server_name(c, "a-1_b"));
}

static void
names_that_no_path_may_have_are_refused(UNUSED void **state)
{
	static const char *const names[] = {
		"MCP", "a/b", "a b", "a.b", "..", "a%20b", "-a", "_a", "\xc3\xa4", "register",
		"authorize", "consent", "oauth-callback", "token", "revoke", "logout", "account",
		"introspect", "cgi-bin",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		char text[512];

		(void)snprintf(text, sizeof text, TOP ENTRA "[server %s]\n", names[i]);
		must_refuse(text, 6, "[server NAME]");
	}
	(void)must_read(TOP ENTRA
	    "[server aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\n[server "
	    "tokens]\n");
}

static void
a_server_stands_once(UNUSED void **state)
{
	must_refuse(TOP ENTRA "[server a]\n[server b]\n[server a]\n", 8,
	    "[server a] stands here twice");
}

static void
too_many_servers_are_refused(UNUSED void **state)
{
	char text[4096];
	int used = snprintf(text, sizeof text, "%s", TOP ENTRA);

	for (int i = 0; i < CONFIG_SERVERS_MAX; i++)
		used += snprintf(text + used, sizeof text - (size_t)used, "[server s%d]\n", i);
	assert_int_equal(must_read(text)->servers, CONFIG_SERVERS_MAX);
	(void)snprintf(text + used, sizeof text - (size_t)used, "[server more]\n");
	must_refuse(text, 6 + CONFIG_SERVERS_MAX, "too many");
}

static void
origin_host_and_path_come_from_public_url(UNUSED void **state)
{
	const struct config *c =
	    must_read("public_url = https://a.example:8443/~me/x\n" ENTRA SERVER);

	assert_string_equal(c->public_origin, "https://a.example:8443");
	assert_string_equal(c->public_host, "a.example:8443");
	assert_string_equal(c->public_path, "/~me/x");
	assert_true(c->public_https);
	assert_string_equal(c->server[0].resource, "https://a.example:8443/~me/x/mcp");
	c = must_read("public_url = http://127.0.0.1:8080\n" ENTRA SERVER);
	assert_string_equal(c->public_origin, "http://127.0.0.1:8080");
	assert_string_equal(c->public_path, "");
	assert_false(c->public_https);
}

static void
what_is_left_out_is_derived(UNUSED void **state)
{
	const struct config *c = must_read(TOP "state_dir = /srv/s\n" ENTRA SERVER);

	assert_string_equal(c->database, "sqlite:/srv/s/sallyport.db");
	assert_string_equal(c->entra.scope, APP "/.default");
	assert_string_equal(c->entra.audience[0], APP);
	assert_string_equal(c->entra.audience[1], "api://" APP);
	assert_null(c->entra.audience[2]);
	c = must_read(TOP "database = sqlite:/db\n" ENTRA
	    "scope = api://x/y\naudience = api://x\n" SERVER);
	assert_string_equal(c->database, "sqlite:/db");
	assert_string_equal(c->entra.scope, "api://x/y");
	assert_string_equal(c->entra.audience[0], "api://x");
	assert_null(c->entra.audience[1]);
}

static void
guids_are_kept_in_lower_case(UNUSED void **state)
{
	const struct config *c = must_read(TOP
	    "[entra]\ntenant_id = ABCDEFAB-1111-4111-8111-ABCDEFABCDEF\n"
	    "client_id = FEDCBAFE-1111-4111-8111-ABCDEFABCDEF\ncredential = "
	    "certificate:/c\n" SERVER);

	assert_string_equal(c->entra.tenant_id, "abcdefab-1111-4111-8111-abcdefabcdef");
	assert_string_equal(c->entra.client_id, "fedcbafe-1111-4111-8111-abcdefabcdef");
	assert_string_equal(c->entra.scope, "fedcbafe-1111-4111-8111-abcdefabcdef/.default");
}

static void
database_and_credential_name_their_kind(UNUSED void **state)
{
	static const char *const credentials[] = { "/etc/app.pem", "certificate:app.pem",
	    "secret:abc",
	    "secret-file:", "secret-file:relative", "certificate:", "Certificate:/a" };
	static const char *const databases[] = { "/db", "sqlite:db", "sqlite:", "postgresql://x",
	    "SQLITE:/db" };
	char text[512];

	for (size_t i = 0; i < COUNT(credentials); i++) {
		(void)snprintf(text, sizeof text, TOP "[entra]\ntenant_id = " TENANT
		    "\nclient_id = " APP
		    "\ncredential = %s\n" SERVER, credentials[i]);
		must_refuse(text, 0, "credential must be");
	}
	for (size_t i = 0; i < COUNT(databases); i++) {
		(void)snprintf(text, sizeof text, TOP "database = %s\n" ENTRA SERVER, databases[i]);
		must_refuse(text, 0, "database must be");
	}
}

static void
a_list_is_searched_by_whole_words(UNUSED void **state)
{
	const struct config *c = must_read(TOP "allowed_hosts = a, b:1,c\n" ENTRA SERVER);

	assert_true(config_list_has(c->allowed_hosts, "b:1"));
	assert_false(config_list_has(c->allowed_hosts, "b"));
	assert_false(config_list_has(c->allowed_hosts, ""));
	assert_false(config_list_has(c->allowed_origins, "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(servers_keep_their_order_and_name_their_resource),
		CASE(names_that_no_path_may_have_are_refused),
		CASE(a_server_stands_once),
		CASE(too_many_servers_are_refused),
		CASE(origin_host_and_path_come_from_public_url),
		CASE(what_is_left_out_is_derived),
		CASE(guids_are_kept_in_lower_case),
		CASE(database_and_credential_name_their_kind),
		CASE(a_list_is_searched_by_whole_words),
	};

	return RUN(tests, NULL, NULL);
}
