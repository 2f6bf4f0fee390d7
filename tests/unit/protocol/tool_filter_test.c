/* SPDX-License-Identifier: MIT */
#include "protocol/tool_filter.h"

#include "arena_group.h"

#define LIST(tools)	"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" tools "]}}"

/* "read" is for readers, "mail" for those with a scope, "secret" for nobody, the rest for all. */
static const char *const readers[] = { "role:Reader", NULL },
                         *const mailers[] = { "scope:mail", NULL },
                         *const none[] = { "nobody", NULL };
static struct tool_rule rules[] = {
	{ .tool = "read", .words = readers, .next = &rules[1] },
	{ .tool = "mail", .words = mailers, .next = &rules[2] },
	{ .tool = "secret", .words = none },
};
static const struct rights anybody = { .scope = "mcp:tools", .roles = "", .groups = "" };
static const struct rights reader = { .scope = "mcp:tools", .roles = "Reader", .groups = "" };

/* What those rights see of a text; NULL when it must not be passed on. */
static const char *
seen_by(const struct rights *rights, const char *text)
{
	struct bytes out = { 0 };

	if (!tool_filter(&a, text, strlen(text), rules, rights, &out))
		return NULL;
	assert_int_equal(strlen((const char *)out.data), out.len);
	assert_int_equal(json_scan(&a, (const char *)out.data, out.len, NULL), JSON_FINE);
	return (const char *)out.data;
}

static void
is_refused(const char *text)
{
	struct bytes untouched = { .len = 77 };

	if (tool_filter(&a, text, strlen(text), rules, &reader, &untouched))
		fail_msg("passed on: %s", text);
	assert_int_equal(untouched.len, 77);
}

static void
a_tool_that_a_person_may_not_use_is_left_out(UNUSED void **state)
{
	static const char list[] =
	    LIST("{\"name\":\"secret\"},{\"name\":\"read\"},{\"name\":\"free\"}");

	assert_string_equal(
	    seen_by(&reader, list), LIST("{\"name\":\"read\"},{\"name\":\"free\"}"));
	assert_string_equal(seen_by(&anybody, list), LIST("{\"name\":\"free\"}"));
	assert_string_equal(seen_by(&anybody, LIST("{\"name\":\"secret\"}")), LIST(""));
	assert_string_equal(seen_by(&anybody, LIST("")), LIST(""));
}

static void
a_tool_that_lacks_nothing_but_a_scope_stays(UNUSED void **state)
{
	assert_string_equal(
	    seen_by(&anybody, LIST("{\"name\":\"mail\"}")), LIST("{\"name\":\"mail\"}"));
}

static void
without_rules_every_tool_stays(UNUSED void **state)
{
	static const char list[] = LIST("{\"name\":\"secret\"}");
	struct bytes out;

	assert_true(tool_filter(&a, list, sizeof list - 1, NULL, &anybody, &out));
	assert_string_equal((const char *)out.data, list);
}

static void
all_else_stands_as_it_stood(UNUSED void **state)
{
	assert_string_equal(
	    seen_by(&anybody,
	        "{\"jsonrpc\":\"2.0\",\"result\":{\"_meta\":{\"x\":1.0},"
	        "\"tools\":[{\"name\":\"secret\"},{ \"name\" : \"free\" , \"max\":1e400}],"
	        "\"nextCursor\":\"\\u0061\"},\"id\":123456789012345678901234567890}"),
	    "{\"jsonrpc\":\"2.0\",\"result\":{\"_meta\":{\"x\":1.0},"
	    "\"tools\":[{ \"name\" : \"free\" , \"max\":1e400}],"
	    "\"nextCursor\":\"\\u0061\"},\"id\":123456789012345678901234567890}");
}

static void
a_tools_name_is_known_however_it_is_escaped(UNUSED void **state)
{
	assert_string_equal(seen_by(&reader, LIST("{\"name\":\"\\u0073ecret\"}")), LIST(""));
	assert_string_equal(seen_by(&reader, LIST("{\"n\\u0061me\":\"secret\"}")), LIST(""));
	assert_string_equal(
	    seen_by(&reader, "{\"r\\u0065sult\":{\"to\\u006fls\":[{\"name\":\"secret\"}]}}"),
	    "{\"result\":{\"tools\":[]}}");
	assert_string_equal(
	    seen_by(&reader, LIST("{\"name\":\"Secret\"}")), LIST("{\"name\":\"Secret\"}"));
}

