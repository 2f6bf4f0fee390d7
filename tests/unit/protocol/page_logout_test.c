/* SPDX-License-Identifier: MIT */
#include "page_expect.h"

#define HOSTILE		"\"'><img/src=x>&amp;</dd>"
#define ESCAPED		"&quot;&#39;&gt;&lt;img/src=x&gt;&amp;amp;&lt;/dd&gt;"
#define SERVICE		"gateway.contoso.example"

static const char *
text_of(struct buf *b)
{
	const char *html = buf_text(b);

	assert_non_null(html);
	return html;
}

static const char *
logout(const char *service, const char *action)
{
	struct buf b = buf_new(&arena, PAGE_MAX);

	page_logout(&b, service, action);
	return text_of(&b);
}

static const char *
signed_out(const char *service)
{
	struct buf b = buf_new(&arena, PAGE_MAX);

	page_signed_out(&b, service);
	return text_of(&b);
}

static const char *
heard(void)
{
	struct buf b = buf_new(&arena, PAGE_MAX);

	page_logout_heard(&b);
	return text_of(&b);
}

static void
signing_out_says_what_ends_and_what_stays_before_the_button(void **state UNUSED)
{
	static const enum page_text told[] = { TEXT_LOGOUT_LEAD, TEXT_LOGOUT_BROWSER_ENDS,
	    TEXT_LOGOUT_CLIENTS_END, TEXT_LOGOUT_ELSEWHERE_STAYS };
	const char *html = logout(SERVICE, "/logout");

	for (size_t i = 0; i < COUNT(told); i++)
		says(html, told[i]);
	assert_true(strstr(html, "</dl>") < strstr(html, "<form"));
	has(html, "aria-describedby=\"ends\"");
	has(html, "<dl id=\"ends\">");
}

static void
the_form_posts_one_decision_to_its_action(void **state UNUSED)
{
	const char *html = logout(SERVICE, "/a/logout");

	has(html, "<form method=\"post\" action=\"/a/logout\"");
	has(html, "<button class=\"go\" name=\"decision\" value=\"signout\"");
	assert_true(count(html, "<button") == 1);
	lacks(html, "<input");
}

static void
being_signed_out_leaves_nothing_to_press(void **state UNUSED)
{
	const char *html = signed_out(SERVICE);

	says(html, TEXT_SIGNED_OUT);
	says(html, TEXT_SIGNED_OUT_CLIENTS);
	lacks(html, "<form");
	lacks(html, "<button");
}

static void
the_pages_escape_what_they_are_given(void **state UNUSED)
{
	const char *pages[] = { logout(HOSTILE, "/logout"), logout(SERVICE, HOSTILE),
	    signed_out(HOSTILE) };

	for (size_t i = 0; i < COUNT(pages); i++) {
		has(pages[i], ESCAPED);
		lacks(pages[i], "<img");
	}
}

static void
the_pages_are_whole_and_hold_no_script(void **state UNUSED)
{
	static const char *const unwanted[] = { "<script", " style=", "<link", "src=", "href",
	    "<iframe" };
	const char *pages[] = { logout(SERVICE, "/logout"), signed_out(SERVICE) };

	for (size_t i = 0; i < COUNT(pages); i++) {
		assert_memory_equal(pages[i], "<!DOCTYPE html>\n", 16);
		has(pages[i], "<html lang=\"en\">");
		assert_true(count(pages[i], "<h1") == 1 && count(pages[i], "</main>") == 1);
		assert_true(count(pages[i], "<dd") == count(pages[i], "</dd>"));
		for (size_t j = 0; j < COUNT(unwanted); j++)
			lacks(pages[i], unwanted[j]);
	}
}

static void
what_entra_frames_is_tiny_and_needs_no_policy_for_itself(void **state UNUSED)
{
	const char *html = heard();

	says(html, TEXT_LOGOUT_HEARD);
	assert_true(strlen(html) < 256);
	lacks(html, "style");
	lacks(html, "<form");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signing_out_says_what_ends_and_what_stays_before_the_button),
		cmocka_unit_test(the_form_posts_one_decision_to_its_action),
		cmocka_unit_test(being_signed_out_leaves_nothing_to_press),
		cmocka_unit_test(the_pages_escape_what_they_are_given),
		cmocka_unit_test(the_pages_are_whole_and_hold_no_script),
		cmocka_unit_test(what_entra_frames_is_tiny_and_needs_no_policy_for_itself),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
