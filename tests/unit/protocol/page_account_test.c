/* SPDX-License-Identifier: MIT */
#include "protocol/page_account.h"

#include "page_expect.h"

#define HOSTILE		"\"'><img/src=x>&amp;</dd>"
#define ESCAPED		"&quot;&#39;&gt;&lt;img/src=x&gt;&amp;amp;&lt;/dd&gt;"
#define AT		1800000000	/* 2027-01-15 08:00 UTC */

static const char *const hosts[] = { "notes.example", "com.example.app:", NULL };
static const char *const no_hosts[] = { NULL };

static const struct account_connection connections[] = {
	{ "https://gateway.contoso.example/mcp", "mcp:tools files:read", AT, AT + 60 },
	{ "https://gateway.contoso.example/weather", "", AT, AT },
};

static const struct account_application two[] = {
	{ .client_id = "client-1", .registered = true, .name = "Notes & Tasks", .host = "notes.example",
	  .leads_to = hosts, .connection = connections, .connections = 2 },
	{ .client_id = "client-2", .registered = true, .name = "Reports", .known = true, .local = true,
	  .leads_to = no_hosts, .connection = connections, .connections = 1 },
};

static const struct account_page open_page = {
	.service = "gateway.contoso.example", .action = "/a/account", .logout = "/a/logout", .csrf = "csrf-1",
	.said = TEXT_COUNT, .name = "Alice Example", .username = "alice@contoso.example",
	.application = two, .applications = COUNT(two),
};

static const char *
opened(const struct account_page *page)
{
	struct buf b = buf_new(&arena, PAGE_MAX);
	const char *html;

	page_account(&b, page);
	html = buf_text(&b);
	assert_non_null(html);
	return html;
}

static const char *
closed(const struct account_page *page)
{
	struct buf b = buf_new(&arena, PAGE_MAX);
	const char *html;

	page_account_closed(&b, page);
	html = buf_text(&b);
	assert_non_null(html);
	return html;
}

static const char *
one(const struct account_application *a)
{
	struct account_page page = open_page;

	page.application = a;
	page.applications = 1;
	return opened(&page);
}

static void
each_application_says_who_where_what_and_when(void **state UNUSED)
{
	const char *html = opened(&open_page);

	has(html, "id=\"name-0\" dir=\"auto\">Notes &amp; Tasks</h2>");
	says(html, TEXT_NAME_UNVERIFIED);
	says(html, TEXT_NAME_KNOWN);
	says(html, TEXT_DOCUMENT);
	assert_true(count(html, ">notes.example<") == 2);	/* who publishes it, and where it leads */
	has(html, ">com.example.app:<");
	says(html, TEXT_ACCOUNT_LOCAL);
	has(html, ">https://gateway.contoso.example/mcp<");
	has(html, ">https://gateway.contoso.example/weather<");
	has(html, page_text_scope("mcp:tools"));
	has(html, ">files:read<");
	has(html, "<time datetime=\"2027-01-15T08:00:00Z\">2027-01-15 08:00 UTC</time>");
	has(html, "<time datetime=\"2027-01-15T08:01:00Z\">2027-01-15 08:01 UTC</time>");
}

static void
each_button_names_its_application(void **state UNUSED)
{
	const char *html = opened(&open_page);

	has(html, "name=\"end\" value=\"client-1\" id=\"end-0\" aria-labelledby=\"end-0 name-0\"");
	has(html, "name=\"end\" value=\"client-2\" id=\"end-1\" aria-labelledby=\"end-1 name-1\"");
	has(html, "name=\"decision\" value=\"end-all\"");
	has(html, "name=\"decision\" value=\"signout\"");
	assert_true(count(html, "<button") == 4);
}

static void
one_form_posts_them_all(void **state UNUSED)
{
	const char *pages[] = { opened(&open_page), closed(&open_page) };

	for (size_t i = 0; i < COUNT(pages); i++) {
		assert_true(count(pages[i], "<form") == 1 && count(pages[i], "<input") == 1);
		has(pages[i], "<form method=\"post\" action=\"/a/account\"");
		has(pages[i], "<input type=\"hidden\" name=\"csrf\" value=\"csrf-1\">");
	}
}

static void
who_is_signed_in_stands_there(void **state UNUSED)
{
	struct account_page page = open_page;

	has(opened(&page), "<bdi>Alice Example</bdi>");
	has(opened(&page), ">alice@contoso.example<");
	page.name = page.username = "";
	lacks(opened(&page), "<strong>");
	says(opened(&page), TEXT_ACCOUNT_WHO);
}

static void
nothing_connected_leaves_nothing_to_disconnect(void **state UNUSED)
{
	struct account_page page = open_page;
	const char *html;

	page.applications = 0;
	html = opened(&page);
	says(html, TEXT_ACCOUNT_NONE);
	lacks(html, "end-all");
	has(html, "signout");
	lacks(html, "<ul");
}

