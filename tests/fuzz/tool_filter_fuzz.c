/* SPDX-License-Identifier: MIT */
/*
 * tool_filter_fuzz - an upstream's message under a policy: what comes out is JSON without a denied
 * tool in a list of tools, all else of it says what it said; and json_edit on the same text
 */
#include "fuzz.h"
#include "protocol/json_edit.h"
#include "protocol/json_member.h"
#include "protocol/tool_filter.h"

#define SIZE_MAX_TRIED	65536

static struct arena arena;
static const char *const nobody[] = { "nobody", NULL }, *const admins[] = { "role:Admin", NULL },
    *const mailers[] = { "scope:mail", NULL };
static struct tool_rule rules[] = {
	{ .tool = "secret", .words = nobody, .next = &rules[1] },
	{ .tool = "*", .words = admins, .next = &rules[2] },
	{ .tool = "mail", .words = mailers, .next = &rules[3] },
	{ .tool = "free", .words = nobody + 1 },
};
static const struct rights rights = { .scope = "mcp:tools", .roles = "Reader", .groups = "" };

/* --- tool_filter
 * ------------------------------------------------------------------------------------- */

/* A list of tools of this message, NULL when it has none that must be judged. */
static struct json_object *
tools_of(struct json_object *message)
{
	return json_array_member(json_object_member(message, "result"), "tools");
}

/* Takes away what the filter may change; what is left must be the same on both sides. */
static struct json_object *
stripped(struct json_object *message)
{
	struct json_object *result = json_object_member(message, "result");

	if (tools_of(message) != NULL) {
		json_object_object_del(result, "tools");
		json_object_object_del(result, "cacheScope");
	}
	return message;
}

static void
check_message(struct json_object *before, struct json_object *after)
{
	struct json_object *list = tools_of(after), *all = tools_of(before);

	EXPECT((list == NULL) == (all == NULL));
	EXPECT(list == NULL || json_object_array_length(list) <= json_object_array_length(all));
	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		const char *name = json_string(json_object_array_get_idx(list, i), "name");

		EXPECT(name != NULL && (strcmp(name, "mail") == 0 || strcmp(name, "free") == 0));
	}
	EXPECT(json_object_equal(stripped(before), stripped(after)));
}

static void
check_filtered(const char *text, size_t n, const struct bytes *out)
{
	const char *filtered = (const char *)out->data;
	AUTO(json) struct json_object *before = json_parse(&arena, text, n);
	AUTO(json) struct json_object *after = json_parse(&arena, filtered, out->len);
	struct bytes again = { 0 };

	EXPECT(json_scan(&arena, filtered, out->len, NULL) == JSON_FINE);
	EXPECT(tool_filter(&arena, filtered, out->len, rules, &rights, &again));
	EXPECT(again.len == out->len && memcmp(again.data, filtered, out->len) == 0);
	if (!json_object_is_type(before, json_type_array)) {
		check_message(before, after);
		return;
	}
	EXPECT(json_object_array_length(before) == json_object_array_length(after));
	for (size_t i = 0; i < json_object_array_length(before); i++)
		check_message(
		    json_object_array_get_idx(before, i), json_object_array_get_idx(after, i));
}

static void
check_filter(const char *text, size_t n)
{
	struct bytes out = { .len = 77 };

	if (!tool_filter(&arena, text, n, rules, &rights, &out)) {
		EXPECT(out.data == NULL && out.len == 77);
		return;
	}
	EXPECT(out.data[out.len] == '\0');
	EXPECT(json_scan(&arena, text, n, NULL) == JSON_FINE);
	check_filtered(text, n, &out);
}

/* --- json_edit
 * --------------------------------------------------------------------------------------- */

/* Every member but those edited is there, in its order, to the byte. */
static void
check_kept(
    const struct json_members *before, const struct json_members *after, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct json_member *m = &before->member[i],
		                         *kept = &after->member[i - from + 1];

		EXPECT(strcmp(m->name, kept->name) == 0 && m->len == kept->len);
		EXPECT(memcmp(m->text, kept->text, m->len) == 0);
	}
}

/* The first member replaced, the last taken away, one appended. */
static void
check_edit(const char *text, size_t n)
{
	struct json_members before, after;
	struct buf b = buf_new(&arena, 8 * n + 256);
	const char *first, *last;

	if (json_scan(&arena, text, n, &before) != JSON_FINE || before.count < 2 ||
	    json_member_has(&before, "appended"))
		return;
	first = before.member[0].name;
	last = before.member[before.count - 1].name;
	json_edit(&b, &before,
	    (const struct json_edit[]){
	        { last, NULL }, { "appended", "[1e400]" }, { first, "{\"new\":true}" } },
	    3);
	EXPECT(buf_text(&b) != NULL);
	EXPECT(json_scan(&arena, b.text, b.len, &after) == JSON_FINE);
	EXPECT(after.count == before.count && !json_member_has(&after, last));
	EXPECT(strcmp(after.member[0].name, first) == 0);
	EXPECT(strncmp(after.member[0].text, "{\"new\":true}", after.member[0].len) == 0);
	EXPECT(strcmp(after.member[after.count - 1].name, "appended") == 0);
	check_kept(&before, &after, 1, before.count - 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text;

	if (size > SIZE_MAX_TRIED)
		return 0;
	if (arena.base == NULL)
		arena_init(&arena, (size_t)32 * 1024 * 1024);
	arena_reset(&arena);
	text = arena_copy(&arena, data, size);
	check_filter(text, size);
	check_edit(text, size);
	EXPECT(!arena.exhausted);
	return 0;
}
