/* SPDX-License-Identifier: MIT */
#include "protocol/uri.h"

#include "arena_group.h"

static const char *
or_none(const char *part)
{
	return part == NULL ? "-" : part;
}

/* scheme|userinfo|host|port|path|query|fragment, "-" for an absent part; "bad" when refused. */
static const char *
parts(const char *text)
{
	struct uri u;

	if (!uri_parse(&a, text, &u))
		return "bad";
	return arena_printf(&a, "%s|%s|%s|%d|%s|%s|%s", u.scheme, or_none(u.userinfo),
	    or_none(u.host),
	    u.port, u.path, or_none(u.query), or_none(u.fragment));
}

static void
rfc3986_s3_a_uri_falls_into_its_parts(UNUSED void **state)
{
	assert_string_equal(parts("foo://example.com:8042/over/there?name=ferret#nose"),
	    "foo|-|example.com|8042|/over/there|name=ferret|nose");
	assert_string_equal(parts("https://a.example"), "https|-|a.example|-1||-|-");
	assert_string_equal(parts("https://a.example?"), "https|-|a.example|-1|||-");
	assert_string_equal(parts("https://a.example#"), "https|-|a.example|-1||-|");
	assert_string_equal(parts("https://a.example/?a?b#c?d"), "https|-|a.example|-1|/|a?b|c?d");
	assert_string_equal(parts("https://u:p@a.example/x"), "https|u:p|a.example|-1|/x|-|-");
	assert_string_equal(parts("http://[::1]:80/x"), "http|-|[::1]|80|/x|-|-");
	assert_string_equal(parts("http://[2001:db8::7]"), "http|-|[2001:db8::7]|-1||-|-");
}

static void
rfc3986_s1_1_2_examples_without_an_authority(UNUSED void **state)
{
	assert_string_equal(parts("mailto:John.Doe@example.com"),
	    "mailto|-|-|-1|John.Doe@example.com|-|-");
	assert_string_equal(parts("tel:+1-816-555-1212"), "tel|-|-|-1|+1-816-555-1212|-|-");
	assert_string_equal(parts("urn:oasis:names"), "urn|-|-|-1|oasis:names|-|-");
	assert_string_equal(parts("com.example.app:/cb"), "com.example.app|-|-|-1|/cb|-|-");
	assert_string_equal(parts("x:"), "x|-|-|-1||-|-");
}

static void
rfc3986_s3_1_a_scheme_has_no_case_and_everything_else_stays(UNUSED void **state)
{
	assert_string_equal(parts("HTTPS://A.Example/%7eX"), "https|-|A.Example|-1|/%7eX|-|-");
	assert_string_equal(parts("a+b-c.9:x"), "a+b-c.9|-|-|-1|x|-|-");
}

