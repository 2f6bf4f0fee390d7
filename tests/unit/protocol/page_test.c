/* SPDX-License-Identifier: MIT */
#include "page_expect.h"

static void
consent_escapes_markup_in_every_field(void **state UNUSED)
{
	static const size_t fields[] = {
		offsetof(struct consent_page, service),
		offsetof(struct consent_page, client_name),
		offsetof(struct consent_page, client_uri),
		offsetof(struct consent_page, redirect_host),
		offsetof(struct consent_page, redirect_uri),
		offsetof(struct consent_page, resource),
		offsetof(struct consent_page, scope),
		offsetof(struct consent_page, account),
		offsetof(struct consent_page, action),
		offsetof(struct consent_page, transaction),
		offsetof(struct consent_page, csrf),
	};
	const char *hostile = "\"'><img/src=x>&amp;</dd>";

	for (size_t i = 0; i < COUNT(fields); i++) {
		struct consent_page page = plain;
		const char *html;

		memcpy((char *)&page + fields[i], &hostile, sizeof hostile);
		html = consent(&page);
		has(html, "&quot;&#39;&gt;&lt;img/src=x&gt;&amp;amp;&lt;/dd&gt;");
		lacks(html, "<img");
		assert_true(count(html, "</dd>") == count(html, "<dd"));
	}
}

static void
a_private_use_scheme_is_escaped_too(void **state UNUSED)
{
	struct consent_page page = plain;
	const char *html;

	page.redirect_host = "";
	page.redirect_uri = "<b>\"x:/cb";
	html = consent(&page);
	assert_true(count(html, "&lt;b&gt;&quot;x:") == 2);
	lacks(html, "<b>");
}

static void
error_escapes_markup_in_every_field(void **state UNUSED)
{
	struct buf b = buf_new(&arena, PAGE_MAX);
	const char *html;

	page_error(&b, &(struct error_page){ .status = 400, .title = "<b>", .what = "<b>", .next = "<b>",
	    .link = "<b>", .link_text = TEXT_ACCOUNT_OPEN, .reference = "<b>", .detail = "<b>" });
	html = buf_text(&b);
	assert_non_null(html);
	lacks(html, "<b>");
	assert_true(count(html, "&lt;b&gt;") == 7);	/* the title stands twice */
}

static void
error_leads_to_where_the_next_step_is_done(void **state UNUSED)
{
	struct buf b = buf_new(&arena, PAGE_MAX);

	page_error(&b, &(struct error_page){ .status = 403, .title = "t", .what = "w", .next = "n",
	    .link = "/a/account", .link_text = TEXT_ACCOUNT_OPEN });
	assert_non_null(buf_text(&b));
	has(buf_text(&b), "<a href=\"/a/account\">Your connected applications</a>");
}

static void
rfc8252_s7_1_a_private_use_scheme_stands_where_the_host_would(void **state UNUSED)
{
	struct consent_page page = plain;
	const char *html;

	page.redirect_host = NULL;
	page.redirect_uri = "com.example.app:/cb";
	html = consent(&page);
	has(html, "<dd class=\"host\"><code><bdi dir=\"ltr\">com.<wbr>example.app:</bdi>");
	has(html, ">com.example.app:/cb<");
	says(html, TEXT_REDIRECT_APP);
}

static void
the_form_posts_transaction_csrf_and_one_of_three_decisions(void **state UNUSED)
{
	const char *html = consent(&plain);

	has(html, "<form method=\"post\" action=\"/consent\"");
	has(html, "<input type=\"hidden\" name=\"transaction\" value=\"transaction-1\">");
	has(html, "<input type=\"hidden\" name=\"csrf\" value=\"csrf-1\">");
	assert_true(count(html, "name=\"decision\"") == 3);
	has(html, "name=\"decision\" value=\"approve\"");
	has(html, "name=\"decision\" value=\"switch\"");
	has(html, "name=\"decision\" value=\"deny\"");
	assert_true(count(html, "<input") == 2);
}

