/* SPDX-License-Identifier: MIT */
#include "protocol/guid.h"

#include "../test.h"

#define LOWER	"5a1f0c9e-1c2d-4e3f-8a9b-0c1d2e3f4a5b"
#define UPPER	"5A1F0C9E-1C2D-4E3F-8A9B-0C1D2E3F4A5B"

static void
rfc9562_s4_a_guid_has_five_groups_of_digits(UNUSED void **state)
{
	static const char *const not[] = {
		"", "5a1f0c9e1c2d4e3f8a9b0c1d2e3f4a5b", (LOWER "0"), ("{" LOWER "}"), (" " LOWER),
		"5a1f0c9g-1c2d-4e3f-8a9b-0c1d2e3f4a5b", "5a1f0c9e_1c2d-4e3f-8a9b-0c1d2e3f4a5b",
		"5a1f0c9e-1c2d-4e3f-8a9b-0c1d2e3f4a5", "-a1f0c9e-1c2d-4e3f-8a9b-0c1d2e3f4a5b",
	};

	assert_true(guid_is(LOWER));
	assert_true(guid_is(UPPER));
	assert_false(guid_is(NULL));
	for (size_t i = 0; i < COUNT(not); i++) {
		assert_false(guid_is(not[i]));
		assert_false(guid_is_canonical(not[i]));
	}
}

static void
one_spelling_is_canonical(UNUSED void **state)
{
	assert_true(guid_is_canonical(LOWER));
	assert_false(guid_is_canonical(UPPER));
	assert_false(guid_is_canonical(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc9562_s4_a_guid_has_five_groups_of_digits),
		cmocka_unit_test(one_spelling_is_canonical),
	};

	return RUN(tests, NULL, NULL);
}
