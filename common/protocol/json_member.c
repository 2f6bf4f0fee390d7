/* SPDX-License-Identifier: MIT */
#include "protocol/json_member.h"

#include "base/number.h"
#include "protocol/json_lex.h"

const struct json_member *
json_member_find(const struct json_members *members, const char *name)
{
	for (size_t i = 0; i < members->count; i++)
		if (strcmp(members->member[i].name, name) == 0)
			return &members->member[i];
	return NULL;
}

const char *
json_member_string(struct arena *a, const struct json_members *members, const char *name)
{
	const struct json_member *m = json_member_find(members, name);
	struct json_cursor c;
	char *text, *out;

	if (m == NULL || m->text[0] != '"')
		return NULL;
	c = (struct json_cursor){ .at = m->text, .end = m->text + m->len };
	text = out = arena_alloc(a, m->len);
	if (!json_quoted(&c, &out))
		return NULL;
	*out = '\0';
	return text;
}

bool
json_member_int(struct arena *a, const struct json_members *members, const char *name, int64_t *out)
{
	const struct json_member *m = json_member_find(members, name);

	return m != NULL && number_read(arena_copy(a, m->text, m->len), INT64_MAX - 1, out);
}

bool
json_member_has(const struct json_members *members, const char *name)
{
	return json_member_find(members, name) != NULL;
}
