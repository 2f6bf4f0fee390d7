/* SPDX-License-Identifier: MIT */
#include "protocol/redirect_uri.h"

#include "arena_group.h"

static const char *const schemes[] = { "com.example.app", "cursor", NULL };

static void
rfc8252_s7_the_three_kinds_may_be_registered(UNUSED void **state)
{
	static const char *const good[] = {
		"https://client.example/cb", "https://client.example:8443/cb?a=b",
		"https://client.example", "http://127.0.0.1/cb", "http://127.0.0.1:49152/cb",
		"http://[::1]:3000/", "http://localhost:1", "com.example.app:/oauth2redirect",
		"cursor://anysphere.cursor-mcp/oauth/callback", "HTTPS://client.example/cb",
	};

	for (size_t i = 0; i < COUNT(good); i++)
		if (!redirect_uri_acceptable(&a, good[i], schemes))
			fail_msg("%s is refused", good[i]);
}

static void
rfc8252_s7_1_a_private_scheme_must_be_named(UNUSED void **state)
{
	static const char *const none[] = { NULL };

	assert_false(redirect_uri_acceptable(&a, "com.example.app:/cb", NULL));
	assert_false(redirect_uri_acceptable(&a, "com.example.app:/cb", none));
	assert_false(redirect_uri_acceptable(&a, "com.example.application:/cb", schemes));
	assert_false(redirect_uri_acceptable(&a, "com.example:/cb", schemes));
	assert_true(redirect_uri_acceptable(&a, "COM.example.APP:/cb", schemes));
}