static void
what_is_not_shown_is_told(void **state UNUSED)
{
	struct account_page page = open_page;

	lacks(opened(&page), page_text(TEXT_ACCOUNT_MORE));
	page.more = true;
	says(opened(&page), TEXT_ACCOUNT_MORE);
}

static void
what_was_done_is_said_once_and_announced(void **state UNUSED)
{
	struct account_page page = open_page;

	lacks(opened(&page), "role=\"status\"");
	lacks(closed(&page), "role=\"status\"");
	page.said = TEXT_ACCOUNT_ENDED;
	has(opened(&page), "<p class=\"said\" role=\"status\" tabindex=\"-1\" autofocus>The application is disconnected.</p>");
	page.said = TEXT_ACCOUNT_SIGNED_OUT;
	says(closed(&page), TEXT_ACCOUNT_SIGNED_OUT);
}

static void
without_anybody_signed_in_there_are_two_ways_in_and_nothing_of_anybody(void **state UNUSED)
{
	const char *html = closed(&open_page);

	has(html, "name=\"decision\" value=\"signin\"");
	has(html, "name=\"decision\" value=\"switch\"");
	assert_true(count(html, "<button") == 2);
	has(html, "<a href=\"/a/logout\">");
	lacks(html, "Alice");
	lacks(html, "client-1");
}

static void
a_client_that_is_not_registered_any_more_can_be_disconnected(void **state UNUSED)
{
	const struct account_application gone = { .client_id = "gone", .connection = connections,
	    .connections = 1 };
	const char *html = one(&gone);

	says(html, TEXT_ACCOUNT_GONE);
	says(html, TEXT_NAME_NONE);
	lacks(html, page_text(TEXT_ACCOUNT_LEADS));
	has(html, "name=\"end\" value=\"gone\"");
}

static void
markup_is_escaped_in_every_field(void **state UNUSED)
{
	static const size_t of_page[] = { offsetof(struct account_page, service),
	    offsetof(struct account_page, action), offsetof(struct account_page, csrf),
	    offsetof(struct account_page, name), offsetof(struct account_page, username) };
	static const size_t of_application[] = { offsetof(struct account_application, client_id),
	    offsetof(struct account_application, name), offsetof(struct account_application, host) };
	static const char *const hostile_hosts[] = { HOSTILE, NULL };
	const struct account_connection hostile_connection = { HOSTILE, HOSTILE, AT, AT };
	const char *hostile = HOSTILE, *pages[12];
	struct account_application a = two[0];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(of_page); i++) {
		struct account_page page = open_page;

		memcpy((char *)&page + of_page[i], &hostile, sizeof hostile);
		pages[n++] = opened(&page);
	}
	for (size_t i = 0; i < COUNT(of_application); i++) {
		a = two[0];
		memcpy((char *)&a + of_application[i], &hostile, sizeof hostile);
		pages[n++] = one(&a);
	}
	a = two[0];
	a.leads_to = hostile_hosts;
	a.connection = &hostile_connection;
	a.connections = 1;
	pages[n++] = one(&a);
	for (size_t i = 0; i < n; i++) {
		has(pages[i], ESCAPED);
		lacks(pages[i], "<img");
		assert_true(count(pages[i], "</dd>") == count(pages[i], "<dd"));
	}
}

static void
the_pages_are_whole_and_hold_no_script(void **state UNUSED)
{
	static const char *const unwanted[] = { "<script", " style=", "<link", "src=", "<iframe", " onclick" };
	const char *pages[] = { opened(&open_page), closed(&open_page) };

	for (size_t i = 0; i < COUNT(pages); i++) {
		assert_memory_equal(pages[i], "<!DOCTYPE html>\n", 16);
		has(pages[i], "<html lang=\"en\">");
		assert_true(count(pages[i], "<h1") == 1 && count(pages[i], "</main>") == 1);
		assert_true(count(pages[i], "<dl>") == count(pages[i], "</dl>"));
		assert_true(count(pages[i], "<div") == count(pages[i], "</div>"));
		for (size_t j = 0; j < COUNT(unwanted); j++)
			lacks(pages[i], unwanted[j]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_application_says_who_where_what_and_when),
		cmocka_unit_test(each_button_names_its_application),
		cmocka_unit_test(one_form_posts_them_all),
		cmocka_unit_test(who_is_signed_in_stands_there),
		cmocka_unit_test(nothing_connected_leaves_nothing_to_disconnect),
		cmocka_unit_test(what_is_not_shown_is_told),
		cmocka_unit_test(what_was_done_is_said_once_and_announced),
		cmocka_unit_test(without_anybody_signed_in_there_are_two_ways_in_and_nothing_of_anybody),
		cmocka_unit_test(a_client_that_is_not_registered_any_more_can_be_disconnected),
		cmocka_unit_test(markup_is_escaped_in_every_field),
		cmocka_unit_test(the_pages_are_whole_and_hold_no_script),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
