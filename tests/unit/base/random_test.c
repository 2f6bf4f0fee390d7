/* SPDX-License-Identifier: MIT */
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/syscall.h>

#include "../child.h"
#include "../test.h"

static int fails_with;		/* what the kernel answers; 0: random bytes */
static int times;		/* so often */

/* In front of the C library's. */
ssize_t
getrandom(void *to, size_t n, unsigned flags)
{
	if (fails_with != 0 && times-- > 0) {
		errno = fails_with;
		return -1;
	}
	return syscall(SYS_getrandom, to, n, flags);
}

static void
every_byte_varies(UNUSED void **state)
{
	unsigned char first[64], other[64], seen[64] = { 0 };

	random_bytes(first, sizeof first);
	for (int round = 0; round < 32; round++) {
		random_bytes(other, sizeof other);
		for (size_t i = 0; i < sizeof seen; i++)
			seen[i] |= first[i] ^ other[i];
	}
	for (size_t i = 0; i < sizeof seen; i++)
		assert_int_not_equal(seen[i], 0);
}

static void
only_the_bytes_asked_for_are_written(UNUSED void **state)
{
	unsigned char bytes[8] = { 0 };

	random_bytes(bytes, 4);
	random_bytes(bytes, 0);
	assert_memory_equal(bytes + 4, "\0\0\0\0", 4);
}

static void
thirty_two_bytes_are_forty_three_characters_and_never_the_same(UNUSED void **state)
{
	struct arena a;
	const char *one, *two;

	arena_init(&a, 4096);
	one = random_base64url(&a, 32);
	two = random_base64url(&a, 32);
	assert_int_equal(strlen(one), 43);
	assert_int_equal(strlen(two), 43);
	assert_string_not_equal(one, two);
	assert_string_equal(random_base64url(&a, 0), "");
	arena_free(&a);
}

static void
a_large_room_is_filled_to_its_end(UNUSED void **state)
{
	static unsigned char bytes[1024 * 1024];
	static const unsigned char nothing[16];

	random_bytes(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i += sizeof nothing)
		assert_memory_not_equal(bytes + i, nothing, sizeof nothing);
}

static void
a_signal_in_between_is_nothing(UNUSED void **state)
{
	unsigned char bytes[16] = { 0 };

	fails_with = EINTR;
	times = 2;
	random_bytes(bytes, sizeof bytes);
	assert_int_equal(times, -1);
	fails_with = 0;
	assert_memory_not_equal(bytes, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", sizeof bytes);
}

static void
ask_where_there_are_none(void)
{
	unsigned char bytes[16];

	fails_with = ENOSYS;
	times = 1;
	random_bytes(bytes, sizeof bytes);
}

static void
without_random_bytes_a_program_ends(UNUSED void **state)
{
	assert_int_equal(child_run(ask_where_there_are_none).status, 70);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_varies),
		cmocka_unit_test(only_the_bytes_asked_for_are_written),
		cmocka_unit_test(thirty_two_bytes_are_forty_three_characters_and_never_the_same),
		cmocka_unit_test(a_large_room_is_filled_to_its_end),
		cmocka_unit_test(a_signal_in_between_is_nothing),
		cmocka_unit_test(without_random_bytes_a_program_ends),
	};

	return RUN(tests, NULL, NULL);
}
