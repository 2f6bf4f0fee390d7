/* SPDX-License-Identifier: MIT */
#include "protocol/client_id_url.h"

#include "arena_group.h"

static void
a45_a_url_with_host_and_path_is_taken(UNUSED void **state)
{
	static const char *const good[] = {
		"https://client.example/c.json", "https://client.example/a/b/", "https://c.example/a?b=c",
		"https://client.example:8443/c", "https://127.0.0.1/c", "https://[2606:4700::1]/c",
		"https://client.example/.well-known/c", "https://client.example/..a/...", "https://a/b",
		"https://client.example//c",
	};
	struct uri u;

	for (size_t i = 0; i < COUNT(good); i++)
		if (!client_id_url_read(&a, good[i], &u))
			fail_msg("%s", good[i]);
	assert_string_equal(u.host, "client.example");
}

static void
a45_every_other_is_refused(UNUSED void **state)
{
	static const char *const bad[] = {
		"", "client", "http://client.example/c", "HTTPS://client.example/c", "https://Client.example/c",
		"https://client.example", "https://client.example/", "https://client.example?x",
		"https://client.example/c#f", "https://client.example/c#", "https://u@client.example/c",
		"https://u:p@client.example/c", "https://@client.example/c", "https://client.example/./c",
		"https://client.example/../c", "https://client.example/a/..", "https://client.example/a/.",
		"https://client.example/%2e/c", "https://client.example/.%2E/c",
		"https://client.example/%2e%2e/c", "https://client.example\\c", "https://client.example/a b",
		"https:/client.example/c", "https:///c", "https://client.example:0/c",
		"https://client.example:65536/c", "https://client.example:/c", "https://client.example./c",
		"https://.client.example/c", "https://client..example/c", "https://2130706433/c",
		"https://0x7f000001/c", "https://0x7f.1/c", "https://0177.0.0.1/c", "https://127.1/c",
		"https://127.0.0.1./c", "https://256.0.0.1/c", "https://[::1/c", "https://[::1%25lo]/c",
		"https://[1.2.3.4]/c", "https://cli\xc3\xabnt.example/c", "https://client.example/\xc3\xab",
		"https://client.example/%zz", "javascript:alert(1)", "https://client.example/a\n",
	};
	struct uri u;

	for (size_t i = 0; i < COUNT(bad); i++)
		if (client_id_url_read(&a, bad[i], &u))
			fail_msg("%s", bad[i]);
}

static void
its_length_is_bounded(UNUSED void **state)
{
	const char *base = "https://client.example/";
	struct uri u;

	assert_true(client_id_url_read(&a, arena_printf(&a, "%s%s", base,
	    many('x', CLIENT_ID_URL_MAX - strlen(base))), &u));
	assert_false(client_id_url_read(&a, arena_printf(&a, "%s%s", base,
	    many('x', CLIENT_ID_URL_MAX + 1 - strlen(base))), &u));
}

static void
what_looks_like_one_is_not_another_id(UNUSED void **state)
{
	assert_true(client_id_is_url("https://x"));
	assert_true(client_id_is_url("HTTPS://x"));
	assert_false(client_id_is_url("http://x"));
	assert_false(client_id_is_url("AbC-_0123"));
	assert_false(client_id_is_url(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a45_a_url_with_host_and_path_is_taken),
		cmocka_unit_test(a45_every_other_is_refused),
		cmocka_unit_test(its_length_is_bounded),
		cmocka_unit_test(what_looks_like_one_is_not_another_id),
	};

	return RUN(tests, open_arena, close_arena);
}
