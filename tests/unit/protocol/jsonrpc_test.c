/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "protocol/jsonrpc.h"

static struct arena arena;
static struct json_object *value;	/* of the latest read */
static const char *id, *why;

static bool
read_text(const char *text, struct jsonrpc_message *m)
{
	struct json_members members = { 0 };

	json_auto(&value);
	id = "unset";
	why = NULL;
	value = json_parse_listed(&arena, text, strlen(text), &members);
	return jsonrpc_read(&arena, &members, value, m, &id, &why);
}

/* Refused, with that id for the answer. */
static void
expect_refused(const char *text, const char *expected_id)
{
	struct jsonrpc_message m = { .method = "untouched" };

	if (read_text(text, &m))
		fail_msg("%s was accepted", text);
	assert_non_null(why);
	assert_string_equal(m.method, "untouched");
	if (expected_id == NULL)
		assert_null(id);
	else
		assert_string_equal(id, expected_id);
}

static void
jsonrpc2_s4_reads_a_request(void **state UNUSED)
{
	struct jsonrpc_message m;

	assert_true(read_text("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\","
	    "\"params\":{\"cursor\":\"x\"}}", &m));
	assert_int_equal(m.kind, JSONRPC_REQUEST);
	assert_string_equal(m.id, "7");
	assert_string_equal(m.method, "tools/list");
	assert_string_equal(json_string(m.params, "cursor"), "x");
	assert_ptr_equal(m.value, value);
}

static void
jsonrpc2_s4_1_a_call_without_id_is_a_notification(void **state UNUSED)
{
	struct jsonrpc_message m;

	assert_true(read_text("{\"method\":\"notifications/initialized\",\"jsonrpc\":\"2.0\"}",
	    &m));
	assert_int_equal(m.kind, JSONRPC_NOTIFICATION);
	assert_null(m.id);
	assert_null(m.params);
}

static void
an_id_keeps_its_source_text(void **state UNUSED)
{
	static const char *const ids[] = {
		"0", "-1", "\"\"", "\"a\"", "\"\\u0061\\n\"", "9007199254740993",
		"123456789012345678901234567890", "\"1\"", "\"\xe2\x82\xac\"",
	};

	for (size_t i = 0; i < COUNT(ids); i++) {
		struct jsonrpc_message m;
		const char *text = arena_printf(&arena,
		    "{\"jsonrpc\":\"2.0\",\"id\" : %s ,\"method\":\"ping\"}", ids[i]);

		assert_true(read_text(text, &m));
		assert_string_equal(m.id, ids[i]);
	}
}

static void
mcp_requests_have_a_string_or_an_integer_as_id(void **state UNUSED)
{
	static const char *const ids[] = {
		"null", "1.5", "1.0", "1e2", "true", "[]", "{}", "[1]", "-1.0",
	};

	for (size_t i = 0; i < COUNT(ids); i++)
		expect_refused(arena_printf(&arena,
		    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"ping\"}", ids[i]), NULL);
}

static void
an_id_or_method_beyond_its_limit_is_refused(void **state UNUSED)
{
	static const char format[] = "{\"jsonrpc\":\"2.0\",\"id\":%0*d,\"method\":\"%0*d\"}";
	struct jsonrpc_message m;
	const char *text = arena_printf(&arena, format, 1, 1, JSONRPC_METHOD_MAX, 0);

	assert_true(read_text(text, &m));
	expect_refused(arena_printf(&arena, format, 1, 1, JSONRPC_METHOD_MAX + 1, 0), "1");
	text = arena_printf(&arena, "{\"jsonrpc\":\"2.0\",\"id\":\"%0*d\",\"method\":\"a\"}",
	    JSONRPC_ID_MAX - 2, 0);
	assert_true(read_text(text, &m));
	text = arena_printf(&arena, "{\"jsonrpc\":\"2.0\",\"id\":\"%0*d\",\"method\":\"a\"}",
	    JSONRPC_ID_MAX - 1, 0);
	expect_refused(text, NULL);
}

static void
jsonrpc2_s4_refuses_what_is_no_message(void **state UNUSED)
{
	static const char *const bad[] = {
		"1", "\"ping\"", "true", "[]", "{}", "{\"method\":\"ping\"}",
		"{\"jsonrpc\":\"1.0\",\"method\":\"ping\"}",
		"{\"jsonrpc\":2.0,\"method\":\"ping\"}",
		"{\"jsonrpc\":\"2.0\"}", "{\"jsonrpc\":\"2.0\",\"method\":1}",
		"{\"jsonrpc\":\"2.0\",\"method\":null}", "{\"jsonrpc\":\"2.0\",\"method\":\"\"}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[]}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":null}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":\"x\"}",
		"{\"JSONRPC\":\"2.0\",\"METHOD\":\"a\"}",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		expect_refused(bad[i], NULL);
}

