/* SPDX-License-Identifier: MIT */
#include "service/session_selection.h"

#include "../test.h"

#define OID	"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define TID	"11111111-1111-4111-8111-11111111111b"

static void
a_person_is_named_in_three_ways(UNUSED void **state)
{
	struct session_selection s = { 0 };

	assert_true(session_selection_user(&s, OID));
	assert_string_equal(s.object_id, OID);
	assert_string_equal(s.tenant_id, "");
	assert_null(s.subject);
	s = (struct session_selection){ 0 };
	assert_true(session_selection_user(&s, "11111111-1111-4111-8111-11111111111B/AAAAAAAA-aaaa-4aaa-8aaa-aaaaaaaaaaaa"));
	assert_string_equal(s.object_id, OID);
	assert_string_equal(s.tenant_id, TID);
	s = (struct session_selection){ 0 };
	assert_true(session_selection_user(&s, "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE"));
	assert_string_equal(s.subject, "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE");
	assert_string_equal(s.object_id, "");
}

static void
anything_else_names_nobody(UNUSED void **state)
{
	static const char *const wrong[] = {
		"", "/", OID "/", "/" OID, OID "x", TID "/" OID "/", "x/" OID, "alice@example.org", "--all", "%",
		OID " ", "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCd=", TID "//" OID, "*", "' OR 1=1 --",
		"gaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
	};

	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct session_selection s = { 0 };

		if (session_selection_user(&s, wrong[i]))
			fail_msg("%s names somebody", wrong[i]);
	}
}

/* What is not named is any, so half a person must not be everybody. */
static void
a_person_is_selected_by_both_ids_or_not_at_all(UNUSED void **state)
{
	static const char *const wrong[][2] = {
		{ "", "" }, { TID, "" }, { "", OID }, { TID, "x" }, { "x", OID }, { TID, OID "/" }, { TID "/", OID },
	};
	struct session_selection s = { .client_id = "client" };

	for (size_t i = 0; i < COUNT(wrong); i++) {
		assert_false(session_selection_person(&s, wrong[i][0], wrong[i][1]));
		assert_string_equal(s.tenant_id, "");
		assert_string_equal(s.object_id, "");
	}
	assert_true(session_selection_person(&s, TID, OID));
	assert_string_equal(s.tenant_id, TID);
	assert_string_equal(s.object_id, OID);
	assert_string_equal(s.client_id, "client");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_is_named_in_three_ways),
		cmocka_unit_test(anything_else_names_nobody),
		cmocka_unit_test(a_person_is_selected_by_both_ids_or_not_at_all),
	};

	return RUN(tests, NULL, NULL);
}