static void
what_is_no_tool_with_a_name_is_left_out(UNUSED void **state)
{
	assert_string_equal(seen_by(&reader, LIST("1,null,\"read\",[],[{\"name\":\"read\"}],{},"
	    "{\"name\":1},{\"name\":null},{\"title\":\"x\"},{\"name\":\"read\"}")),
	    LIST("{\"name\":\"read\"}"));
}

static void
tools_that_are_no_list_in_the_result_are_not_touched(UNUSED void **state)
{
	static const char *const texts[] = {
		"{\"result\":{\"tools\":{\"name\":\"secret\"}}}",
		"{\"result\":{\"content\":{\"tools\":[{\"name\":\"secret\"}]}}}",
		"{\"result\":{\"structuredContent\":[{\"tools\":[{\"name\":\"secret\"}]}]}}",
		"{\"tools\":[{\"name\":\"secret\"}]}",
		"{\"params\":{\"tools\":[{\"name\":\"secret\"}]},\"method\":\"x\"}",
		"{\"error\":{\"data\":{\"tools\":[{\"name\":\"secret\"}]}}}",
		"{\"result\":[{\"tools\":[{\"name\":\"secret\"}]}]}",
		"{\"result\":{\"capabilities\":{\"tools\":{}}}}",
		"{\"result\":null}",
		"{\"result\":\"tools\"}",
		"{}",
		" {\"id\" : 1} ",
		"1",
		"null",
		"\"x\"",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		assert_string_equal(seen_by(&anybody, texts[i]), texts[i]);
}

static void
a_batch_is_judged_message_by_message(UNUSED void **state)
{
	assert_string_equal(seen_by(&reader, " [ " LIST("{\"name\":\"secret\"},{\"name\":\"read\"}")
	    " , {\"method\":\"x\"}, " LIST("{\"name\":\"secret\"}") " ] "),
	    "[" LIST("{\"name\":\"read\"}") ",{\"method\":\"x\"}," LIST("") "]");
	assert_string_equal(seen_by(&reader, "[]"), "[]");
}

static void
a_batch_within_a_batch_is_refused(UNUSED void **state)
{
	is_refused("[[" LIST("{\"name\":\"secret\"}") "]]");
	is_refused("[{\"id\":1},[]]");
}

/* Which of two members a client reads nobody can know. */
static void
what_cannot_be_judged_is_refused(UNUSED void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"{",
		"x",
		"{}x",
		"{} {}",
		"[",
		"[{]",
		"{\"a\":1,\"a\":2}",
		"{\"result\":{\"tools\":[]},\"result\":{\"tools\":[{\"name\":\"secret\"}]}}",
		"{\"result\":{\"tools\":[],\"tools\":[{\"name\":\"secret\"}]}}",
		"{\"result\":{\"tools\":[],\"t\\u006fols\":[{\"name\":\"secret\"}]}}",
		"{\"result\":{\"tools\":[{\"name\":\"read\",\"name\":\"secret\"}]}}",
		"{\"a\":\"\xff\"}",
		"{\"a\":\"\\ud800\"}",
		"{\"result\":{\"tools\":[{\"name\":\"a\\u0000\"}]}}",
		"\xef\xbb\xbf{}",
		"{\"result\":{\"tools\":[,]}}",
		"{'a':1}",
		"NaN",
	};

	for (size_t i = 0; i < COUNT(texts); i++)
		is_refused(texts[i]);
}

static void
what_is_too_deep_is_refused(UNUSED void **state)
{
	char text[8 * JSON_DEPTH_MAX] = LIST("{\"name\":\"read\",\"x\":");
	size_t n = strlen(text) - 3;	/* before the brackets that end it */

	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		text[n++] = '[';
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		text[n++] = ']';
	memcpy(text + n, "}]}}", sizeof "}]}}");
	is_refused(text);
}

