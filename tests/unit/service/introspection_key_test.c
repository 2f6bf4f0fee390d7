/* SPDX-License-Identifier: MIT */
#include "service/introspection_key.h"

#include "fixture.h"

#define SECRET_A	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"	/* 32 characters */
#define SECRET_B	"-._~+/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb=="

/* mcp has this key, other has that one; NULL for none. */
static void
keys_are(const char *mcp, const char *other)
{
	fix.config.server[0].introspection_key = mcp == NULL ? NULL : path_of("mcp.key");
	fix.config.server[1].introspection_key = other == NULL ? NULL : path_of("other.key");
	if (mcp != NULL)
		write_file(path_of("mcp.key"), mcp);
	if (other != NULL)
		write_file(path_of("other.key"), other);
	fix.rq.failure = (struct failure){ 0 };
}

static void
a_secret_opens_the_servers_whose_it_is(UNUSED void **state)
{
	keys_are(SECRET_A, SECRET_B "\n");
	assert_int_equal(introspection_key_opens(&fix.rq, SECRET_A), 1);
	assert_int_equal(introspection_key_opens(&fix.rq, SECRET_B), 2);
	keys_are(SECRET_A "\n", SECRET_A);
	assert_int_equal(introspection_key_opens(&fix.rq, SECRET_A), 3);
	keys_are(NULL, SECRET_A);
	assert_int_equal(introspection_key_opens(&fix.rq, SECRET_A), 2);
	assert_null(fix.rq.failure.reason);
}

static void
nothing_like_it_opens_anything(UNUSED void **state)
{
	static const char *const wrong[] = {
		"", "a", SECRET_A "a", SECRET_A "\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", SECRET_A "\n" SECRET_A,
	};

	keys_are(SECRET_A "\n", NULL);
	for (size_t i = 0; i < COUNT(wrong); i++)
		if (introspection_key_opens(&fix.rq, wrong[i]) != 0)
			fail_msg("%zu opened", i);
	keys_are(NULL, NULL);
	assert_int_equal(introspection_key_opens(&fix.rq, SECRET_A), 0);
}

static void
two_secrets_serve_while_one_takes_the_others_place(UNUSED void **state)
{
	keys_are(SECRET_A, NULL);
	assert_int_equal(introspection_key_opens(&fix.rq, SECRET_B), 0);
	keys_are(SECRET_A "\n" SECRET_B "\n", NULL);
	assert_int_equal(introspection_key_opens(&fix.rq, SECRET_A), 1);
	assert_int_equal(introspection_key_opens(&fix.rq, SECRET_B), 1);
	keys_are(SECRET_B "\n", NULL);
	assert_int_equal(introspection_key_opens(&fix.rq, SECRET_A), 0);
}

static void
a_file_that_is_no_good_opens_nothing_and_is_told(UNUSED void **state)
{
	static const char *const bad[] = {
		"", "\n", "short\n", SECRET_A "\nshort\n", SECRET_A " \n", SECRET_A "\r\n", "\t" SECRET_A,
		SECRET_A "\n" SECRET_A "\n" SECRET_A "\n", SECRET_A "\xc3\xa9",
	};
	struct introspection_keys keys;
	const char *why = "";

	for (size_t i = 0; i < COUNT(bad); i++) {
		keys_are(bad[i], SECRET_B);
		if (introspection_key_opens(&fix.rq, SECRET_A) != 0 || fix.rq.failure.reason == NULL)
			fail_msg("%zu opened, or was not told", i);
		assert_int_equal(introspection_key_opens(&fix.rq, SECRET_B), 2);
	}
	assert_int_equal(unlink(path_of("mcp.key")), 0);
	assert_false(introspection_key_read(&fix.arena, path_of("mcp.key"), &keys, &why));
	assert_non_null(strstr(why, "No such file"));
	assert_int_equal(keys.count, 0);
}

/* Byte by byte, through what the sanitizer keeps between the arena's blocks. */
__attribute__((no_sanitize("address"))) static bool
in_memory(const char *text)
{
	for (size_t at = 0; at < fix.arena.used; at++) {
		size_t same = 0;

		while (text[same] != '\0' && at + same < fix.arena.used &&
		    fix.arena.base[at + same] == (unsigned char)text[same])
			same++;
		if (text[same] == '\0')
			return true;
	}
	return false;
}

static void
no_secret_stays_in_memory(UNUSED void **state)
{
	struct introspection_keys keys;
	const char *why = "";

	write_file(path_of("mcp.key"), SECRET_B "\n");
	assert_true(introspection_key_read(&fix.arena, path_of("mcp.key"), &keys, &why));
	assert_int_equal(keys.count, 1);
	assert_false(in_memory(SECRET_B));
	assert_true(in_memory(path_of("mcp.key")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_secret_opens_the_servers_whose_it_is),
		CASE(nothing_like_it_opens_anything),
		CASE(two_secrets_serve_while_one_takes_the_others_place),
		CASE(a_file_that_is_no_good_opens_nothing_and_is_told),
		CASE(no_secret_stays_in_memory),
	};

	return RUN(tests, NULL, NULL);
}
