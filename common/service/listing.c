/* SPDX-License-Identifier: MIT */
#include "service/listing.h"

#include "base/date.h"
#include "base/terminal.h"
#include "protocol/json.h"

#define ROW_MAX	((size_t)1024 * 1024)	/* bytes */

/* The strings of an array, each through `write`. */
static size_t
texts(const struct listing *l, struct buf *b, const char *json)
{
	AUTO(json) struct json_object *list = json_parse(l->arena, json, strlen(json));
	size_t n = !json_object_is_type(list, json_type_array) ? 0 : json_object_array_length(list);
	size_t columns = 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *text = json_object_is_type(item, json_type_string) ?
		    json_object_get_string(item) : "?";

		buf_lit(b, i == 0 ? "" : l->json ? "," : " ");
		if (l->json)
			buf_json_ascii(b, text);
		else
			columns += buf_terminal(b, text, l->utf8) + (i > 0);
	}
	return columns;
}

static void
program_cell(const struct listing *l, struct buf *b, enum cell_kind kind, const struct listing_cell *c)
{
	switch (kind) {
	case CELL_TEXTS:
		buf_lit(b, "[");
		(void)texts(l, b, c->text);
		buf_lit(b, "]");
		return;
	case CELL_TEXT:
		if (c->text == NULL)
			buf_lit(b, "null");
		else
			buf_json_ascii(b, c->text);
		return;
	case CELL_FLAG:
		buf_lit(b, c->number != 0 ? "true" : "false");
		return;
	default:
		if (kind == CELL_TIME && c->number == 0)
			buf_lit(b, "null");
		else
			buf_number(b, c->number);
	}
}

static size_t
person_cell(const struct listing *l, struct buf *b, enum cell_kind kind, const struct listing_cell *c)
{
	size_t before = b->len;

	switch (kind) {
	case CELL_TEXTS:
		return texts(l, b, c->text);
	case CELL_TEXT:
		return buf_terminal(b, c->text == NULL || *c->text == '\0' ? "-" : c->text, l->utf8);
	case CELL_TIME:
		buf_lit(b, c->number == 0 ? "-" : date_minute(l->arena, c->number));
		break;
	case CELL_FLAG:
		buf_lit(b, c->number != 0 ? "yes" : "no");
		break;
	default:
		buf_number(b, c->number);
	}
	return b->len - before;
}

/* Two blanks between columns, none at the end of a line; NULL is the line of titles. */
static void
person_row(const struct listing *l, struct buf *b, const struct listing_cell *cell)
{
	size_t blanks = 0;

	for (size_t i = 0; i < l->columns; i++) {
		const struct listing_column *c = &l->column[i];
		size_t used;

		if (c->title == NULL)
			continue;
		for (; blanks > 0; blanks--)
			buf_lit(b, " ");
		if (cell == NULL) {
			buf_lit(b, c->title);
			used = strlen(c->title);
		} else {
			used = person_cell(l, b, c->kind, &cell[i]);
		}
		blanks = (used < c->width ? c->width - used : 0) + 2;
	}
	buf_lit(b, "\n");
}

static void
program_row(const struct listing *l, struct buf *b, const struct listing_cell *cell)
{
	bool first = true;

	buf_lit(b, l->rows == 0 ? "[\n" : ",\n");
	for (size_t i = 0; i < l->columns; i++) {
		if (l->column[i].name == NULL)
			continue;
		buf_lit(b, first ? "{\"" : ",\"");
		first = false;
		buf_lit(b, l->column[i].name);
		buf_lit(b, "\":");
		program_cell(l, b, l->column[i].kind, &cell[i]);
	}
	buf_lit(b, "}");
}

void
listing_row(struct listing *l, const struct listing_cell *cell)
{
	struct buf b = buf_new(l->arena, ROW_MAX);

	if (l->json) {
		program_row(l, &b, cell);
	} else {
		if (l->rows == 0)
			person_row(l, &b, NULL);
		person_row(l, &b, cell);
	}
	l->rows++;
	if (buf_text(&b) == NULL || fwrite(b.text, 1, b.len, l->out) != b.len)
		l->failed = true;
}

bool
listing_end(struct listing *l)
{
	if (l->json)
		(void)fputs(l->rows == 0 ? "[]\n" : "\n]\n", l->out);
	return fflush(l->out) == 0 && ferror(l->out) == 0 && !l->failed;
}
