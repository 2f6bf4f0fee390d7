/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "protocol/mcp.h"
#include "protocol/mcp_version.h"

static struct arena arena;

static void
versions_are_listed_newest_first(void **state UNUSED)
{
	assert_string_equal(mcp_versions[0], MCP_MODERN_VERSION);
	assert_string_equal(mcp_versions[1], MCP_LEGACY_LATEST);
	for (size_t i = 1; mcp_versions[i] != NULL; i++)
		assert_true(strcmp(mcp_versions[i - 1], mcp_versions[i]) > 0);
}

static void
mcp_2025_11_25_initialize_echoes_each_legacy_version(void **state UNUSED)
{
	for (size_t i = 1; mcp_versions[i] != NULL; i++)
		assert_string_equal(mcp_negotiate(mcp_versions[i]), mcp_versions[i]);
	assert_string_equal(mcp_negotiate("2024-11-05"), "2024-11-05");
}

static void
mcp_2025_11_25_initialize_offers_the_latest_version_otherwise(void **state UNUSED)
{
	static const char *const other[] = {
		"2099-01-01", MCP_MODERN_VERSION, "", " 2025-06-18", "2025-06-1", "2024-10-07",
		NULL,
	};

	for (size_t i = 0; i < COUNT(other); i++)
		assert_string_equal(mcp_negotiate(other[i]), MCP_LEGACY_LATEST);
}

static void
a_header_names_a_legacy_version_or_none(void **state UNUSED)
{
	assert_string_equal(mcp_version_legacy(" 2025-06-18 "), "2025-06-18");
	assert_string_equal(mcp_version_legacy("2024-11-05"), "2024-11-05");
	assert_null(mcp_version_legacy(MCP_MODERN_VERSION));
	assert_null(mcp_version_legacy("v999"));
	assert_null(mcp_version_legacy(""));
	assert_null(mcp_version_legacy(NULL));
}

static void
mcp_2026_07_28_unsupported_names_supported_and_requested(void **state UNUSED)
{
	assert_string_equal(mcp_version_unsupported(&arena, "v\"9", false),
	    "{\"supported\":[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\",\"2025-03-26\","
	    "\"2024-11-05\"],\"requested\":\"v\\\"9\"}");
	assert_string_equal(mcp_version_unsupported(&arena, "v9", true),
	    "{\"supported\":[\"2026-07-28\"],\"requested\":\"v9\"}");
}

static void
a_version_of_absurd_length_is_not_repeated(void **state UNUSED)
{
	assert_null(mcp_version_unsupported(&arena, arena_printf(&arena, "%05000d", 1), false));
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
		cmocka_unit_test(versions_are_listed_newest_first),
		cmocka_unit_test(mcp_2025_11_25_initialize_echoes_each_legacy_version),
		cmocka_unit_test(mcp_2025_11_25_initialize_offers_the_latest_version_otherwise),
		cmocka_unit_test(a_header_names_a_legacy_version_or_none),
		cmocka_unit_test(mcp_2026_07_28_unsupported_names_supported_and_requested),
		cmocka_unit_test(a_version_of_absurd_length_is_not_repeated),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
