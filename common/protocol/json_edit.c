/* SPDX-License-Identifier: MIT */
#include "protocol/json_edit.h"

#include "protocol/json_member.h"

static const struct json_edit *
edit_of(const struct json_edit *edit, size_t edits, const char *name)
{
	for (size_t i = 0; i < edits; i++)
		if (strcmp(edit[i].name, name) == 0)
			return &edit[i];
	return NULL;
}

static void
write_member(struct buf *b, bool *first, const char *name, const char *value, size_t n)
{
	buf_lit(b, *first ? "" : ",");
	*first = false;
	buf_json(b, name);
	buf_lit(b, ":");
	buf_bytes(b, value, n);
}

void
json_edit(struct buf *b, const struct json_members *members, const struct json_edit *edit,
    size_t edits)
{
	bool first = true;

	buf_lit(b, "{");
	for (size_t i = 0; i < members->count; i++) {
		const struct json_member *m = &members->member[i];
		const struct json_edit *e = edit_of(edit, edits, m->name);

		if (e == NULL)
			write_member(b, &first, m->name, m->text, m->len);
		else if (e->value != NULL)
			write_member(b, &first, m->name, e->value, strlen(e->value));
	}
	for (size_t i = 0; i < edits; i++)
		if (edit[i].value != NULL && json_member_find(members, edit[i].name) == NULL)
			write_member(b, &first, edit[i].name, edit[i].value, strlen(edit[i].value));
	buf_lit(b, "}");
}

bool
json_edit_open(struct arena *a, const struct json_members *members, const char *name,
    struct json_members *out)
{
	const struct json_member *m = json_member_find(members, name);

	return m != NULL && m->len > 0 && m->text[0] == '{' &&
	    json_scan(a, m->text, m->len, out) == JSON_FINE;
}

const char *
json_edit_text(struct arena *a, const struct json_members *members, const struct json_edit *edit,
    size_t edits, size_t room)
{
	struct buf b = buf_new(a, room);

	json_edit(&b, members, edit, edits);
	return buf_text(&b);
}

bool
json_edit_read(struct arena *a, const char *text, size_t n, struct json_members *out)
{
	return n > 0 && text[strspn(text, " \t\r\n")] == '{' &&
	    json_scan(a, text, n, out) == JSON_FINE;
}

const char *
json_edit_source(struct arena *a, const struct json_members *members, const char *name)
{
	const struct json_member *m = json_member_find(members, name);

	return m == NULL ? NULL : arena_copy(a, m->text, m->len);
}