/* What attackers have registered elsewhere. */
static void
rfc9700_s4_1_attack_strings_are_refused(UNUSED void **state)
{
	static const char *const bad[] = {
		/* schemes that run or read something */
		"javascript:alert(1)", "JavaScript:alert(1)",
		"data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD4=",
		"vbscript:x", "file:///etc/passwd", "blob:https://a/b", "about:blank",
		"ftp://a.example/", "ws://localhost/", "chrome://settings", "view-source:a",
		"intent://a#Intent;scheme=x;end", "smb://a/b", "mailto:a@b.example",
		"urn:ietf:wg:oauth:2.0:oob", "javascript://%0aalert(1)", "java\tscript:alert(1)",
		" javascript:alert(1)",
		/* plain http elsewhere */
		"http://client.example/cb", "http://127.0.0.1.evil.example/",
		"http://localhost.evil.example/", "http://evil.example#localhost",
		"http://0.0.0.0/", "http://10.0.0.1/", "http://2130706433/", "http://127.1/",
		"http://0x7f.0.0.1/", "http://LOCALHOST/", "http://[::ffff:127.0.0.1]/",
		/* user information, fragments, backslashes */
		"https://client.example@evil.example/", "https://a:b@evil.example/",
		"http://u@localhost/", "https://a@b@evil.example/", "https://client.example/#",
		"https://client.example/#f", "https://evil.example\\@client.example",
		"https:\\\\evil.example", "https:/\\evil.example",
		"https://client.example\\.evil.example",
		/* no authority, or a malformed one */
		"", "/cb", "//evil.example/cb", "///evil.example", "https:", "https:/cb",
		"https:///cb", "https:cb", "https://", "https://:443", "https://client.example:",
		"https://client.example:x", "https://client.example:99999/", "https://[::1",
		"http:localhost", "http:/localhost/",
		/* controls, blanks, other alphabets, escapes in the host */
		"https://client.example/\r\nLocation: x", "https://client.example/a b",
		"https://a.example/\t", " https://client.example/", "https://client.example/ ",
		"https://client.example/\x7f", "https://cl\303\255ent.example/",
		"https://client.example/\xe2\x80\xae", "https://a%2eexample/",
		"https://client.example%00.evil.example/", "https://client.example/%",
		"https://client.example/%0", "https://client.example/<script>",
		"https://client.example/\"x", "https://client.example/{x}", "https://*.example/`",
		"https://*/", "https://client.example/|",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (redirect_uri_acceptable(&a, bad[i], schemes))
			fail_msg("%s is accepted", bad[i]);
}

static void
a_long_redirect_uri_is_refused(UNUSED void **state)
{
	const char *base = "https://client.example/";
	const char *most = arena_printf(&a, "%s%s", base, many('a',
	    REDIRECT_URI_MAX - strlen(base)));

	assert_true(redirect_uri_acceptable(&a, most, NULL));
	assert_false(redirect_uri_acceptable(&a, arena_printf(&a, "%sa", most), NULL));
}

static void
rfc9700_s4_1_3_uris_match_byte_by_byte(UNUSED void **state)
{
	static const char registered[] = "https://client.example/cb?a=b";
	static const char *const other[] = {
		"https://client.example/cb", "https://client.example/cb?a=b&",
		"https://client.example/cb/?a=b", "https://client.example/CB?a=b",
		"https://CLIENT.example/cb?a=b", "HTTPS://client.example/cb?a=b",
		"https://client.example:443/cb?a=b", "https://client.example/./cb?a=b",
		"https://client.example/x/../cb?a=b", "https://client.example/%63b?a=b",
		"https://client.example/cb?a=b#", "https://client.example/cb?a=b&c=d",
		"https://client.example.evil.example/cb?a=b",
		"https://client.example@evil.example/cb?a=b", "https://sub.client.example/cb?a=b",
		"http://client.example/cb?a=b", "", "https://client.example",
	};

	assert_true(redirect_uri_matches(&a, registered, registered));
	for (size_t i = 0; i < COUNT(other); i++)
		if (redirect_uri_matches(&a, registered, other[i]))
			fail_msg("%s matches", other[i]);
}

static void
rfc8252_s7_3_the_port_of_a_loopback_uri_is_free(UNUSED void **state)
{
	assert_true(redirect_uri_matches(&a, "http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"));
	assert_true(redirect_uri_matches(&a, "http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"));
	assert_true(redirect_uri_matches(&a, "http://127.0.0.1:1/cb", "http://127.0.0.1/cb"));
	assert_true(redirect_uri_matches(&a, "http://[::1]/cb?x", "http://[::1]:3000/cb?x"));
	assert_true(redirect_uri_matches(&a, "http://localhost/", "http://localhost:3000/"));
}

static void
rfc8252_s7_3_nothing_else_of_a_loopback_uri_is_free(UNUSED void **state)
{
	static const char registered[] = "http://127.0.0.1:1/cb";
	static const char *const other[] = {
		"http://localhost:1/cb", "http://127.0.0.2:1/cb", "http://[::1]:1/cb",
		"https://127.0.0.1:1/cb", "http://127.0.0.1:1/cb/", "http://127.0.0.1:1/",
		"http://127.0.0.1:1", "http://127.0.0.1:2/cb?a", "http://127.0.0.1:2/cb?",
		"http://127.0.0.1:2/cb#", "http://u@127.0.0.1:2/cb", "http://127.0.0.1:2/CB",
		"http://127.0.0.1:2/c%62", "http://127.0.0.1:99999/cb", "http://127.0.0.1:/cb",
		"http://127.0.0.1:2@evil.example/cb", "http://127.0.0.1.evil.example:1/cb",
		"http://127.0.0.1:2\\@evil.example/cb",
	};

	for (size_t i = 0; i < COUNT(other); i++)
		if (redirect_uri_matches(&a, registered, other[i]))
			fail_msg("%s matches", other[i]);
	assert_false(redirect_uri_matches(&a, "http://client.example:1/cb",
	    "http://client.example:2/cb"));
	assert_false(redirect_uri_matches(&a, "https://localhost:1/cb", "https://localhost:2/cb"));
	assert_false(redirect_uri_matches(&a, "cursor://localhost:1/cb",
	    "cursor://localhost:2/cb"));
}

static void
loopback_is_known(UNUSED void **state)
{
	assert_true(redirect_uri_is_loopback(&a, "http://localhost:1/cb"));
	assert_true(redirect_uri_is_loopback(&a, "http://[::1]/"));
	assert_false(redirect_uri_is_loopback(&a, "https://localhost/"));
	assert_false(redirect_uri_is_loopback(&a, "https://client.example/"));
	assert_false(redirect_uri_is_loopback(&a, "com.example.app:/cb"));
	assert_false(redirect_uri_is_loopback(&a, "localhost"));
}

static void
people_are_shown_host_and_port(UNUSED void **state)
{
	assert_string_equal(redirect_uri_host(&a, "https://Client.example/cb?x=1"), "client.example");
	assert_string_equal(redirect_uri_host(&a, "https://client.example:8443/"), "client.example:8443");
	assert_string_equal(redirect_uri_host(&a, "http://[::1]:9/"), "[::1]:9");
	assert_null(redirect_uri_host(&a, "com.example.app:/cb"));
	assert_null(redirect_uri_host(&a, "cursor://bank.example/cb"));
	assert_null(redirect_uri_host(&a, "no URI"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8252_s7_the_three_kinds_may_be_registered),
		cmocka_unit_test(rfc8252_s7_1_a_private_scheme_must_be_named),
		cmocka_unit_test(rfc9700_s4_1_attack_strings_are_refused),
		cmocka_unit_test(a_long_redirect_uri_is_refused),
		cmocka_unit_test(rfc9700_s4_1_3_uris_match_byte_by_byte),
		cmocka_unit_test(rfc8252_s7_3_the_port_of_a_loopback_uri_is_free),
		cmocka_unit_test(rfc8252_s7_3_nothing_else_of_a_loopback_uri_is_free),
		cmocka_unit_test(loopback_is_known),
		cmocka_unit_test(people_are_shown_host_and_port),
	};

	return RUN(tests, open_arena, close_arena);
}