/* 2026-07-28, "Caching": what one person sees must not be kept for all. */
static void
mcp_2026_07_28_what_is_left_is_this_persons_alone(UNUSED void **state)
{
	assert_string_equal(seen_by(&reader,
	                        "{\"result\":{\"ttlMs\":5,\"cacheScope\":\"public\","
	                        "\"tools\":[{\"name\":\"read\"}]}}"),
	    "{\"result\":{\"ttlMs\":5,\"cacheScope\":\"private\","
	    "\"tools\":[{\"name\":\"read\"}]}}");
	assert_string_equal(
	    seen_by(&reader, "{\"result\":{\"tools\":[],\"cacheScope\":\"private\"}}"),
	    "{\"result\":{\"tools\":[],\"cacheScope\":\"private\"}}");
}

/* n tools, every second one of them secret, each with a long description. */
static const char *
long_list(size_t n, size_t description)
{
	struct buf b = buf_new(&a, (size_t)16 * 1024 * 1024);
	const char *text = many('x', description);

	buf_lit(&b, "{\"result\":{\"tools\":[");
	for (size_t i = 0; i < n; i++) {
		buf_lit(&b, i == 0 ? "" : ",");
		buf_lit(&b, i % 2 == 0 ? "{\"name\":\"secret\",\"description\":\"" :
		    "{\"name\":\"free\",\"description\":\"");
		buf_lit(&b, text);
		buf_lit(&b, "\"}");
	}
	buf_lit(&b, "]}}");
	assert_non_null(buf_text(&b));
	return b.text;
}

static void
a_list_of_many_megabytes_is_filtered(UNUSED void **state)
{
	const char *seen = seen_by(&reader, long_list(1000, 4000));

	assert_non_null(seen);
	assert_null(strstr(seen, "secret"));
	assert_true(strlen(seen) > (size_t)500 * 4000);
}

static void
a_list_of_many_tools_is_filtered_and_one_of_too_many_refused(UNUSED void **state)
{
	const char *seen = seen_by(&reader, long_list(10000, 1));

	assert_non_null(seen);
	assert_null(strstr(seen, "secret"));
	is_refused(long_list(60000, 1));
}

/* Names that grow when they are written again must not lead to a text cut short. */
static void
names_that_grow_are_refused_rather_than_cut(UNUSED void **state)
{
	char *name = arena_alloc(&a, 4096 * 2 + 1);
	const char *text, *seen;

	for (size_t i = 0; i < 4096; i++)
		memcpy(name + 2 * i, "\\n", 2);
	text = arena_printf(&a, "{\"result\":{\"%s\":1,\"tools\":[]}}", name);
	if ((seen = seen_by(&reader, text)) != NULL)
		assert_non_null(strstr(seen, "\"tools\":[]"));
	else
		is_refused(text);
}

static int
open_room(UNUSED void **state)
{
	arena_init(&a, (size_t)64 * 1024 * 1024);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tool_that_a_person_may_not_use_is_left_out),
		cmocka_unit_test(a_tool_that_lacks_nothing_but_a_scope_stays),
		cmocka_unit_test(without_rules_every_tool_stays),
		cmocka_unit_test(all_else_stands_as_it_stood),
		cmocka_unit_test(a_tools_name_is_known_however_it_is_escaped),
		cmocka_unit_test(what_is_no_tool_with_a_name_is_left_out),
		cmocka_unit_test(tools_that_are_no_list_in_the_result_are_not_touched),
		cmocka_unit_test(a_batch_is_judged_message_by_message),
		cmocka_unit_test(a_batch_within_a_batch_is_refused),
		cmocka_unit_test(what_cannot_be_judged_is_refused),
		cmocka_unit_test(what_is_too_deep_is_refused),
		cmocka_unit_test(mcp_2026_07_28_what_is_left_is_this_persons_alone),
		cmocka_unit_test(a_list_of_many_megabytes_is_filtered),
		cmocka_unit_test(a_list_of_many_tools_is_filtered_and_one_of_too_many_refused),
		cmocka_unit_test(names_that_grow_are_refused_rather_than_cut),
	};

	return RUN(tests, open_room, close_arena);
}
