/* SPDX-License-Identifier: MIT */
#include "protocol/http.h"

#include "arena_group.h"

static void
rfc9110_s8_3_1_media_types_compare_without_case_and_parameters(UNUSED void **state)
{
	static const char *const same[] = { "application/json", "Application/JSON",
	    " application/json ",
	    "application/json; charset=utf-8", "application/json;charset=utf-8",
	    "application/json\t;" };
	static const char *const other[] = { NULL, "", "application/jsonx", "application/json-rpc",
	    "application", "text/json", "application/ json", "application/json, text/html",
	    "x application/json", "application/json charset" };

	for (size_t i = 0; i < COUNT(same); i++)
		assert_true(http_media_type_is(same[i], "application/json"));
	for (size_t i = 0; i < COUNT(other); i++)
		assert_false(http_media_type_is(other[i], "application/json"));
}

static void
rfc9110_s12_5_1_accept_lets_through(UNUSED void **state)
{
	static const char *const through[] = { NULL, "", "  ", "*/*", "text/html", "TEXT/HTML",
	    "text/*",
	    "text/html;q=0.5", "text/html; q=0.001", "a/b, text/html", "a/b,*/*;q=0.1",
	    ",,text/html",
	    "text/html;level=1", "a/b;q=0, text/html", "text/html;q=1.0" };
	static const char *const not[] = { "a/b", "text/plain", "text", "text/htmlx", "image/*",
	    "text/html;q=0", "text/html; q=0.0", "text/html;level=1;q=0.000", "text/html;Q=0", ",",
	    "html",
	    "application/text/html" };

	for (size_t i = 0; i < COUNT(through); i++)
		assert_true(http_accepts(through[i], "text/html"));
	for (size_t i = 0; i < COUNT(not); i++)
		assert_false(http_accepts(not[i], "text/html"));
}

static void
rfc6265_s5_4_a_cookie_is_found_by_its_whole_name(UNUSED void **state)
{
	const char *cookies = "first=1; __Host-a=value; last=2";

	assert_string_equal(http_cookie(&a, cookies, "__Host-a"), "value");
	assert_string_equal(http_cookie(&a, cookies, "first"), "1");
	assert_string_equal(http_cookie(&a, cookies, "last"), "2");
	assert_null(http_cookie(&a, cookies, "__Host-"));
	assert_null(http_cookie(&a, cookies, "a"));
	assert_null(http_cookie(&a, cookies, "__host-a"));
	assert_null(http_cookie(&a, cookies, "value"));
	assert_null(http_cookie(&a, "", "a"));
	assert_null(http_cookie(&a, NULL, "a"));
}

static void
a_cookies_value_is_what_stands_before_the_semicolon(UNUSED void **state)
{
	assert_string_equal(http_cookie(&a, "a=b=c;d=e", "a"), "b=c");
	assert_string_equal(http_cookie(&a, "a=;d=e", "a"), "");
	assert_string_equal(http_cookie(&a, "a=b  ; d=e", "a"), "b");
	assert_string_equal(http_cookie(&a, ";; a=\"b\"", "a"), "\"b\"");
	assert_null(http_cookie(&a, "a", "a"));
	assert_null(http_cookie(&a, "x=a=b", "a"));
}

static void
a_cookie_sent_twice_or_too_long_is_none(UNUSED void **state)
{
	const char *longest = many('v', COOKIE_MAX);

	assert_null(http_cookie(&a, "a=1; b=2; a=3", "a"));
	assert_null(http_cookie(&a, "a=1; a=1", "a"));
	assert_string_equal(http_cookie(&a, arena_printf(&a, "a=%s", longest), "a"), longest);
	assert_null(http_cookie(&a, arena_printf(&a, "a=%sv", longest), "a"));
}

static void
cookies_are_counted_by_the_beginning_of_their_names(UNUSED void **state)
{
	const char *cookies = "t-one=1; x=t-no; t-two=2;t-three";

	assert_string_equal(http_cookie_name(&a, cookies, "t-", 0), "t-one");
	assert_string_equal(http_cookie_name(&a, cookies, "t-", 1), "t-two");
	assert_string_equal(http_cookie_name(&a, cookies, "t-", 2), "t-three");
	assert_null(http_cookie_name(&a, cookies, "t-", 3));
	assert_null(http_cookie_name(&a, cookies, "no", 0));
	assert_null(http_cookie_name(&a, "", "t-", 0));
	assert_null(http_cookie_name(&a, NULL, "t-", 0));
	/* It would break the answer that takes the cookie away. */
	assert_string_equal(http_cookie_name(&a, "t-\x10=1; t-\xc3\xa4=2; t-good=3", "t-", 0), "t-good");
	assert_null(http_cookie_name(&a, arena_printf(&a, "t-%0127d=1", 0), "t-", 0));
	assert_non_null(http_cookie_name(&a, arena_printf(&a, "t-%0126d=1", 0), "t-", 0));
}

static void
hosts_compare_without_case(UNUSED void **state)
{
	assert_true(http_host_equal("A.example:80", "a.EXAMPLE:80"));
	assert_false(http_host_equal("a.example", "a.example:443"));
	assert_false(http_host_equal("a.example", "a.example."));
	assert_false(http_host_equal("a.example", "b.a.example"));
}

static void
rfc9110_s5_6_7_a_date_is_read(UNUSED void **state)
{
	static const char *const not[] = {
		"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT ", "784111777",
		"Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT",
		"Wed, 29 Feb 2023 00:00:00 GMT", "Mon, 06 Nov 1994 08:49:37 GMT", "Sun,  6 Nov 1994 08:49:37 GMT",
	};
	int64_t seconds = 0;

	assert_true(http_date_read("Sun, 06 Nov 1994 08:49:37 GMT", &seconds));
	assert_int_equal(seconds, 784111777);
	for (size_t i = 0; i < COUNT(not); i++)
		assert_false(http_date_read(not[i], &seconds));
}

static void
rfc6839_json_is_what_ends_in_json(UNUSED void **state)
{
	static const char *const yes[] = { "application/json", "Application/JSON; charset=utf-8",
	    "application/client-metadata+json", " application/x+JSON ;q=1" };
	static const char *const no[] = { "", "text/html", "text/json", "application/jsonp",
	    "application/+json", "application/xjson", "application/x+json/y", "image/x+json",
	    "application/x+json y" };

	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(http_media_type_is_json(yes[i]));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(http_media_type_is_json(no[i]));
	assert_false(http_media_type_is_json(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc6839_json_is_what_ends_in_json),
		cmocka_unit_test(rfc9110_s8_3_1_media_types_compare_without_case_and_parameters),
		cmocka_unit_test(rfc9110_s12_5_1_accept_lets_through),
		cmocka_unit_test(rfc6265_s5_4_a_cookie_is_found_by_its_whole_name),
		cmocka_unit_test(a_cookies_value_is_what_stands_before_the_semicolon),
		cmocka_unit_test(a_cookie_sent_twice_or_too_long_is_none),
		cmocka_unit_test(cookies_are_counted_by_the_beginning_of_their_names),
		cmocka_unit_test(hosts_compare_without_case),
		cmocka_unit_test(rfc9110_s5_6_7_a_date_is_read),
	};

	return RUN(tests, open_arena, close_arena);
}