static void
a_refusal_names_the_id_that_could_be_read(void **state UNUSED)
{
	expect_refused("{\"jsonrpc\":\"1.0\",\"id\":3,\"method\":\"a\"}", "3");
	expect_refused("{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"method\":5}", "\"x\"");
	expect_refused("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":[],\"id\":-4}", "-4");
	expect_refused("{\"id\":5}", "5");
}

static void
a_call_that_is_also_an_answer_is_refused(void **state UNUSED)
{
	expect_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"result\":{}}", "1");
	expect_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"error\":null}", "1");
}

static void
jsonrpc2_s5_reads_responses(void **state UNUSED)
{
	struct jsonrpc_message m;

	assert_true(read_text("{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"result\":{}}", &m));
	assert_int_equal(m.kind, JSONRPC_RESPONSE);
	assert_string_equal(m.id, "\"q\"");
	assert_null(m.method);
	assert_true(read_text("{\"jsonrpc\":\"2.0\",\"id\":1,"
	    "\"error\":{\"code\":-32601,\"message\":\"no\"}}", &m));
	assert_int_equal(m.kind, JSONRPC_RESPONSE);
	assert_true(read_text("{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"\"}}", &m));
	assert_null(m.id);
}

static void
jsonrpc2_s5_refuses_what_is_no_response(void **state UNUSED)
{
	expect_refused("{\"jsonrpc\":\"2.0\",\"result\":{}}", NULL);
	expect_refused("{\"jsonrpc\":\"2.0\",\"id\":1}", "1");
	expect_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":5}", "1");
	expect_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}", "1");
	expect_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":\"1\",\"message\":\"\"}}",
	    "1");
	expect_refused("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,\"message\":\"\"}}",
	    NULL);
	expect_refused("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},"
	    "\"error\":{\"code\":1,\"message\":\"\"}}", "1");
}

static void
unknown_members_are_ignored(void **state UNUSED)
{
	struct jsonrpc_message m;

	assert_true(read_text("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"x\":[1]}", &m));
}

static void
jsonrpc2_s5_writes_results_and_errors(void **state UNUSED)
{
	struct buf result = buf_new(&arena, 1024), error = buf_new(&arena, 1024);
	struct buf bare = buf_new(&arena, 1024);

	jsonrpc_result(&result, "\"a\"", "{\"x\":1}");
	assert_string_equal(buf_text(&result),
	    "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{\"x\":1}}");
	jsonrpc_error(&error, "12", JSONRPC_METHOD_NOT_FOUND, "no \"such\" method", "{\"y\":2}");
	assert_string_equal(buf_text(&error), "{\"jsonrpc\":\"2.0\",\"id\":12,\"error\":"
	    "{\"code\":-32601,\"message\":\"no \\\"such\\\" method\",\"data\":{\"y\":2}}}");
	jsonrpc_error(&bare, NULL, JSONRPC_PARSE_ERROR, "Parse error", NULL);
	assert_string_equal(buf_text(&bare),
	    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"Parse error\"}}");
}

static int
begin(void **state UNUSED)
{
	arena_init(&arena, 1024 * 1024);
	return 0;
}

static int
end(void **state UNUSED)
{
	json_auto(&value);
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jsonrpc2_s4_reads_a_request),
		cmocka_unit_test(jsonrpc2_s4_1_a_call_without_id_is_a_notification),
		cmocka_unit_test(an_id_keeps_its_source_text),
		cmocka_unit_test(mcp_requests_have_a_string_or_an_integer_as_id),
		cmocka_unit_test(an_id_or_method_beyond_its_limit_is_refused),
		cmocka_unit_test(jsonrpc2_s4_refuses_what_is_no_message),
		cmocka_unit_test(a_refusal_names_the_id_that_could_be_read),
		cmocka_unit_test(a_call_that_is_also_an_answer_is_refused),
		cmocka_unit_test(jsonrpc2_s5_reads_responses),
		cmocka_unit_test(jsonrpc2_s5_refuses_what_is_no_response),
		cmocka_unit_test(unknown_members_are_ignored),
		cmocka_unit_test(jsonrpc2_s5_writes_results_and_errors),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
