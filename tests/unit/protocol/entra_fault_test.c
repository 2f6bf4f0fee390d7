/* SPDX-License-Identifier: MIT */
#include "protocol/entra_fault.h"

#include "../test.h"

static void
each_number_says_what_to_compare(UNUSED void **state)
{
	static const struct { int64_t number; const char *says; } rows[] = {
		{ 70021, "issuer, subject and audience" }, { 70025, "has no federated credential" },
		{ 700024, "clock" }, { 700027, "thumbprint" }, { 700211, "issuer" },
		{ 700212, "audience" }, { 700213, "subject" }, { 7002137, "subject" },
		{ 7002138, "subject" }, { 700214, "audience" }, { 700231, "on behalf of" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_non_null(strstr(entra_fault_advice(rows[i].number), rows[i].says));
}

static void
of_another_number_it_says_nothing(UNUSED void **state)
{
	assert_null(entra_fault_advice(0));
	assert_null(entra_fault_advice(50076));
	assert_null(entra_fault_advice(7000215));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_says_what_to_compare),
		cmocka_unit_test(of_another_number_it_says_nothing),
	};

	return RUN(tests, NULL, NULL);
}
