/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include "../child.h"
#include "../test.h"

#define TOO_MUCH	(SIZE_MAX / 4)

static void
what_is_given_can_be_used(UNUSED void **state)
{
	char *block = memory_allocate(10), *zeroed = memory_zeroed(3, 5);
	char *text = memory_string("abc");

	memset(block, 'x', 10);
	block = memory_reallocate(block, 1000);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(block[i], 'x');
	memset(block, 'y', 1000);
	for (size_t i = 0; i < 15; i++)
		assert_int_equal(zeroed[i], 0);
	assert_string_equal(text, "abc");
	free(block);
	free(zeroed);
	free(text);
}

static void
ask_for_too_much(void)
{
	free(memory_allocate(TOO_MUCH));
}

static void
ask_for_too_many(void)
{
	free(memory_zeroed(TOO_MUCH, 16));
}

static void
grow_too_much(void)
{
	free(memory_reallocate(memory_allocate(1), TOO_MUCH));
}

static void
without_memory_the_program_dies(UNUSED void **state)
{
	void (*const asks[])(void) = { ask_for_too_much, ask_for_too_many, grow_too_much };

	for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
		struct child c = child_run(asks[i]);

		assert_int_equal(c.status, 70);
		assert_non_null(strstr(c.text, "no memory: "));
	}
}

static void
ask_for_nothing(void)
{
	free(memory_allocate(0));
	free(memory_zeroed(0, 5));
}

static void
nothing_is_no_want(UNUSED void **state)
{
	assert_int_equal(child_run(ask_for_nothing).status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_can_be_used),
		cmocka_unit_test(without_memory_the_program_dies),
		cmocka_unit_test(nothing_is_no_want),
	};

	return RUN(tests, NULL, NULL);
}
