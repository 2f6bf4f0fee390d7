/* SPDX-License-Identifier: MIT */
#include "protocol/http_freshness.h"

#include "arena_group.h"

static void
rfc9111_s5_2_2_cache_control_says_how_long(UNUSED void **state)
{
	static const struct {
		const char	*cache_control, *age;
		int64_t		 seconds;
	} cases[] = {
		{ NULL, NULL, -1 }, { "", NULL, -1 }, { "public", NULL, -1 }, { NULL, "5", -1 },
		{ "max-age=60", NULL, 60 }, { "public, Max-Age=60", NULL, 60 }, { "max-age=\"60\"", NULL, 60 },
		{ "max-age=60 , public", NULL, 60 }, { "max-age=60", "20", 40 }, { "max-age=60", "60", 0 },
		{ "max-age=60", "x", 0 }, { "max-age=0", NULL, 0 }, { "max-age=60, max-age=30", NULL, 30 },
		{ "no-store", NULL, 0 }, { "max-age=60, no-store", NULL, 0 }, { "NO-CACHE, max-age=60", NULL, 0 },
		{ "no-cache=\"set-cookie\"", NULL, 0 }, { "max-age", NULL, 0 }, { "max-age=", NULL, 0 },
		{ "max-age=-1", NULL, 0 }, { "max-age=1x", NULL, 0 }, { "max-age=\"", NULL, 0 },
		{ "max-age=99999999999999999999", NULL, 2147483648 }, { "s-maxage=5", NULL, -1 },
		{ "x-no-store", NULL, -1 }, { ",,", NULL, -1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		if (http_fresh_for(&a, cases[i].cache_control, cases[i].age) != cases[i].seconds)
			fail_msg("%s", cases[i].cache_control);
}

static void
rfc9110_s8_8_3_an_entity_tag_is_quoted(UNUSED void **state)
{
	static const char *const good[] = { "\"\"", "\"abc\"", "W/\"abc\"" };
	static const char *const bad[] = { "", "abc", "\"", "\"a", "w/\"a\"", "\"a\"b\"", "\"a b\"",
	    "\"a\r\nX: y\"", "\"\xff\"", "\"a\", \"b\"" };

	for (size_t i = 0; i < COUNT(good); i++)
		assert_string_equal(http_etag(good[i]), good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_null(http_etag(bad[i]));
	assert_null(http_etag(NULL));
	assert_null(http_etag(arena_printf(&a, "\"%s\"", many('x', HTTP_ETAG_MAX))));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc9111_s5_2_2_cache_control_says_how_long),
		cmocka_unit_test(rfc9110_s8_8_3_an_entity_tag_is_quoted),
	};

	return RUN(tests, open_arena, close_arena);
}
