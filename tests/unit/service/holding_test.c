/* SPDX-License-Identifier: MIT */
#include "service/holding.h"

#include "fixture.h"

static void
each_program_stands_once(UNUSED void **state)
{
	for (size_t i = 0; i < holding_count; i++) {
		assert_int_equal(holding_of(holdings[i].program), holdings[i].holds);
		for (size_t k = i + 1; k < holding_count; k++)
			assert_string_not_equal(holdings[i].program, holdings[k].program);
	}
}

static void
a_stranger_holds_nothing(UNUSED void **state)
{
	assert_int_equal(holding_of("metadata"), 0);
	assert_int_equal(holding_of("metadatax"), 0);
	assert_int_equal(holding_of(""), 0);
}

/* Who faces strangers with nothing to show holds nothing that could open a session. */
static void
keys_and_credential_are_with_those_that_need_them(UNUSED void **state)
{
	static const char *const keyless[] = { "metadata", "register", "authorize", "revoke" };
	static const struct { uint32_t holds; size_t programs; } counts[] = {
		{ HOLDS_KEY(KEY_SIGN), 3 }, { HOLDS_KEY(KEY_WRAP), 4 }, { HOLDS_KEY(KEY_CACHE), 2 },
		{ HOLDS_KEY(KEY_BROWSER), 3 }, { HOLDS_KEY(KEY_LOGOUT), 2 }, { HOLDS_CREDENTIAL, 2 },
		{ HOLDS_NETWORK, 3 },
	};

	for (size_t i = 0; i < COUNT(keyless); i++)
		assert_int_equal(holding_of(keyless[i]) & (uint32_t)~(HOLDS_STORE | HOLDS_NETWORK | HOLDS_CLIENTS), 0);
	for (size_t i = 0; i < COUNT(counts); i++) {
		size_t n = 0;

		for (size_t k = 0; k < holding_count; k++)
			n += (holdings[k].holds & counts[i].holds) != 0;
		assert_int_equal(n, counts[i].programs);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_program_stands_once),
		CASE(a_stranger_holds_nothing),
		CASE(keys_and_credential_are_with_those_that_need_them),
	};

	return RUN(tests, NULL, NULL);
}
