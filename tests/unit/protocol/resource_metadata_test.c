/* SPDX-License-Identifier: MIT */
#include "protocol/resource_metadata.h"

#include "metadata_expect.h"

static void
rfc9728_s2_the_document_names_resource_and_server(UNUSED void **state)
{
	struct buf b = buf_new(&a, 4096);

	resource_metadata(&b, "https://mcp.example.org/mcp", "https://mcp.example.org",
	    "mcp:tools files:read", "mcp");
	must_be_json(&b);
	is("resource", "https://mcp.example.org/mcp");
	lists("authorization_servers", "https://mcp.example.org");
	lists("bearer_methods_supported", "header");
	lists("scopes_supported", "mcp:tools files:read");
	is("resource_name", "mcp");
	assert_int_equal(json_object_object_length(document), 5);
}

static void
texts_are_escaped(UNUSED void **state)
{
	struct buf b = buf_new(&a, 4096);

	resource_metadata(&b, "https://a/\"}", "https://b\\", "a\"b", "<n>\n");
	must_be_json(&b);
	is("resource", "https://a/\"}");
	lists("authorization_servers", "https://b\\");
	lists("scopes_supported", "a\"b");
	is("resource_name", "<n>\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc9728_s2_the_document_names_resource_and_server),
		cmocka_unit_test(texts_are_escaped),
	};

	return RUN(tests, open_arena, release_document);
}