static void
a_host_that_browsers_take_for_another_is_refused(UNUSED void **state)
{
	static const char *const bad[] = {
		"1.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0X7f.1", "0177.0.0.1", "127.0.0.01", "127.0.0.1.",
		"256.1.1.1", "1.2.3.4.5", "a.1", "a.0x1", "a.1.", "0x", "a.0x", "1", "[1:2]", "[:::::]", "[::1.2]",
		"[1.2.3.4]", "[.]", "[::1%25lo]", "[12345::]",
	};
	static const char *const good[] = {
		"127.0.0.1", "1.a", "a1", "1a", "0x7g.a", "a.0x1g", "127.0.0.1.a", "a.example.", "[::1]",
		"[2001:DB8::7]", "[::ffff:1.2.3.4]", ".",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_string_equal(parts(arena_printf(&a, "https://%s/", bad[i])), "bad");
	for (size_t i = 0; i < COUNT(good); i++)
		assert_string_not_equal(parts(arena_printf(&a, "https://%s/", good[i])), "bad");
}

static void
what_is_no_absolute_uri_is_refused(UNUSED void **state)
{
	static const char *const bad[] = { "", "a", "/a", "//a.example", "?a", "#a", "a.example/x",
	    ":a",
	    "1a://b", "+a://b", "a b://c", "a_b://c", "://a" };

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_string_equal(parts(bad[i]), "bad");
}

static void
rfc3986_s2_other_characters_and_bad_escapes_are_refused(UNUSED void **state)
{
	static const char *const bad[] = { "https://a.example/%", "https://a.example/%4",
	    "https://a.example/%zz", "https://a.example/a%4", "https://a.example?%g0",
	    "https://a.example/\xc3\xa4", "https://\xc3\xa4.example" };
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "-._~:/?#[]@!$&'()*+,;=";

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_string_equal(parts(bad[i]), "bad");
	for (int c = 1; c < 256; c++) {
		char text[] = "https://a.example/x_y";

		text[19] = (char)c;
		assert_int_equal(strcmp(parts(text), "bad") != 0, strchr(allowed, c) != NULL);
	}
}

static void
rfc3986_s3_2_malformed_authorities_are_refused(UNUSED void **state)
{
	static const char *const bad[] = { "https://", "https:///a", "https://?a", "https://:80",
	    "https://u@", "https://u@:80", "https://a:", "https://a:/", "https://a:b",
	    "https://a:-1",
	    "https://a:65536", "https://a:80:90", "https://[::1", "https://::1]", "https://[]",
	    "https://[::1]x", "https://[::1]x:80", "https://[::g]", "https://[v1.a]",
	    "https://a%2eb/",
	    "https://a%00.b", "https://a!b", "https://a,b", "https://[::1]]", "https://a]:1",
	    "https://[[::1]]" };

	for (size_t i = 0; i < COUNT(bad); i++)
		if (strcmp(parts(bad[i]), "bad") != 0)
			fail_msg("%s is %s", bad[i], parts(bad[i]));
	assert_string_equal(parts(arena_printf(&a, "https://%s", many('a', 255))) + 8,
	    arena_printf(&a,
	    "%s|-1||-|-", many('a', 255)));
	assert_string_equal(parts(arena_printf(&a, "https://%s", many('a', 256))), "bad");
}

static void
the_last_at_sign_ends_the_user_information(UNUSED void **state)
{
	assert_string_equal(parts("https://good.example@evil.example/"),
	    "https|good.example|evil.example|-1|/|-|-");
	assert_string_equal(parts("https://a@b@evil.example/"), "https|a@b|evil.example|-1|/|-|-");
	assert_string_equal(parts("https://a.example:80@evil.example"),
	    "https|a.example:80|evil.example|-1||-|-");
	assert_string_equal(parts("https://evil.example#@good.example"),
	    "https|-|evil.example|-1||-|@good.example");
	assert_string_equal(parts("https://evil.example?@good.example"),
	    "https|-|evil.example|-1||@good.example|-");
}

static void
a_long_uri_is_refused(UNUSED void **state)
{
	assert_string_not_equal(parts(arena_printf(&a, "x:%s", many('a', URI_MAX - 2))), "bad");
	assert_string_equal(parts(arena_printf(&a, "x:%s", many('a', URI_MAX - 1))), "bad");
}

static void
loopback_hosts_are_exactly_these(UNUSED void **state)
{
	static const char *const loopback[] = { "localhost", "127.0.0.1", "127.1.2.3",
	    "127.255.255.255",
	    "[::1]" };
	static const char *const not[] = { "", "LOCALHOST", "Localhost", "localhost.",
	    "localhost.example",
	    "xlocalhost", "127.1", "127.0.0", "127.0.0.1.", "127.0.0.1.example", "127.0.0.01",
	    "127.0.0.256", "127.0.0.1000", "127.0.0.0x1", "127.0..1", "127.0.0.1.1", "0127.0.0.1",
	    "128.0.0.1", "0.0.0.0", "2130706433", "::1", "[::]", "[0:0:0:0:0:0:0:1]", "[::1%25lo]",
	    "[::ffff:127.0.0.1]", "127.0.0.-1", "127.0.0.+1" };

	for (size_t i = 0; i < COUNT(loopback); i++)
		assert_true(uri_host_is_loopback(loopback[i]));
	for (size_t i = 0; i < COUNT(not); i++)
		assert_false(uri_host_is_loopback(not[i]));
}

static void
rfc6454_s6_origins_leave_out_the_schemes_own_port(UNUSED void **state)
{
	static const char *const pairs[][2] = {
		{ "https://A.Example:443/x?y", "https://a.example" }, { "http://a:80", "http://a" },
		{ "https://a:80", "https://a:80" }, { "http://a:443", "http://a:443" },
		{ "HTTP://u@[::1]:8080/", "http://[::1]:8080" }, { "https://a", "https://a" },
	};
	struct uri u;

	for (size_t i = 0; i < COUNT(pairs); i++) {
		assert_true(uri_parse(&a, pairs[i][0], &u));
		assert_string_equal(uri_origin(&a, &u), pairs[i][1]);
	}
}

static const char *
with_query(const char *uri, const char *value)
{
	struct buf b = buf_new(&a, 128);

	buf_lit(&b, uri);
	uri_add_query(&b, "code", value);
	return buf_text(&b);
}

static void
rfc6749_s3_1_2_a_query_that_is_there_is_kept(UNUSED void **state)
{
	assert_string_equal(with_query("https://a/", "x"), "https://a/?code=x");
	assert_string_equal(with_query("https://a/?", "x"), "https://a/?code=x");
	assert_string_equal(with_query("https://a/?b=c", "x"), "https://a/?b=c&code=x");
	assert_string_equal(with_query("https://a/?b=c&", "x"), "https://a/?b=c&code=x");
	assert_string_equal(with_query("https://a/", "a b&c=d\r\n#"),
	    "https://a/?code=a%20b%26c%3Dd%0D%0A%23");
	assert_null(with_query("https://a/", many('x', 200)));
}

static void
the_syntax_function_refuses_what_no_uri_is(UNUSED void **state)
{
	assert_true(is_uri("https://a.example/x"));
	assert_true(is_uri("urn:x"));
	assert_false(is_uri(""));
	assert_false(is_uri("a"));
	assert_false(is_uri(":a"));
	assert_false(is_uri("1:a"));
	assert_false(is_uri("a:\\b"));
	assert_false(is_uri("a:b c"));
	assert_false(is_uri("a:%4"));
	assert_false(is_uri("a:\x01"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc3986_s3_a_uri_falls_into_its_parts),
		cmocka_unit_test(rfc3986_s1_1_2_examples_without_an_authority),
		cmocka_unit_test(rfc3986_s3_1_a_scheme_has_no_case_and_everything_else_stays),
		cmocka_unit_test(a_host_that_browsers_take_for_another_is_refused),
		cmocka_unit_test(what_is_no_absolute_uri_is_refused),
		cmocka_unit_test(rfc3986_s2_other_characters_and_bad_escapes_are_refused),
		cmocka_unit_test(rfc3986_s3_2_malformed_authorities_are_refused),
		cmocka_unit_test(the_last_at_sign_ends_the_user_information),
		cmocka_unit_test(a_long_uri_is_refused),
		cmocka_unit_test(loopback_hosts_are_exactly_these),
		cmocka_unit_test(rfc6454_s6_origins_leave_out_the_schemes_own_port),
		cmocka_unit_test(rfc6749_s3_1_2_a_query_that_is_there_is_kept),
		cmocka_unit_test(the_syntax_function_refuses_what_no_uri_is),
	};

	return RUN(tests, open_arena, close_arena);
}
