/* SPDX-License-Identifier: MIT */
#include "service/browser.h"

#include "fake_io.h"

#define ZEROS	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"	/* 32 zero bytes */

static struct response rs;

/* A request with this Cookie header and an empty answer to it. */
static void
come_with(const char *cookies)
{
	WEB_REQUEST("", "REQUEST_URI=/consent", arena_printf(&fix.arena, "HTTP_COOKIE=%s",
	    cookies));
	rs = response_new(&fix.arena);
}

static const char *
headers(void)
{
	assert_non_null(buf_text(&rs.headers));
	return buf_text(&rs.headers);
}

static size_t
cookies_set(void)
{
	size_t n = 0;

	for (const char *p = headers(); (p = strstr(p, "Set-Cookie: ")) != NULL; p++)
		n++;
	return n;
}

/* What the browser would send back of the one cookie that was set. */
static const char *
sent_back(void)
{
	const char *p = strstr(headers(), "Set-Cookie: ");

	assert_non_null(p);
	p += sizeof "Set-Cookie: " - 1;
	return arena_copy(&fix.arena, p, strcspn(p, ";"));
}

static void
rfc6265bis_s4_1_3_the_browser_cookie_is_host_bound(UNUSED void **state)
{
	struct opaque_token made, read;

	come_with("");
	made = browser_cookie(&fix.rq, &rs);
	assert_string_equal(headers(), arena_printf(&fix.arena,
	    "Set-Cookie: __Host-sallyport-browser=%s; "
	    "Path=/; Secure; HttpOnly; SameSite=Lax\r\n", made.text));
	come_with(sent_back());
	assert_true(browser_cookie_read(&fix.rq, &read));
	assert_string_equal(read.text, made.text);
	assert_string_equal(browser_cookie(&fix.rq, &rs).text, made.text);
	assert_string_equal(headers(), "");
}

static void
with_a_path_in_public_url_the_cookie_has_that_path(UNUSED void **state)
{
	struct opaque_token made, read;

	fix.config.public_path = "/~me";
	come_with("");
	made = browser_cookie(&fix.rq, &rs);
	assert_string_equal(headers(), arena_printf(&fix.arena,
	    "Set-Cookie: __Secure-sallyport-browser=%s; "
	    "Path=/~me; Secure; HttpOnly; SameSite=Lax\r\n", made.text));
	come_with(arena_printf(&fix.arena, "__Host-sallyport-browser=%s", made.text));
	assert_false(browser_cookie_read(&fix.rq, &read));
}

static void
a_cookie_that_is_not_ours_is_replaced(UNUSED void **state)
{
	static const char *const bad[] = { "", "short",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
	    (ZEROS "; __Host-sallyport-browser=" ZEROS),
	};
	struct opaque_token read;

	for (size_t i = 0; i < COUNT(bad); i++) {
		come_with(arena_printf(&fix.arena, "__Host-sallyport-browser=%s", bad[i]));
		assert_false(browser_cookie_read(&fix.rq, &read));
		(void)browser_cookie(&fix.rq, &rs);
		assert_int_equal(cookies_set(), 1);
	}
}

static void
the_forms_proof_is_bound_to_browser_and_page(UNUSED void **state)
{
	struct opaque_token one = opaque_token_new(&fix.arena), two = opaque_token_new(&fix.arena);
	const char *proof = browser_csrf(&fix.rq, &one, "page");

	assert_int_equal(strlen(proof), 43);
	assert_string_equal(browser_csrf(&fix.rq, &one, "page"), proof);
	assert_string_not_equal(browser_csrf(&fix.rq, &two, "page"), proof);
	assert_string_not_equal(browser_csrf(&fix.rq, &one, "other"), proof);
	assert_null(browser_csrf(&fix.rq, &one, NULL));
}

/* A page may stand open while the key is rotated. */
static void
the_proof_is_ours_under_every_generation_of_the_key(UNUSED void **state)
{
	static const char old[] = "aaaaaaaaaaaaaaaa 1700000000 " ZEROS "\n";
	static const char new[] = "bbbbbbbbbbbbbbbb 1750000000 BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA\n";
	struct opaque_token one = opaque_token_new(&fix.arena), two = opaque_token_new(&fix.arena);
	const char *proof;

	write_file(path_of("keys/browser/key"), old);
	proof = browser_csrf(&fix.rq, &one, "page");
	assert_true(browser_csrf_is_ours(&fix.rq, &one, "page", proof));
	write_file(path_of("keys/browser/key"), arena_printf(&fix.arena, "%s%s", old, new));
	at(60);
	assert_string_not_equal(browser_csrf(&fix.rq, &one, "page"), proof);
	assert_true(browser_csrf_is_ours(&fix.rq, &one, "page", proof));
	assert_true(browser_csrf_is_ours(&fix.rq, &one, "page", browser_csrf(&fix.rq, &one, "page")));
	assert_false(browser_csrf_is_ours(&fix.rq, &two, "page", proof));
	assert_false(browser_csrf_is_ours(&fix.rq, &one, "other", proof));
	assert_false(browser_csrf_is_ours(&fix.rq, &one, NULL, proof));
	assert_false(browser_csrf_is_ours(&fix.rq, &one, "page", NULL));
	write_file(path_of("keys/browser/key"), new);
	at(120);
	assert_false(browser_csrf_is_ours(&fix.rq, &one, "page", proof));
}

