/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <inttypes.h>
#include <stdalign.h>

#include "../child.h"
#include "../test.h"

#define BUDGET	((size_t)512 * 1024)

static struct arena a;

static int
open_arena(UNUSED void **state)
{
	arena_init(&a, BUDGET);
	return 0;
}

static int
close_arena(UNUSED void **state)
{
	arena_free(&a);
	return 0;
}

static bool
all_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static void
memory_is_zeroed_and_aligned_for_any_type(UNUSED void **state)
{
	for (size_t n = 0; n < 70; n++) {
		unsigned char *p = arena_alloc(&a, n);

		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		assert_true(all_zero(p, n));
		memset(p, 0xff, n);
	}
}

static void
two_blocks_do_not_overlap(UNUSED void **state)
{
	char *first = arena_copy(&a, "aaaaaaaaaaaaaaaa", 16), *second = arena_copy(&a, "b", 1);

	memset(first, 'c', 16);
	assert_string_equal(second, "b");
}

static void
a_reset_wipes_what_was_used(UNUSED void **state)
{
	static const size_t sizes[] = { 1, 100, BUDGET - 64, BUDGET * 4 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		unsigned char *p = arena_alloc(&a, sizes[i]);

		memset(p, 0xff, sizes[i]);
		arena_reset(&a);
		assert_int_equal(a.used, 0);
		assert_true(all_zero(a.base, sizes[i]));
	}
}

static void
past_the_budget_the_arena_only_notes_that_it_is_exhausted(UNUSED void **state)
{
	memset(arena_alloc(&a, BUDGET / 2), 1, BUDGET / 2);
	assert_false(a.exhausted);
	memset(arena_alloc(&a, BUDGET), 1, BUDGET);
	assert_true(a.exhausted);
	(void)arena_alloc(&a, 1);
	assert_true(a.exhausted);
	arena_reset(&a);
	assert_false(a.exhausted);
}

static void
ask_for_more_than_the_mapping(void)
{
	(void)arena_alloc(&a, a.size);
}

static void
ask_for_all_memory(void)
{
	(void)arena_alloc(&a, SIZE_MAX);
}

static void
past_the_mapping_it_is_a_bug(UNUSED void **state)
{
	assert_int_equal(child_run(ask_for_more_than_the_mapping).status, 70);
	assert_int_equal(child_run(ask_for_all_memory).status, 70);
}

static void
copies_and_printed_text_end_with_a_nul(UNUSED void **state)
{
	assert_memory_equal(arena_copy(&a, "a\0b", 3), "a\0b", 4);
	assert_string_equal(arena_copy(&a, NULL, 0), "");
	assert_string_equal(arena_string(&a, "text"), "text");
	assert_string_equal(arena_printf(&a, "%s %d", "text", 7), "text 7");
	assert_string_equal(arena_printf(&a, "%s", ""), "");
}

/* The smaps entry of the mapping carries the flag "dd", do not dump. */
static void
the_mapping_stays_out_of_core_files(UNUSED void **state)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[512];
	uintptr_t from, to;
	bool ours = false, kept_out = false;

	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) == 2)
			ours = (uintptr_t)a.base >= from && (uintptr_t)a.base < to;
		else if (ours && strncmp(line, "VmFlags:", 8) == 0)
			kept_out = strstr(line, " dd") != NULL;
	}
	(void)fclose(f);
	assert_true(kept_out);
}

static void
freeing_twice_is_harmless(UNUSED void **state)
{
	struct arena other;

	arena_init(&other, 4096);
	(void)arena_string(&other, "text");
	arena_free(&other);
	arena_free(&other);
	assert_null(other.base);
}

#ifndef __has_feature
#define __has_feature(name)	0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>

static void
the_sanitizer_sees_the_byte_after_each_block(UNUSED void **state)
{
	for (size_t n = 0; n < 70; n++) {
		char *p = arena_alloc(&a, n);

		assert_null(__asan_region_is_poisoned(p, n));
		assert_true(__asan_address_is_poisoned(p + n));
	}
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_and_aligned_for_any_type),
		cmocka_unit_test(two_blocks_do_not_overlap),
		cmocka_unit_test(a_reset_wipes_what_was_used),
		cmocka_unit_test(past_the_budget_the_arena_only_notes_that_it_is_exhausted),
		cmocka_unit_test(past_the_mapping_it_is_a_bug),
		cmocka_unit_test(copies_and_printed_text_end_with_a_nul),
		cmocka_unit_test(the_mapping_stays_out_of_core_files),
		cmocka_unit_test(freeing_twice_is_harmless),
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
		cmocka_unit_test(the_sanitizer_sees_the_byte_after_each_block),
#endif
	};

	return RUN(tests, open_arena, close_arena);
}
