/* SPDX-License-Identifier: MIT */
#include "protocol/resource_indicator.h"

#include "arena_group.h"

#define OURS	"https://mcp.example.org/mcp"

static void
rfc8707_s2_the_resource_is_known_in_its_spellings(UNUSED void **state)
{
	assert_true(resource_matches(&a, OURS, OURS));
	assert_true(resource_matches(&a, OURS, OURS "/"));
	assert_true(resource_matches(&a, OURS, "HTTPS://MCP.Example.org/mcp"));
	assert_true(resource_matches(&a, OURS, "https://mcp.example.org:443/mcp"));
	assert_true(resource_matches(&a, "https://a.example", "https://a.example/"));
	assert_true(resource_matches(&a, "http://127.0.0.1:8080/mcp", "http://127.0.0.1:8080/mcp"));
}

static void
rfc8707_s2_anything_else_is_another_resource(UNUSED void **state)
{
	static const char *const other[] = {
		"", "mcp", "https://mcp.example.org", "https://mcp.example.org/",
		"https://mcp.example.org/other",
		OURS "/x", OURS "x", "https://mcp.example.org/MCP", "https://mcp.example.org/mc",
		"https://mcp.example.org//mcp", OURS "//", "https://mcp.example.org/%6dcp",
		"http://mcp.example.org/mcp", "https://mcp.example.org:8443/mcp",
		"https://evil.example/mcp", "https://mcp.example.org.evil.example/mcp",
		"https://mcp.example.org@evil.example/mcp", "https://u@mcp.example.org/mcp",
		"https://mcp.example.org/./mcp", "urn:mcp", "https://mcp.example.org/x/../mcp",
		"https:/mcp.example.org/mcp", "//mcp.example.org/mcp",
	};

	for (size_t i = 0; i < COUNT(other); i++)
		if (resource_matches(&a, OURS, other[i]))
			fail_msg("%s matches", other[i]);
}

static void
rfc8707_s2_query_and_fragment_are_refused(UNUSED void **state)
{
	assert_false(resource_matches(&a, OURS, OURS "?"));
	assert_false(resource_matches(&a, OURS, OURS "?a=b"));
	assert_false(resource_matches(&a, OURS, OURS "#"));
	assert_false(resource_matches(&a, OURS, OURS "#a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8707_s2_the_resource_is_known_in_its_spellings),
		cmocka_unit_test(rfc8707_s2_anything_else_is_another_resource),
		cmocka_unit_test(rfc8707_s2_query_and_fragment_are_refused),
	};

	return RUN(tests, open_arena, close_arena);
}