static void
without_the_key_there_is_no_proof(UNUSED void **state)
{
	struct opaque_token one = opaque_token_new(&fix.arena);

	assert_int_equal(unlink(path_of("keys/browser/key")), 0);
	assert_false(browser_csrf_is_ours(&fix.rq, &one, "page", ""));
	assert_null(browser_csrf(&fix.rq, &one, "page"));
}

static void
each_transaction_has_a_cookie_of_its_own(UNUSED void **state)
{
	struct opaque_token a = opaque_token_new(&fix.arena), b = opaque_token_new(&fix.arena);
	struct opaque_token cookie = opaque_token_new(&fix.arena), read;
	const char *sent;

	come_with("");
	browser_transaction_set(&fix.rq, &rs, a.hash, &cookie);
	assert_int_equal(cookies_set(), 1);
	assert_non_null(strstr(headers(), "Set-Cookie: __Host-sallyport-transaction-"));
	assert_non_null(strstr(headers(),
	    "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600\r\n"));
	sent = sent_back();
	come_with(sent);
	assert_true(browser_transaction_read(&fix.rq, a.hash, &read));
	assert_string_equal(read.text, cookie.text);
	assert_false(browser_transaction_read(&fix.rq, b.hash, &read));
	browser_transaction_clear(&fix.rq, &rs, a.hash);
	assert_non_null(strstr(headers(), arena_printf(&fix.arena,
	    "%.*s=; Path=/; Secure; HttpOnly; "
	    "SameSite=Lax; Max-Age=0\r\n", (int)strcspn(sent, "="), sent)));
}

/* The Cookie header of a browser with that many sign-ins under way. */
static const char *
under_way(size_t n)
{
	const char *all = "other=1";

	for (size_t i = 0; i < n; i++)
		all = arena_printf(&fix.arena, "%s; __Host-sallyport-transaction-%zu=x", all, i);
	return all;
}

static void
a_browser_keeps_at_most_eight_transactions(UNUSED void **state)
{
	struct opaque_token t = opaque_token_new(&fix.arena);

	come_with(under_way(BROWSER_TRANSACTIONS_MAX - 1));
	browser_transaction_set(&fix.rq, &rs, t.hash, &t);
	assert_int_equal(cookies_set(), 1);
	come_with(under_way(BROWSER_TRANSACTIONS_MAX));
	browser_transaction_set(&fix.rq, &rs, t.hash, &t);
	assert_int_equal(cookies_set(), BROWSER_TRANSACTIONS_MAX + 1);
	assert_non_null(strstr(headers(), "__Host-sallyport-transaction-0=; "));
	assert_non_null(strstr(headers(), "__Host-sallyport-transaction-7=; "));
	assert_null(strstr(headers(), "other=;"));
	come_with(under_way(200));
	browser_transaction_set(&fix.rq, &rs, t.hash, &t);
	assert_in_range(cookies_set(), BROWSER_TRANSACTIONS_MAX + 1,
	    2 * BROWSER_TRANSACTIONS_MAX + 1);
}

static bool
ours(const char *origin, const char *site)
{
	WEB_REQUEST("", "REQUEST_URI=/consent", arena_printf(&fix.arena, "HTTP_ORIGIN=%s", origin),
	    arena_printf(&fix.arena, "HTTP_SEC_FETCH_SITE=%s", site));
	return browser_sent_by_ourselves(&fix.rq);
}

static void
only_our_own_origin_sends_the_form(UNUSED void **state)
{
	static const char *const others[] = { "", "null", "https://evil.example",
	    "http://mcp.example.org",
	    "https://mcp.example.org:8443", "https://mcp.example.org.evil.example", ISSUER "/",
	    "https://MCP.example.org" };

	assert_true(ours(ISSUER, ""));
	assert_true(ours(ISSUER, "same-origin"));
	assert_false(ours(ISSUER, "same-site"));
	assert_false(ours(ISSUER, "cross-site"));
	assert_false(ours(ISSUER, "none"));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(ours(others[i], "same-origin"));
}

static void
a_word_for_the_next_page_is_taken_once(UNUSED void **state)
{
	const char *word;

	come_with("");
	assert_null(browser_note_take(&fix.rq, &rs));
	assert_string_equal(headers(), "");
	browser_note_set(&fix.rq, &rs, "done");
	assert_string_equal(headers(), "Set-Cookie: __Host-sallyport-note=done; Path=/; Secure; HttpOnly; "
	    "SameSite=Lax; Max-Age=60\r\n");
	come_with(sent_back());
	word = browser_note_take(&fix.rq, &rs);
	assert_non_null(word);
	assert_string_equal(word, "done");
	assert_non_null(strstr(headers(), "__Host-sallyport-note=; Path=/"));
	assert_non_null(strstr(headers(), "Max-Age=0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc6265bis_s4_1_3_the_browser_cookie_is_host_bound),
		CASE(with_a_path_in_public_url_the_cookie_has_that_path),
		CASE(a_cookie_that_is_not_ours_is_replaced),
		CASE(the_forms_proof_is_bound_to_browser_and_page),
		CASE(the_proof_is_ours_under_every_generation_of_the_key),
		CASE(without_the_key_there_is_no_proof),
		CASE(each_transaction_has_a_cookie_of_its_own),
		CASE(a_browser_keeps_at_most_eight_transactions),
		CASE(only_our_own_origin_sends_the_form),
		CASE(a_word_for_the_next_page_is_taken_once),
	};

	return RUN(tests, NULL, NULL);
}
