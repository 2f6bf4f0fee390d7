/* SPDX-License-Identifier: MIT */
#include "service/listing.h"

#include "../test.h"

static const struct listing_column columns[] = {
	{ "NAME",  "name",  CELL_TEXT,	 6 },
	{ NULL,	   "also",  CELL_TEXT,	 0 },
	{ "AT",	   "at",    CELL_TIME,	 16 },
	{ "N",	   "n",	    CELL_NUMBER, 3 },
	{ "SHOWN", NULL,    CELL_TEXT,	 5 },
	{ "FLAG",  "flag",  CELL_FLAG,	 4 },
	{ "TEXTS", "texts", CELL_TEXTS,	 0 },
};

static struct arena arena;
static char *text;
static size_t len;

static struct listing
begin(bool json)
{
	FILE *out;

	free(text);
	text = NULL;
	arena_reset(&arena);
	out = open_memstream(&text, &len);
	assert_non_null(out);
	return (struct listing){
		.out = out, .arena = &arena, .column = columns, .columns = COUNT(columns), .json = json,
		.utf8 = true,
	};
}

static void
row(struct listing *l, const char *name, int64_t at, const char *texts)
{
	listing_row(l, (struct listing_cell[]){
		{ .text = name }, { .text = "x" }, { .number = at }, { .number = 7 }, { .text = "s" },
		{ .number = at != 0 }, { .text = texts },
	});
}

static const char *
end(struct listing *l)
{
	assert_true(listing_end(l));
	assert_int_equal(fclose(l->out), 0);
	return text;
}

static void
people_get_columns(UNUSED void **state)
{
	struct listing l = begin(false);

	row(&l, "a", 1800000000, "[\"u\",\"v\"]");
	row(&l, "too-long", 0, "[]");
	row(&l, NULL, 1, "nonsense");
	assert_string_equal(end(&l),
	    "NAME    AT                N    SHOWN  FLAG  TEXTS\n"
	    "a       2027-01-15 08:00  7    s      yes   u v\n"
	    "too-long  -                 7    s      no    \n"
	    "-       1970-01-01 00:00  7    s      yes   \n");
	assert_int_equal(l.rows, 3);
}

static void
programs_get_an_array_with_a_row_on_each_line(UNUSED void **state)
{
	struct listing l = begin(true);

	row(&l, "a\"", 1800000000, "[\"u\",\"v\"]");
	row(&l, NULL, 0, "[]");
	assert_string_equal(end(&l), "[\n"
	    "{\"name\":\"a\\\"\",\"also\":\"x\",\"at\":1800000000,\"n\":7,\"flag\":true,\"texts\":[\"u\",\"v\"]},\n"
	    "{\"name\":null,\"also\":\"x\",\"at\":null,\"n\":7,\"flag\":false,\"texts\":[]}\n]\n");
}

static void
nothing_is_an_empty_array_and_no_line(UNUSED void **state)
{
	struct listing l = begin(true);

	assert_string_equal(end(&l), "[]\n");
	l = begin(false);
	assert_string_equal(end(&l), "");
}

static void
no_text_commands_a_terminal(UNUSED void **state)
{
	for (int json = 0; json < 2; json++) {
		struct listing l = begin(json != 0);

		row(&l, "\x1b[2J\xc2\x9b\xe2\x80\xae\n", 1, "[\"\\u001b]0;x\\u0007\"]");
		(void)end(&l);
		for (const char *p = text; *p != '\0'; p++)
			assert_true(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
		assert_non_null(strstr(text, "\\u001b[2J\\u009b\\u202e\\u000a"));
		assert_non_null(strstr(text, "\\u001b]0;x\\u0007"));
	}
}

static void
what_cannot_be_written_is_told(UNUSED void **state)
{
	struct listing l = begin(false);

	fclose(l.out);
	l.out = fopen("/dev/full", "w");
	assert_non_null(l.out);
	row(&l, "a", 1, "[]");
	assert_false(listing_end(&l));
	fclose(l.out);
}

static int
setup(UNUSED void **state)
{
	arena_init(&arena, (size_t)1024 * 1024);
	return 0;
}

static int
teardown(UNUSED void **state)
{
	free(text);
	arena_free(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_get_columns),
		cmocka_unit_test(programs_get_an_array_with_a_row_on_each_line),
		cmocka_unit_test(nothing_is_an_empty_array_and_no_line),
		cmocka_unit_test(no_text_commands_a_terminal),
		cmocka_unit_test(what_cannot_be_written_is_told),
	};

	return RUN(tests, setup, teardown);
}
