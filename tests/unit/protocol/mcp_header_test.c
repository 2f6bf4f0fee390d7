/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "protocol/mcp_header.h"

static struct arena arena;

static void
mcp_2026_07_28_values_are_trimmed_of_blanks(void **state UNUSED)
{
	assert_true(mcp_header_says("tools/call", "tools/call"));
	assert_true(mcp_header_says(" \t tools/call\t ", "tools/call"));
	assert_true(mcp_header_says("a b", "a b"));
	assert_true(mcp_header_says("  ", ""));
	assert_false(mcp_header_says("\rtools/call", "tools/call"));
}

static void
mcp_2026_07_28_values_are_case_sensitive(void **state UNUSED)
{
	assert_false(mcp_header_says("TOOLS/CALL", "tools/call"));
	assert_false(mcp_header_says("tools/cal", "tools/call"));
	assert_false(mcp_header_says("tools/calls", "tools/call"));
	assert_false(mcp_header_says("", "tools/call"));
}

static void
an_absent_header_says_nothing(void **state UNUSED)
{
	assert_false(mcp_header_says(NULL, ""));
	assert_false(mcp_header_decodes_to(&arena, NULL, ""));
}

static void
mcp_2026_07_28_the_sentinel_is_decoded_before_comparing(void **state UNUSED)
{
	assert_true(mcp_header_decodes_to(&arena, "plain", "plain"));
	assert_true(mcp_header_decodes_to(&arena, " =?base64?4oKs?= ", "\xe2\x82\xac"));
	assert_true(mcp_header_decodes_to(&arena, "=?base64?IHgg?=", " x "));
	assert_true(mcp_header_decodes_to(&arena, "=?base64?YQ==?=", "a"));
	assert_true(mcp_header_decodes_to(&arena, "=?base64?" "?=", ""));	/* no trigraph */
	assert_false(mcp_header_decodes_to(&arena, "=?base64?YQ==?=", "b"));
	assert_false(mcp_header_decodes_to(&arena, "=?base64?YQ==?=", "=?base64?YQ==?="));
}

static void
mcp_2026_07_28_a_value_is_encoded_where_a_header_could_not_hold_it(void **state UNUSED)
{
	static const char *const plain[] = { "us-west1", "a b", "42", "~!{}", "=?utf8?x?=",
	    "a\\b" };
	static const char *const encoded[] = {
		"\xe2\x82\xac", " a", "a ", " ", "a\nb", "\ta", "=?base64?YQ==?=", "=?base64?",
		"\x7f",
	};

	for (size_t i = 0; i < COUNT(plain); i++)
		assert_string_equal(mcp_header_encode(&arena, plain[i]), plain[i]);
	for (size_t i = 0; i < COUNT(encoded); i++) {
		const char *value = mcp_header_encode(&arena, encoded[i]);

		assert_int_equal(strncmp(value, "=?base64?", 9), 0);
		assert_true(mcp_header_decodes_to(&arena, value, encoded[i]));
	}
	assert_string_equal(mcp_header_encode(&arena, "\xe2\x82\xac"), "=?base64?4oKs?=");
}

static void
mcp_2026_07_28_an_invalid_sentinel_says_nothing(void **state UNUSED)
{
	static const char *const bad[] = {
		"=?base64?YQ?=", "=?base64?YQ=?=", "=?base64?YR==?=", "=?base64?Y Q=?=",
		"=?base64?Y_-=?=",
		"=?base64?/w==?=", "=?base64?7aCA?=", "=?base64?YQ==\n?=", "=?base64?====?=",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_false(mcp_header_decodes_to(&arena, bad[i], "a"));
		assert_false(mcp_header_decodes_to(&arena, bad[i], bad[i]));
		assert_false(mcp_header_decodes_to(&arena, bad[i], ""));
	}
}

static void
mcp_2026_07_28_the_markers_are_exact(void **state UNUSED)
{
	static const char *const plain[] = {
		"=?BASE64?YQ==?=", "=?base64?YQ==", "base64?YQ==?=", "=?base64?=",
		"x=?base64?YQ==?=",
		"=?base64?YQ==?=x", "=?utf-8?YQ==?=",
	};

	for (size_t i = 0; i < COUNT(plain); i++) {
		assert_true(mcp_header_decodes_to(&arena, plain[i], plain[i]));
		assert_false(mcp_header_decodes_to(&arena, plain[i], "a"));
	}
}

static void
a_decoded_zero_byte_ends_no_value(void **state UNUSED)
{
	assert_false(mcp_header_decodes_to(&arena, "=?base64?YQBi?=", "a"));
	assert_false(mcp_header_decodes_to(&arena, "=?base64?AA==?=", ""));
}

static void
mcp_2026_07_28_three_methods_mirror_a_name(void **state UNUSED)
{
	assert_string_equal(mcp_header_name_source("tools/call"), "name");
	assert_string_equal(mcp_header_name_source("prompts/get"), "name");
	assert_string_equal(mcp_header_name_source("resources/read"), "uri");
	assert_null(mcp_header_name_source("tools/list"));
	assert_null(mcp_header_name_source("Tools/Call"));
	assert_null(mcp_header_name_source(""));
}

static int
begin(void **state UNUSED)
{
	arena_init(&arena, 65536);
	return 0;
}

static int
end(void **state UNUSED)
{
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mcp_2026_07_28_values_are_trimmed_of_blanks),
		cmocka_unit_test(mcp_2026_07_28_values_are_case_sensitive),
		cmocka_unit_test(an_absent_header_says_nothing),
		cmocka_unit_test(mcp_2026_07_28_the_sentinel_is_decoded_before_comparing),
		cmocka_unit_test(
		    mcp_2026_07_28_a_value_is_encoded_where_a_header_could_not_hold_it),
		cmocka_unit_test(mcp_2026_07_28_an_invalid_sentinel_says_nothing),
		cmocka_unit_test(mcp_2026_07_28_the_markers_are_exact),
		cmocka_unit_test(a_decoded_zero_byte_ends_no_value),
		cmocka_unit_test(mcp_2026_07_28_three_methods_mirror_a_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
