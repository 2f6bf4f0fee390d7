/* SPDX-License-Identifier: MIT */
#include "protocol/form.h"

#include "arena_group.h"

/* "name=value;name=value;" of all pairs, decoded; ends in "!" when malformed. */
static const char *
pairs(const char *text)
{
	const char *cursor = text, *name, *value, *all = "";
	enum form_step step;

	while ((step = form_next(&a, &cursor, &name, &value)) == FORM_PAIR)
		all = arena_printf(&a, "%s%s=%s;", all, name, value);
	return step == FORM_END ? all : arena_printf(&a, "%s!", all);
}

static void
rfc6749_appendix_b_pairs_are_decoded(UNUSED void **state)
{
	assert_string_equal(pairs("a=1&b=2"), "a=1;b=2;");
	assert_string_equal(pairs("+%25%26%2B%C2%A3%E2%82%AC=+%20"),
	    " %&+\xc2\xa3\xe2\x82\xac=  ;");
	assert_string_equal(pairs("a%3db=c%3Dd"), "a=b=c=d;");
	assert_string_equal(pairs("a=b=c"), "a=b=c;");
	assert_string_equal(pairs("a"), "a=;");
	assert_string_equal(pairs("a="), "a=;");
	assert_string_equal(pairs("=a"), "=a;");
	assert_string_equal(pairs("a=1&a=2"), "a=1;a=2;");
}

static void
empty_pairs_are_passed_over(UNUSED void **state)
{
	assert_string_equal(pairs(""), "");
	assert_string_equal(pairs("&"), "");
	assert_string_equal(pairs("&&a=1&&b=2&"), "a=1;b=2;");
}

static void
a_semicolon_separates_nothing(UNUSED void **state)
{
	assert_string_equal(pairs("a=1;b=2"), "a=1;b=2;");
	assert_string_equal(pairs("a=1;a=2&b=3"), "a=1;a=2;b=3;");
}

static void
bad_escapes_are_malformed(UNUSED void **state)
{
	static const char *const bad[] = { "a=%", "a=%4", "a=%4&b=1", "a=%zz", "a=%4g", "a=%g4",
	    "%=1",
	    "a%2=1", "a=%-1", "a=% 1", "a=%u0041" };

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_string_equal(pairs(bad[i]), "!");
	assert_string_equal(pairs("a=1&b=%"), "a=1;!");
}

static void
an_escape_does_not_reach_into_the_next_pair(UNUSED void **state)
{
	assert_string_equal(pairs("a=%2&61=b"), "!");
	assert_string_equal(pairs("a%4=1"), "!");
}

static void
zero_bytes_and_bad_utf8_are_malformed(UNUSED void **state)
{
	static const char *const bad[] = { "a=%00", "%00=a", "a=b%00c", "a=%ff", "a=%c3", "a=\xff",
	    "a=%c0%80", "a=%ed%a0%80", "%80=1", "a=%f4%90%80%80" };

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_string_equal(pairs(bad[i]), "!");
	assert_string_equal(pairs("a=%f0%9f%98%80"), "a=\xf0\x9f\x98\x80;");
}

static void
a_pair_is_decoded_once(UNUSED void **state)
{
	assert_string_equal(pairs("a=%2541&b=%2525"), "a=%41;b=%25;");
	assert_string_equal(pairs("a=%26b%3D1"), "a=&b=1;");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc6749_appendix_b_pairs_are_decoded),
		cmocka_unit_test(empty_pairs_are_passed_over),
		cmocka_unit_test(a_semicolon_separates_nothing),
		cmocka_unit_test(bad_escapes_are_malformed),
		cmocka_unit_test(an_escape_does_not_reach_into_the_next_pair),
		cmocka_unit_test(zero_bytes_and_bad_utf8_are_malformed),
		cmocka_unit_test(a_pair_is_decoded_once),
	};

	return RUN(tests, open_arena, close_arena);
}
