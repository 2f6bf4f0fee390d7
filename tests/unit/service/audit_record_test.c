/* SPDX-License-Identifier: MIT */
#include "service/audit_record.h"

#include "../test.h"

static struct arena arena;

static int
open_arena(UNUSED void **state)
{
	arena_init(&arena, (size_t)256 * 1024);
	return 0;
}

static int
close_arena(UNUSED void **state)
{
	arena_free(&arena);
	return 0;
}

static void
a_record_is_one_flat_object(UNUSED void **state)
{
	const struct audit_record r = {
		.at = 1800000000, .event = "signed_in", .id = "0123", .times = 1,
		.field = { [AUDIT_ADDRESS] = "192.0.2.1", [AUDIT_CLIENT] = "c", [AUDIT_REASON] = "why not" },
	};

	assert_string_equal(audit_record_json(&arena, &r), "{\"time\":\"2027-01-15T08:00:00Z\","
	    "\"event\":\"signed_in\",\"id\":\"0123\",\"address\":\"192.0.2.1\",\"client\":\"c\","
	    "\"reason\":\"why not\"}");
	assert_string_equal(audit_record_text(&arena, &r), "2027-01-15T08:00:00Z signed_in          "
	    "address=192.0.2.1 client=c reason=\"why not\" id=0123");
}

static void
a_record_that_was_counted_says_how_often(UNUSED void **state)
{
	const struct audit_record r = { .at = 0, .event = "e", .id = "i", .times = 12 };

	assert_string_equal(audit_record_json(&arena, &r),
	    "{\"time\":\"1970-01-01T00:00:00Z\",\"event\":\"e\",\"id\":\"i\",\"times\":12}");
	assert_non_null(strstr(audit_record_text(&arena, &r), " times=12 id=i"));
}

static void
a_hostile_value_is_bounded_and_stays_in_its_place(UNUSED void **state)
{
	static char long_value[10000];
	struct audit_record r = { .at = 1, .event = "e", .id = "i", .times = 1 };

	memset(long_value, '"', sizeof long_value - 1);
	r.field[AUDIT_TOOL] = "a\n{\"event\":\"signed_in\"}\r\x1b[2J\x7f\xe2\x80\xae\\";
	for (int i = 0; i < AUDIT_FIELDS; i++)
		if (i != AUDIT_TOOL)
			r.field[i] = long_value;
	audit_record_clean(&arena, &r);
	assert_string_equal(r.field[AUDIT_TOOL], "a?{\"event\":\"signed_in\"}??[2J?" "???\\");
	assert_int_equal(strlen(r.field[AUDIT_REASON]), AUDIT_VALUE_MAX);
	assert_non_null(audit_record_json(&arena, &r));
	assert_in_range(strlen(audit_record_json(&arena, &r)), 1, AUDIT_LINE_MAX);
	assert_null(strchr(audit_record_json(&arena, &r), '\n'));
	assert_non_null(audit_record_text(&arena, &r));
	assert_null(strchr(audit_record_text(&arena, &r), '\n'));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_one_flat_object),
		cmocka_unit_test(a_record_that_was_counted_says_how_often),
		cmocka_unit_test(a_hostile_value_is_bounded_and_stays_in_its_place),
	};

	return RUN(tests, open_arena, close_arena);
}
