/* SPDX-License-Identifier: MIT */
#include "protocol/tool_filter.h"

#include "protocol/json_edit.h"
#include "protocol/json_member.h"

#define ELEMENTS_MAX	100000	/* of a list of tools, and of a batch */

struct filter {
	struct arena			*arena;
	const struct tool_rule		*rule;
	const struct rights		*rights;
};

/* What an array needs to be listed is bounded by its commas. */
static bool
elements(struct arena *a, const char *text, size_t n, struct json_members *out)
{
	size_t commas = 0;

	for (size_t i = 0; i < n; i++)
		commas += text[i] == ',';
	return commas < ELEMENTS_MAX && json_scan_elements(a, text, n, out) == JSON_FINE;
}

static bool
may_use(const struct filter *f, const struct json_member *tool)
{
	struct json_members members;
	const char *name;

	if (json_scan(f->arena, tool->text, tool->len, &members) != JSON_FINE ||
	    (name = json_member_string(f->arena, &members, "name")) == NULL)
		return false;
	return tool_policy_judge(tool_policy_words(f->rule, name), f->rights) != DENIED;
}

static const char *
filter_list(const struct filter *f, const struct json_member *tools)
{
	struct json_members list;
	struct buf b = buf_new(f->arena, tools->len + 2);
	bool first = true;

	if (!elements(f->arena, tools->text, tools->len, &list))
		return NULL;
	buf_lit(&b, "[");
	for (size_t i = 0; i < list.count; i++) {
		if (!may_use(f, &list.member[i]))
			continue;
		buf_lit(&b, first ? "" : ",");
		first = false;
		buf_bytes(&b, list.member[i].text, list.member[i].len);
	}
	buf_lit(&b, "]");
	return buf_text(&b);
}

static bool
filter_message(const struct filter *f, const char *text, size_t n, struct buf *out)
{
	struct json_members message, result;
	const struct json_member *tools;
	struct json_edit edit[] = { { "tools", NULL }, { "cacheScope", "\"private\"" } };
	const char *list;
	struct buf changed = buf_new(f->arena, 2 * n + 64);

	if (text[strspn(text, " \t\r\n")] == '[' || json_scan(f->arena, text, n, &message) != JSON_FINE)
		return false;		/* a batch within a batch is none */
	if (!json_edit_open(f->arena, &message, "result", &result) ||
	    (tools = json_member_find(&result, "tools")) == NULL || tools->text[0] != '[') {
		buf_bytes(out, text, n);
		return true;
	}
	if ((list = filter_list(f, tools)) == NULL)
		return false;
	edit[0].value = list;
	/* 2026-07-28, "Caching": what is left of it is this person's. */
	json_edit(&changed, &result, edit, json_member_has(&result, "cacheScope") ? 2 : 1);
	if (buf_text(&changed) == NULL)
		return false;
	json_edit(out, &message, &(struct json_edit){ "result", buf_text(&changed) }, 1);
	return true;
}

static bool
filter_batch(const struct filter *f, const char *text, size_t n, struct buf *out)
{
	struct json_members list;

	if (!elements(f->arena, text, n, &list))
		return false;
	buf_lit(out, "[");
	for (size_t i = 0; i < list.count; i++) {
		buf_lit(out, i == 0 ? "" : ",");
		if (!filter_message(f, list.member[i].text, list.member[i].len, out))
			return false;
	}
	buf_lit(out, "]");
	return true;
}

bool
tool_filter(struct arena *a, const char *text, size_t n, const struct tool_rule *rule,
    const struct rights *rights, struct bytes *out)
{
	struct filter f = { .arena = a, .rule = rule, .rights = rights };
	struct buf b = buf_new(a, 2 * n + 64);
	size_t blanks = strspn(text, " \t\r\n");
	bool good = text[blanks] == '[' ? filter_batch(&f, text, n, &b) :
	    filter_message(&f, text, n, &b);

	if (!good || buf_text(&b) == NULL)
		return false;
	*out = (struct bytes){ .data = (uint8_t *)b.text, .len = b.len };
	return true;
}
