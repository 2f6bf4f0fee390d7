/* SPDX-License-Identifier: MIT */
#include "protocol/page_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
every_text_is_there(void **state UNUSED)
{
	for (int i = 0; i < TEXT_COUNT; i++) {
		const char *text = page_text((enum page_text)i);

		assert_true((const void *)text != NULL && text[0] != '\0');
	}
}

static void
no_text_holds_markup_or_a_gap(void **state UNUSED)
{
	for (int i = 0; i < TEXT_COUNT; i++)
		assert_null(strpbrk(page_text((enum page_text)i), "<>&%\""));
}

static void
a_known_scope_has_words_and_an_unknown_one_the_general_ones(void **state UNUSED)
{
	assert_string_not_equal(page_text_scope("mcp:basic"), page_text(TEXT_SCOPE_UNKNOWN));
	assert_string_equal(page_text_scope("mcp:basi"), page_text(TEXT_SCOPE_UNKNOWN));
	assert_string_equal(page_text_scope("<b>"), page_text(TEXT_SCOPE_UNKNOWN));
}

static void
a_sentence_for_people_is_known_from_one_for_programs(void **state UNUSED)
{
	assert_true(page_text_has(page_text(TEXT_WHY_OVER)));
	assert_false(page_text_has("redirect_uri is missing"));
	assert_false(page_text_has(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_is_there),
		cmocka_unit_test(a_sentence_for_people_is_known_from_one_for_programs),
		cmocka_unit_test(no_text_holds_markup_or_a_gap),
		cmocka_unit_test(a_known_scope_has_words_and_an_unknown_one_the_general_ones),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
