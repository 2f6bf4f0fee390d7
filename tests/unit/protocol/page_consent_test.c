/* SPDX-License-Identifier: MIT */
#include "page_expect.h"

static void
consent_names_the_client_and_says_that_it_is_unverified(void **state UNUSED)
{
	const char *html = consent(&plain);

	has(html, "dir=\"auto\">Claude Code</dd>");
	says(html, TEXT_NAME_UNVERIFIED);
	lacks(html, page_text(TEXT_CLIENT_URI));
}

static void
a51b_consent_names_the_host_that_publishes_the_client(void **state UNUSED)
{
	struct consent_page page = plain;
	const char *html;

	page.client_host = "app.client.example";
	html = consent(&page);
	says(html, TEXT_DOCUMENT);
	has(html, "app.<wbr>client.example");
	says(html, TEXT_NAME_UNVERIFIED);
	lacks(consent(&plain), page_text(TEXT_DOCUMENT));
}

static void
consent_says_who_has_set_a_client_up(void **state UNUSED)
{
	struct consent_page page = plain;
	const char *html;

	page.known = true;
	html = consent(&page);
	says(html, TEXT_NAME_KNOWN);
	lacks(html, page_text(TEXT_NAME_UNVERIFIED));
}

static void
consent_says_when_the_client_gave_no_name(void **state UNUSED)
{
	struct consent_page page = plain;

	page.client_name = NULL;
	says(consent(&page), TEXT_NAME_NONE);
	page.client_name = "";
	says(consent(&page), TEXT_NAME_NONE);
	says(consent(&page), TEXT_UNVERIFIED);
}

static void
consent_shows_the_client_uri_as_text_and_not_as_a_link(void **state UNUSED)
{
	struct consent_page page = plain;
	const char *html;

	page.client_uri = "https://about.example/";
	html = consent(&page);
	has(html, ">https://about.example/<");
	says(html, TEXT_CLIENT_URI);
	lacks(html, "<a ");
	lacks(html, "href");
}

static void
consent_names_the_redirect_host_and_the_whole_uri(void **state UNUSED)
{
	const char *html = consent(&plain);

	has(html, "<dd class=\"host\"><code><bdi dir=\"ltr\">client.example</bdi></code></dd>");
	has(html, ">https://client.example/cb?app=1<");
	lacks(html, page_text(TEXT_REDIRECT_APP));
}

static void
a_long_redirect_host_keeps_its_last_labels_in_one_piece(void **state UNUSED)
{
	struct consent_page page = plain;

	page.redirect_host = "login.contoso.example.evil.example:8443";
	has(consent(&page), ">login.<wbr>contoso.<wbr>example.<wbr>evil.example:8443<");
	page.redirect_host = "[::1]:33418";
	has(consent(&page), ">[::1]:33418<");
	page.redirect_host = "localhost.";
	has(consent(&page), ">localhost.<");
}

static void
consent_names_the_resource_and_says_each_scope_in_words(void **state UNUSED)
{
	const char *html = consent(&plain);

	has(html, ">https://gateway.contoso.example/mcp<");
	has(html, page_text_scope("mcp:basic"));
	assert_true(count(html, "<li>") == 2);
	lacks(html, page_text(TEXT_SCOPE_UNKNOWN));
}

static void
consent_shows_a_scope_it_has_no_words_for_by_its_name(void **state UNUSED)
{
	struct consent_page page = plain;
	const char *html;

	page.scope = " mcp:basic  files:write ";
	html = consent(&page);
	says(html, TEXT_SCOPE_UNKNOWN);
	has(html, ">files:write<");
	assert_true(count(html, "<li>") == 2);
}

static void
consent_without_a_scope_says_so(void **state UNUSED)
{
	struct consent_page page = plain;

	page.scope = "";
	says(consent(&page), TEXT_SCOPE_NONE);
	page.scope = NULL;
	says(consent(&page), TEXT_SCOPE_NONE);
}

static void
consent_says_that_the_person_will_sign_in_with_microsoft(void **state UNUSED)
{
	const char *html = consent(&plain);

	says(html, TEXT_NEXT);
	has(html, "Microsoft");
}

static void
consent_warns_for_loopback_only(void **state UNUSED)
{
	struct consent_page page = plain;
	const char *html;

	lacks(consent(&page), "id=\"warning\"");
	lacks(consent(&page), page_text(TEXT_LOOPBACK));
	page.loopback = true;
	html = consent(&page);
	says(html, TEXT_LOOPBACK);
	assert_true(strstr(html, "id=\"warning\"") < strstr(html, "<form"));
	has(html, "aria-describedby=\"warning next\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(consent_names_the_client_and_says_that_it_is_unverified),
		cmocka_unit_test(a51b_consent_names_the_host_that_publishes_the_client),
		cmocka_unit_test(consent_says_who_has_set_a_client_up),
		cmocka_unit_test(consent_says_when_the_client_gave_no_name),
		cmocka_unit_test(consent_shows_the_client_uri_as_text_and_not_as_a_link),
		cmocka_unit_test(consent_names_the_redirect_host_and_the_whole_uri),
		cmocka_unit_test(a_long_redirect_host_keeps_its_last_labels_in_one_piece),
		cmocka_unit_test(consent_names_the_resource_and_says_each_scope_in_words),
		cmocka_unit_test(consent_shows_a_scope_it_has_no_words_for_by_its_name),
		cmocka_unit_test(consent_without_a_scope_says_so),
		cmocka_unit_test(consent_says_that_the_person_will_sign_in_with_microsoft),
		cmocka_unit_test(consent_warns_for_loopback_only),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
