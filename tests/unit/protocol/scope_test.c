/* SPDX-License-Identifier: MIT */
#include "protocol/scope.h"

#include "arena_group.h"

static void
rfc6749_s3_3_tokens_are_separated_by_one_blank(UNUSED void **state)
{
	assert_true(is_scope("mcp:tools"));
	assert_true(is_scope("a b c"));
	assert_false(is_scope(""));
	assert_false(is_scope(" "));
	assert_false(is_scope(" a"));
	assert_false(is_scope("a "));
	assert_false(is_scope("a  b"));
	assert_false(is_scope("a\tb"));
}

static void
rfc6749_appendix_a4_every_character_is_nqchar(UNUSED void **state)
{
	for (int c = 1; c < 256; c++) {
		char text[] = { 'a', (char)c, 'b', '\0' };
		bool allowed = c == 0x20 || c == 0x21 || (c >= 0x23 && c <= 0x5b) || (c >= 0x5d &&
		    c <= 0x7e);

		assert_int_equal(is_scope(text), allowed);
	}
}

static void
a_token_is_found_whole_and_by_case(UNUSED void **state)
{
	assert_true(scope_contains("a bc d", "bc"));
	assert_true(scope_contains("a bc d", "a"));
	assert_true(scope_contains("a bc d", "d"));
	assert_false(scope_contains("a bc d", "b"));
	assert_false(scope_contains("a bc d", "bcd"));
	assert_false(scope_contains("a bc d", "BC"));
	assert_false(scope_contains("a bc d", "a bc"));
	assert_false(scope_contains("", "a"));
	assert_false(scope_contains("a", ""));
}

static void
part_of_a_whole_is_judged_token_by_token(UNUSED void **state)
{
	assert_true(scope_within("a", "a b"));
	assert_true(scope_within("b a", "a b"));
	assert_true(scope_within("a a", "a"));
	assert_true(scope_within("", "a"));
	assert_false(scope_within("a c", "a b"));
	assert_false(scope_within("A", "a"));
	assert_false(scope_within("a", ""));
	assert_false(scope_within("ab", "a b"));
	assert_false(scope_within("a", "ab"));
}

static void
rfc6749_s3_3_what_is_supported_is_granted_and_the_rest_ignored(UNUSED void **state)
{
	assert_string_equal(scope_grant(&a, NULL, "mcp:tools"), "mcp:tools");
	assert_string_equal(scope_grant(&a, "mcp:tools", "mcp:tools"), "mcp:tools");
	assert_string_equal(scope_grant(&a, "offline_access mcp:tools", "mcp:tools"),
	    "mcp:tools offline_access");
	assert_string_equal(scope_grant(&a, "mcp:tools admin openid", "mcp:tools"), "mcp:tools");
	assert_string_equal(scope_grant(&a, "mcp:tools mcp:tools", "mcp:tools"), "mcp:tools");
	assert_string_equal(scope_grant(&a, "offline_access", "mcp:tools"),
	    "mcp:tools offline_access");
	assert_null(scope_grant(&a, "admin", "mcp:tools"));
	assert_null(scope_grant(&a, "openid profile", "mcp:tools"));
	assert_null(scope_grant(&a, "MCP:TOOLS", "mcp:tools"));
	assert_null(scope_grant(&a, "mcp:tool", "mcp:tools"));
}

static void
what_a_servers_rules_name_is_granted_where_it_is_asked_for(UNUSED void **state)
{
	static const char known[] = "mcp:tools files:read mail";

	assert_string_equal(scope_grant(&a, NULL, known), "mcp:tools");
	assert_string_equal(scope_grant(&a, "mcp:tools", known), "mcp:tools");
	assert_string_equal(scope_grant(&a, "mail admin mcp:tools", known), "mcp:tools mail");
	assert_string_equal(scope_grant(&a, "files:read", known), "mcp:tools files:read");
	assert_string_equal(scope_grant(&a, "mail files:read mail offline_access", known),
	    "mcp:tools mail files:read offline_access");
	assert_null(scope_grant(&a, "files MAIL files:rea", known));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc6749_s3_3_tokens_are_separated_by_one_blank),
		cmocka_unit_test(rfc6749_appendix_a4_every_character_is_nqchar),
		cmocka_unit_test(a_token_is_found_whole_and_by_case),
		cmocka_unit_test(part_of_a_whole_is_judged_token_by_token),
		cmocka_unit_test(rfc6749_s3_3_what_is_supported_is_granted_and_the_rest_ignored),
		cmocka_unit_test(what_a_servers_rules_name_is_granted_where_it_is_asked_for),
	};

	return RUN(tests, open_arena, close_arena);
}
