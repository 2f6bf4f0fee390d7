/* SPDX-License-Identifier: MIT */
#include "base/crypto.h"

#include <openssl/crypto.h>

#include "../child.h"
#include "../test.h"

#define TOO_MUCH	(SIZE_MAX / 4)

static void
ask_for_too_much(void)
{
	crypto_begin();
	OPENSSL_free(OPENSSL_malloc(TOO_MUCH));
}

static void
grow_too_much(void)
{
	void *block;

	crypto_begin();
	block = OPENSSL_malloc(1);
	OPENSSL_free(OPENSSL_realloc(block, TOO_MUCH));
}

static void
ask_for_little(void)
{
	char *block;

	crypto_begin();
	block = OPENSSL_zalloc(1);
	crypto_begin();
	block = OPENSSL_realloc(block, 100);
	memset(block, 'a', 100);
	OPENSSL_free(block);
}

static void
without_memory_the_program_dies(UNUSED void **state)
{
	struct child c = child_run(ask_for_too_much);

	assert_int_equal(c.status, 70);
	assert_non_null(strstr(c.text, "no memory: "));
	assert_int_equal(child_run(grow_too_much).status, 70);
}

static void
with_memory_nothing_is_said(UNUSED void **state)
{
	struct child c = child_run(ask_for_little);

	assert_int_equal(c.status, 0);
	assert_string_equal(c.text, "");
}

static void
begin_late(void)
{
	OPENSSL_free(OPENSSL_malloc(1));
	crypto_begin();
}

static void
it_comes_first(UNUSED void **state)
{
	assert_int_equal(child_run(begin_late).status, 70);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_memory_the_program_dies),
		cmocka_unit_test(with_memory_nothing_is_said),
		cmocka_unit_test(it_comes_first),
	};

	return RUN(tests, NULL, NULL);
}
