/* SPDX-License-Identifier: MIT */
#include "service/key_file.h"

#include "generations.h"

static struct generations g;

static int
let_go(void **state)
{
	generations_forget(&g);
	return fixture_close(state);
}

#define CASE_OF(test)	cmocka_unit_test_setup_teardown(test, fixture_open, let_go)

static void
a_new_key_is_none_that_was_there(UNUSED void **state)
{
	struct key a = key_new(), b = key_new();

	assert_int_equal(strlen(a.kid), 16);
	assert_int_equal(strspn(a.kid, "0123456789abcdef"), 16);
	assert_string_not_equal(a.kid, b.kid);
	assert_memory_not_equal(a.secret, b.secret, KEY_SIZE);
	assert_int_equal(a.created_at, START);
}

static void
a_line_is_read_as_it_was_written(UNUSED void **state)
{
	struct key key = key_new();

	write_file(path_of("keys/sign/key"), key_line(&fix.arena, &key));
	assert_int_equal(generations_of(KEY_SIGN, &g), 1);
	assert_string_equal(g.key[0].kid, key.kid);
	assert_int_equal(g.key[0].created_at, key.created_at);
	assert_memory_equal(g.key[0].secret, key.secret, KEY_SIZE);
	assert_non_null(g.key[0].hmac);
}

static void
what_is_no_key_file_gives_nothing(UNUSED void **state)
{
	write_file(path_of("keys/sign/key"), "nonsense\n");
	assert_false(key_file_read(&fix.arena, path_of("keys/sign/key"), &g));
	assert_int_equal(g.count, 0);
	assert_false(key_file_read(&fix.arena, path_of("keys/none"), &g));
	assert_false(key_file_read(&fix.arena, path_of("keys"), &g));
}

static void
the_newest_that_has_settled_is_current(UNUSED void **state)
{
	GENERATIONS(KEY_SIGN, -100, 0, 50);
	assert_int_equal(generations_of(KEY_SIGN, &g), 3);
	assert_int_equal(generations_current(&g, START + KEY_SETTLE - 1), 0);
	assert_int_equal(generations_current(&g, START + KEY_SETTLE), 1);
	assert_int_equal(generations_current(&g, START + 50 + KEY_SETTLE), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE_OF(a_new_key_is_none_that_was_there),
		CASE_OF(a_line_is_read_as_it_was_written),
		CASE_OF(what_is_no_key_file_gives_nothing),
		CASE_OF(the_newest_that_has_settled_is_current),
	};

	return RUN(tests, NULL, NULL);
}
