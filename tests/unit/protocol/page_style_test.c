/* SPDX-License-Identifier: MIT */
#include "protocol/page_style.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base64url.h"
#include "base/digest.h"
#include "protocol/page.h"

static struct arena arena;

static int
setup(void **state UNUSED)
{
	arena_init(&arena, 1 << 20);
	return 0;
}

static int
teardown(void **state UNUSED)
{
	arena_free(&arena);
	return 0;
}

static void
the_policy_s_hash_is_the_hash_of_the_style_element_sent(void **state UNUSED)
{
	struct buf b = buf_new(&arena, 65536);
	uint8_t sum[SHA256_SIZE];
	const char *html, *from, *to;

	page_error(&b, &(struct error_page){ .status = 400, .title = "a", .what = "b", .next = "c" });
	html = buf_text(&b);
	assert_non_null(html);
	from = strstr(html, "<style>");
	to = strstr(html, "</style>");
	assert_true(from != NULL && to != NULL);
	from += strlen("<style>");
	sha256(from, (size_t)(to - from), sum);
	assert_non_null(strstr(page_policy(&arena, NULL),
	    arena_printf(&arena, "style-src 'sha256-%s';", base64_encode(&arena, sum, sizeof sum))));
}

static void
the_policy_is_the_same_after_the_arena_was_reset(void **state UNUSED)
{
	char first[1024];

	(void)snprintf(first, sizeof first, "%s", page_policy(&arena, NULL));
	arena_reset(&arena);
	assert_string_equal(page_policy(&arena, NULL), first);
}

static void
the_policy_allows_nothing_else_and_no_frame(void **state UNUSED)
{
	const char *policy = page_policy(&arena, NULL);

	assert_memory_equal(policy, "default-src 'none';", 19);
	assert_non_null(strstr(policy, "base-uri 'none'"));
	assert_non_null(strstr(policy, "frame-ancestors 'none'"));
	assert_null(strstr(policy, "unsafe"));
	assert_null(strstr(policy, "script-src"));
}

static void
the_policy_names_the_origins_a_form_may_reach_or_none(void **state UNUSED)
{
	assert_non_null(strstr(page_policy(&arena, "https://a.example http://127.0.0.1:33418 app:"),
	    "form-action https://a.example http://127.0.0.1:33418 app:;"));
	assert_non_null(strstr(page_policy(&arena, NULL), "form-action 'none';"));
	assert_non_null(strstr(page_policy(&arena, "  "), "form-action 'none';"));
}

static void
the_policy_names_the_scheme_where_csp_cannot_spell_the_host(void **state UNUSED)
{
	assert_non_null(strstr(page_policy(&arena, " https://a.example  http://[::1]:33418 https://a_b.example app:"),
	    "form-action https://a.example http: https: app:;"));
	assert_non_null(strstr(page_policy(&arena, "[x"), "form-action [x;"));	/* allows nothing */
}

static void
the_policy_takes_no_directive_from_an_origin(void **state UNUSED)
{
	static const char *const hostile[] = { "https://a.example; script-src *",
	    "https://a.example, x", "https://a.example\r\nSet-Cookie: a=b", "'unsafe-inline'" };

	for (size_t i = 0; i < COUNT(hostile); i++)
		assert_non_null(strstr(page_policy(&arena, hostile[i]), "form-action 'none';"));
}

static void
the_framed_policy_allows_one_ancestor_and_nothing_else(void **state UNUSED)
{
	static const char *const hostile[] = { "", "https://a.example; script-src *",
	    "'unsafe-inline'", "https://a.example\r\nSet-Cookie: a=b" };

	assert_string_equal(page_policy_framed(&arena, "https://login.example"),
	    "default-src 'none'; base-uri 'none'; form-action 'none'; "
	    "frame-ancestors https://login.example");
	assert_non_null(strstr(page_policy_framed(&arena, "https://a_b.example"),
	    "frame-ancestors https://a_b.example"));
	for (size_t i = 0; i < COUNT(hostile); i++)
		assert_non_null(strstr(page_policy_framed(&arena, hostile[i]),
		    "frame-ancestors 'none'"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_policy_s_hash_is_the_hash_of_the_style_element_sent),
		cmocka_unit_test(the_policy_is_the_same_after_the_arena_was_reset),
		cmocka_unit_test(the_policy_allows_nothing_else_and_no_frame),
		cmocka_unit_test(the_policy_names_the_origins_a_form_may_reach_or_none),
		cmocka_unit_test(the_policy_names_the_scheme_where_csp_cannot_spell_the_host),
		cmocka_unit_test(the_policy_takes_no_directive_from_an_origin),
		cmocka_unit_test(the_framed_policy_allows_one_ancestor_and_nothing_else),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
