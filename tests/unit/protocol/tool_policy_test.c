/* SPDX-License-Identifier: MIT */
#include "protocol/tool_policy.h"

#include "arena_group.h"

#define WORDS(...)	(const char *const []){ __VA_ARGS__, NULL }
#define GROUP		"0f000000-0000-4000-8000-000000000001"
#define GROUP_WORD	"group:0f000000-0000-4000-8000-000000000001"

static const struct rights nobody = { .scope = "mcp:tools", .roles = "", .groups = "" };
static const struct rights reader = {
	.scope = "mcp:tools", .roles = "Reader Auditor", .groups = ""
};
static const struct rights member = {
	.scope = "mcp:tools files:read", .roles = "Reader", .groups = "other " GROUP,
};

static void
a_word_is_a_kind_with_a_value_everyone_or_nobody(UNUSED void **state)
{
	static const char *const good[] = {
		"everyone", "nobody", "role:Reader", "role:a.b-c", GROUP_WORD, "scope:files:read",
		"role:role:x", "scope:!",
	};
	static const char *const bad[] = {
		"",
		"Everyone",
		"no",
		"role:",
		"group:",
		"scope:",
		"Role:x",
		"roles:x",
		"role",
		":x",
		"scope:a\"b",
		"scope:a\\b",
		"scope:\xc3\xa4",
		"everyone:x",
		" nobody",
	};

	for (size_t i = 0; i < COUNT(good); i++)
		if (!tool_policy_word(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (tool_policy_word(bad[i]))
			fail_msg("accepted: %s", bad[i]);
}

static void
a_word_has_256_bytes_at_most(UNUSED void **state)
{
	assert_true(tool_policy_word(arena_printf(&a, "role:%s", many('x', 251))));
	assert_false(tool_policy_word(arena_printf(&a, "role:%s", many('x', 252))));
}

static void
only_roles_and_groups_need_entras_token(UNUSED void **state)
{
	assert_true(tool_policy_asks_entra(WORDS("scope:x", "role:Reader")));
	assert_true(tool_policy_asks_entra(WORDS(GROUP_WORD)));
	assert_false(tool_policy_asks_entra(WORDS("scope:x", "everyone", "nobody")));
	assert_false(tool_policy_asks_entra(WORDS(NULL)));
	assert_false(tool_policy_asks_entra(WORDS("role:")));
}

static void
an_empty_list_permits_everyone(UNUSED void **state)
{
	assert_int_equal(tool_policy_judge(WORDS(NULL), &nobody), PERMITTED);
	assert_int_equal(tool_policy_judge(WORDS("everyone"), &nobody), PERMITTED);
}

static void
nobody_denies_whatever_stands_beside_it(UNUSED void **state)
{
	assert_int_equal(tool_policy_judge(WORDS("nobody"), &member), DENIED);
	assert_int_equal(tool_policy_judge(WORDS("everyone", "nobody"), &member), DENIED);
	assert_int_equal(tool_policy_judge(WORDS("role:Reader", "nobody"), &member), DENIED);
	assert_int_equal(tool_policy_judge(WORDS("scope:x", "nobody"), &member), DENIED);
}

static void
one_word_of_a_kind_is_enough(UNUSED void **state)
{
	assert_int_equal(
	    tool_policy_judge(WORDS("role:Admin", "role:Auditor"), &reader), PERMITTED);
	assert_int_equal(tool_policy_judge(WORDS("role:Admin", "role:Owner"), &reader), DENIED);
	assert_int_equal(tool_policy_judge(WORDS(GROUP_WORD), &member), PERMITTED);
	assert_int_equal(
	    tool_policy_judge(WORDS("scope:a", "scope:files:read"), &member), PERMITTED);
}

static void
of_each_kind_that_is_named_one_must_hold(UNUSED void **state)
{
	assert_int_equal(tool_policy_judge(WORDS("role:Reader", GROUP_WORD), &member), PERMITTED);
	assert_int_equal(tool_policy_judge(WORDS("role:Reader", GROUP_WORD), &reader), DENIED);
	assert_int_equal(tool_policy_judge(WORDS("role:Admin", GROUP_WORD), &member), DENIED);
	assert_int_equal(tool_policy_judge(WORDS("everyone", "role:Admin"), &member), DENIED);
}

static void
a_scope_alone_can_be_asked_for(UNUSED void **state)
{
	assert_int_equal(tool_policy_judge(WORDS("scope:files:read"), &nobody), SCOPE_MISSING);
	assert_int_equal(
	    tool_policy_judge(WORDS("role:Reader", "scope:x"), &reader), SCOPE_MISSING);
	assert_int_equal(tool_policy_judge(WORDS("scope:x", "role:Admin"), &reader), DENIED);
	assert_int_equal(tool_policy_judge(WORDS("scope:x", GROUP_WORD), &nobody), DENIED);
}

static void
values_are_compared_whole_and_with_their_case(UNUSED void **state)
{
	static const char *const others[] = {
		"role:reader", "role:Read", "role:Readers", "role:eader", "role:Reader Auditor",
		"group:Reader", "scope:Reader",
	};

	for (size_t i = 0; i < COUNT(others); i++)
		assert_int_not_equal(tool_policy_judge(WORDS(others[i]), &reader), PERMITTED);
}

static struct tool_rule
	all = { .tool = "*", .words = WORDS("nobody") },
	second = { .tool = "write", .words = WORDS("role:Admin"), .next = &all },
	first = { .tool = "read", .words = WORDS("role:Reader"), .next = &second };

static void
a_tool_has_its_own_rule_or_that_of_the_rest(UNUSED void **state)
{
	assert_ptr_equal(tool_policy_words(&first, "read"), first.words);
	assert_ptr_equal(tool_policy_words(&first, "write"), second.words);
	assert_ptr_equal(tool_policy_words(&first, "Write"), all.words);
	assert_ptr_equal(tool_policy_words(&first, ""), all.words);
	assert_ptr_equal(tool_policy_words(&first, "writes"), all.words);
}

static void
the_rest_may_stand_before_a_tools_own_rule(UNUSED void **state)
{
	struct tool_rule own = { .tool = "read", .words = WORDS("everyone") };
	struct tool_rule rest = { .tool = "*", .words = WORDS("nobody"), .next = &own };

	assert_ptr_equal(tool_policy_words(&rest, "read"), own.words);
	assert_ptr_equal(tool_policy_words(&rest, "other"), rest.words);
}

static void
without_a_rule_a_tool_is_everyones(UNUSED void **state)
{
	struct tool_rule own = { .tool = "read", .words = WORDS("nobody") };

	assert_null(tool_policy_words(NULL, "read")[0]);
	assert_null(tool_policy_words(&own, "other")[0]);
	assert_int_equal(tool_policy_judge(tool_policy_words(&own, "other"), &nobody), PERMITTED);
}

static void
the_scopes_that_are_lacking_are_put_behind_those_that_are_there(UNUSED void **state)
{
	const char *const *words =
	    WORDS("role:Reader", "scope:b", "everyone", "scope:a", "scope:c");

	assert_string_equal(tool_policy_scope(&a, words, "a"), "a b c");
	assert_string_equal(tool_policy_scope(&a, words, ""), "b a c");
	assert_string_equal(tool_policy_scope(&a, words, "c a b"), "c a b");
	assert_string_equal(tool_policy_scope(&a, WORDS("scope:x", "scope:x"), "a"), "a x");
	assert_string_equal(tool_policy_scope(&a, WORDS("role:x"), "a"), "a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_a_kind_with_a_value_everyone_or_nobody),
		cmocka_unit_test(a_word_has_256_bytes_at_most),
		cmocka_unit_test(only_roles_and_groups_need_entras_token),
		cmocka_unit_test(an_empty_list_permits_everyone),
		cmocka_unit_test(nobody_denies_whatever_stands_beside_it),
		cmocka_unit_test(one_word_of_a_kind_is_enough),
		cmocka_unit_test(of_each_kind_that_is_named_one_must_hold),
		cmocka_unit_test(a_scope_alone_can_be_asked_for),
		cmocka_unit_test(values_are_compared_whole_and_with_their_case),
		cmocka_unit_test(a_tool_has_its_own_rule_or_that_of_the_rest),
		cmocka_unit_test(the_rest_may_stand_before_a_tools_own_rule),
		cmocka_unit_test(without_a_rule_a_tool_is_everyones),
		cmocka_unit_test(the_scopes_that_are_lacking_are_put_behind_those_that_are_there),
	};

	return RUN(tests, open_arena, close_arena);
}