static void
error_says_what_happened_what_to_do_and_the_reference(void **state UNUSED)
{
	const char *html = error(403, "Too late.", "Start again.", "7f3a-19c2");

	has(html, "<title>This sign-in has run out");
	has(html, "<h1>This sign-in has run out</h1>");
	has(html, "<p>Too late.</p>");
	has(html, "<p>Start again.</p>");
	has(html, " 403");
	has(html, ">7f3a-19c2<");
	says(html, TEXT_REFERENCE);
}

static void
error_tells_what_is_for_programs_last_and_as_english(void **state UNUSED)
{
	struct buf b = buf_new(&arena, PAGE_MAX);
	const char *html;

	page_error(&b, &(struct error_page){ .status = 400, .title = "t", .next = "n", .detail = "state is malformed" });
	html = buf_text(&b);
	assert_non_null(html);
	has(html, "<span lang=\"en\">state is malformed</span>");
	assert_true(strstr(html, "state is malformed") > strstr(html, " 400"));
	lacks(html, "<p></p>");
}

static void
error_does_without_next_step_and_reference(void **state UNUSED)
{
	const char *html = error(500, "Too late.", NULL, NULL);

	lacks(html, page_text(TEXT_REFERENCE));
	lacks(html, page_text(TEXT_ERROR_NEXT));
}

static void
both_pages_have_language_title_one_heading_and_a_main_landmark(void **state UNUSED)
{
	const char *pages[] = { consent(&plain), error(400, "a", "b", "c") };

	for (size_t i = 0; i < COUNT(pages); i++) {
		assert_memory_equal(pages[i], "<!DOCTYPE html>\n", 16);
		has(pages[i], "<html lang=\"en\">");
		has(pages[i], "<meta charset=\"utf-8\">");
		has(pages[i], "content=\"width=device-width, initial-scale=1\"");
		assert_true(count(pages[i], "<title>") == 1);
		assert_true(count(pages[i], "<h1") == 1);
		assert_true(count(pages[i], "<main>") == 1);
		assert_true(count(pages[i], "</main>") == 1);
		has(pages[i], ":focus-visible");
	}
}

static void
both_pages_hold_no_script_no_style_attribute_and_nothing_from_elsewhere(void **state UNUSED)
{
	static const char *const unwanted[] = { "<script", "javascript:", " style=", "<link", "<img",
	    "src=", "url(", "@import", "<iframe", "<base", " onclick", " onload", "href" };
	const char *pages[] = { consent(&plain), error(400, "a", "b", "c") };

	for (size_t i = 0; i < COUNT(pages); i++)
		for (size_t k = 0; k < COUNT(unwanted); k++)
			lacks(pages[i], unwanted[k]);
}

static void
what_does_not_fit_sticks(void **state UNUSED)
{
	struct buf b = buf_new(&arena, 100);

	page_consent(&b, &plain);
	assert_null(buf_text(&b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consent_escapes_markup_in_every_field),
		cmocka_unit_test(a_private_use_scheme_is_escaped_too),
		cmocka_unit_test(error_escapes_markup_in_every_field),
		cmocka_unit_test(rfc8252_s7_1_a_private_use_scheme_stands_where_the_host_would),
		cmocka_unit_test(the_form_posts_transaction_csrf_and_one_of_three_decisions),
		cmocka_unit_test(error_says_what_happened_what_to_do_and_the_reference),
		cmocka_unit_test(error_tells_what_is_for_programs_last_and_as_english),
		cmocka_unit_test(error_does_without_next_step_and_reference),
		cmocka_unit_test(error_leads_to_where_the_next_step_is_done),
		cmocka_unit_test(both_pages_have_language_title_one_heading_and_a_main_landmark),
		cmocka_unit_test(both_pages_hold_no_script_no_style_attribute_and_nothing_from_elsewhere),
		cmocka_unit_test(what_does_not_fit_sticks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
