/* SPDX-License-Identifier: MIT */
#include "protocol/mcp_names.h"

#include "protocol/mcp.h"

#include "arena_group.h"

static bool
exact(const char *text)
{
	return mcp_names_are_exact(&a, text, strlen(text), "bearerToken");
}

#define CALL(params)							\
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{" params "}}"

static void
names_as_the_protocol_writes_them_are_exact(UNUSED void **state)
{
	static const char *const texts[] = {
		CALL("\"name\":\"x\",\"arguments\":{\"a\":1,\"bearerToken\":2},\"_meta\":{\"Name\":"
		     "1}"),
		CALL(""),
		"{}",
		" {\"other\":1,\"names\":2,\"nam\":3,\"x-name\":4} ",
		"[]",
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"Name\":1}}",
		"[" CALL("\"name\":\"x\"") ",{}]",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		if (!exact(texts[i]))
			fail_msg("refused: %s", texts[i]);
}

static void
a_name_that_is_one_but_for_its_case_is_refused(UNUSED void **state)
{
	static const char *const texts[] = {
		"{\"Jsonrpc\":\"2.0\"}",
		"{\"ID\":1}",
		"{\"METHOD\":\"x\"}",
		"{\"Params\":{}}",
		"{\"resulT\":{}}",
		"{\"Error\":{}}",
		"{\"m\\u0045thod\":\"x\"}",
		CALL("\"Name\":\"x\""),
		CALL("\"name\":\"x\",\"nAme\":\"y\""),
		CALL("\"ARGUMENTS\":{}"),
		CALL("\"Uri\":\"x\""),
		CALL("\"_META\":{}"),
		CALL("\"Task\":{}"),
		CALL("\"arguments\":{\"BearerToken\":1}"),
		CALL("\"arguments\":{\"bearerToken\":1,\"bearertoken\":2}"),
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		if (exact(texts[i]))
			fail_msg("taken: %s", texts[i]);
}

/* Go's encoding/json folds these two as well. */
static void
letters_that_fold_to_ascii_are_refused_too(UNUSED void **state)
{
	assert_false(exact(CALL("\"argument\xc5\xbf\":{}")));
	assert_false(exact("{\"param\\u017f\":{}}"));
	assert_false(exact(CALL("\"ta\xc5\xbfk\":{}")));
	assert_false(exact(CALL("\"tas\xe2\x84\xaa\":{}")));
	assert_false(exact(CALL("\"arguments\":{\"bearerTo\\u212aen\":1}")));
	assert_true(exact(CALL("\"n\xc3\xa4me\":1,\"tas\xce\xba\":1")));
}

static void
only_the_levels_that_decide_are_looked_at(UNUSED void **state)
{
	assert_true(exact(CALL("\"arguments\":{\"Name\":1,\"ID\":2,\"x\":{\"BearerToken\":3}}")));
	assert_true(exact(CALL("\"Method\":1,\"arguments\":[{\"BearerToken\":1}]")));
	assert_true(exact("{\"Name\":1,\"Arguments\":2,\"params\":[{\"Name\":1}]}"));
}

static void
without_an_argument_of_ours_arguments_are_the_clients(UNUSED void **state)
{
	static const char text[] = CALL("\"arguments\":{\"BearerToken\":1}");

	assert_true(mcp_names_are_exact(&a, text, sizeof text - 1, NULL));
}

static void
each_message_of_a_batch_is_looked_at(UNUSED void **state)
{
	assert_false(exact(" [" CALL("\"name\":\"x\"") "," CALL("\"Name\":\"x\"") "]"));
	assert_false(exact("[{},{\"ID\":1}]"));
}

static void
the_largest_batch_that_is_read_is_looked_at_too(UNUSED void **state)
{
	struct buf b = buf_new(&a, 65536);

	buf_lit(&b, "[{}");
	for (int i = 1; i < MCP_BATCH_MAX; i++)
		buf_lit(&b, ",{}");
	buf_lit(&b, "]");
	assert_true(exact(buf_text(&b)));
}

static void
what_cannot_be_read_is_refused(UNUSED void **state)
{
	static const char *const texts[] = { "", " ", "x", "{", "[", "{\"a\":1,\"a\":2}", "[{}",
		"{}x", "{\"a\":\"\xff\"}" };

	for (size_t i = 0; i < COUNT(texts); i++)
		assert_false(exact(texts[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_the_protocol_writes_them_are_exact),
		cmocka_unit_test(a_name_that_is_one_but_for_its_case_is_refused),
		cmocka_unit_test(letters_that_fold_to_ascii_are_refused_too),
		cmocka_unit_test(only_the_levels_that_decide_are_looked_at),
		cmocka_unit_test(without_an_argument_of_ours_arguments_are_the_clients),
		cmocka_unit_test(each_message_of_a_batch_is_looked_at),
		cmocka_unit_test(the_largest_batch_that_is_read_is_looked_at_too),
		cmocka_unit_test(what_cannot_be_read_is_refused),
	};

	return RUN(tests, open_arena, close_arena);
}
