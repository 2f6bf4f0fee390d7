/* SPDX-License-Identifier: MIT */
#include "protocol/entra_fault.h"

#include "arena_group.h"

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

static void
a_word_of_lower_case_letters_gets_into_the_log_and_nothing_else(UNUSED void **state)
{
	static const char *const others[] = { NULL, "", "Invalid_grant", "invalid grant", "invalid_grant\n",
	    "invalid-grant", "invalid_grant2", "<script>", "\xc3\xa4" };

	assert_string_equal(entra_fault_word(&a, "invalid_grant"), "invalid_grant");
	assert_string_equal(entra_fault_word(&a, many('x', 40)), many('x', 40));
	assert_string_equal(entra_fault_word(&a, many('x', 41)), "unreadable");
	for (size_t i = 0; i < COUNT(others); i++)
		assert_string_equal(entra_fault_word(&a, others[i]), "unreadable");
}

static void
of_a_description_the_first_number_is_read(UNUSED void **state)
{
	static const struct { const char *text; int64_t number; } rows[] = {
		{ NULL, 0 }, { "", 0 }, { "AADSTS", 0 }, { "AADSTSx1", 0 }, { "aadsts50105", 0 },
		{ "AADSTS-5", 0 }, { "50105", 0 }, { "AADSTS50105: The signed in user", 50105 },
		{ "Error: AADSTS65004\r\nTrace ID: 1 AADSTS1", 65004 }, { "AADSTS7002138", 7002138 },
		{ "AADSTS123456789", 123456789 }, { "AADSTS99999999999999999999", 999999999 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(entra_fault_number(rows[i].text), rows[i].number);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_says_what_to_compare),
		cmocka_unit_test(of_another_number_it_says_nothing),
		cmocka_unit_test(a_word_of_lower_case_letters_gets_into_the_log_and_nothing_else),
		cmocka_unit_test(of_a_description_the_first_number_is_read),
	};

	return RUN(tests, open_arena, close_arena);
}
