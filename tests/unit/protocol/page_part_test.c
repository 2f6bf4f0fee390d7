/* SPDX-License-Identifier: MIT */
/* The pages' own tests look at whole pages; these at what only some of them show. */
#include "protocol/page_part.h"

#include "page_expect.h"

static struct buf b;

static const char *
text(void)
{
	const char *html = buf_text(&b);

	assert_non_null(html);
	return html;
}

static void
a_host_breaks_after_its_dots_but_the_last(void **state UNUSED)
{
	b = buf_new(&arena, PAGE_MAX);
	page_host(&b, "a.b.example.org:8443");
	has(text(), ">a.<wbr>b.<wbr>example.org:8443<");
	b = buf_new(&arena, PAGE_MAX);
	page_host(&b, "localhost");
	has(text(), ">localhost<");
}

static void
scopes_are_told_in_words_and_unknown_ones_by_name_too(void **state UNUSED)
{
	b = buf_new(&arena, PAGE_MAX);
	page_scopes(&b, " mcp:tools  files:<read> ");
	assert_true(count(text(), "<li>") == 2 && count(text(), "</li>") == 2);
	has(text(), page_text_scope("mcp:tools"));
	has(text(), "<code><bdi dir=\"ltr\">files:&lt;read&gt;</bdi></code>");
}

static void
no_scope_at_all_is_told_too(void **state UNUSED)
{
	static const char *const none[] = { NULL, "", "  " };

	for (size_t i = 0; i < COUNT(none); i++) {
		b = buf_new(&arena, PAGE_MAX);
		page_scopes(&b, none[i]);
		says(text(), TEXT_SCOPE_NONE);
	}
}

static void
only_the_administrator_vouches_for_a_name(void **state UNUSED)
{
	assert_string_equal(page_name_sureness("a", true), page_text(TEXT_NAME_KNOWN));
	assert_string_equal(page_name_sureness("a", false), page_text(TEXT_NAME_UNVERIFIED));
	assert_string_equal(page_name_sureness("", false), page_text(TEXT_UNVERIFIED));
	assert_string_equal(page_name_sureness(NULL, false), page_text(TEXT_UNVERIFIED));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_breaks_after_its_dots_but_the_last),
		cmocka_unit_test(scopes_are_told_in_words_and_unknown_ones_by_name_too),
		cmocka_unit_test(no_scope_at_all_is_told_too),
		cmocka_unit_test(only_the_administrator_vouches_for_a_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
