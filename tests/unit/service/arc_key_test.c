/* SPDX-License-Identifier: MIT */
#include "service/arc_key.h"

#include "fixture.h"

static const char *why;

/* Reads FIXTURE/tokens, the only folder that is believed. */
static const char *
read_key(const char *challenge)
{
	why = NULL;
	return arc_key_read(&fix.arena, path_of("tokens"), challenge, &why);
}

static const char *
challenge_of(const char *name)
{
	return arena_printf(&fix.arena, "Basic realm=%s/%s", fix.dir, name);
}

static int
folder_open(void **state)
{
	(void)fixture_open(state);
	assert_int_equal(mkdir(path_of("tokens"), 0700), 0);
	write_file(path_of("tokens/a.key"), "c2VjcmV0\n");
	write_file(path_of("outside.key"), "outside");
	return 0;
}

#define FOLDER(test)	cmocka_unit_test_setup_teardown(test, folder_open, fixture_close)

static void
the_key_of_the_challenge_is_read(UNUSED void **state)
{
	assert_string_equal(read_key(challenge_of("tokens/a.key")), "c2VjcmV0");
	assert_string_equal(read_key(arena_printf(&fix.arena, "basic realm=\"%s/tokens/a.key\", x=y",
	    fix.dir)), "c2VjcmV0");
}

static void
a_challenge_leads_nowhere_else(UNUSED void **state)
{
	static const char *const names[] = {
		"outside.key", "tokens/../outside.key", "tokens/./a.key", "tokens//a.key", "tokens/a.txt",
		"tokens/.key", "tokens/.a.key", "tokens", "tokens/", "tokens/a.key/", "tokens/a.keyx",
		"tokensx/a.key", "",
	};

	write_file(path_of("tokens/a.txt"), "text");
	write_file(path_of("tokens/.a.key"), "hidden");
	for (size_t i = 0; i < COUNT(names); i++) {
		if (read_key(challenge_of(names[i])) != NULL)
			fail_msg("%s", names[i]);
		assert_non_null(strstr(why, "names no key file in "));
	}
	assert_null(read_key(NULL));
	assert_null(read_key("Basic"));
	assert_null(read_key(arena_printf(&fix.arena, "Bearer realm=%s/tokens/a.key", fix.dir)));
	assert_null(read_key("Basic realm=/etc/passwd"));
}

static void
what_stands_there_must_be_a_small_file(UNUSED void **state)
{
	char *text = arena_alloc(&fix.arena, ARC_KEY_MAX + 2);

	assert_int_equal(symlink(path_of("outside.key"), path_of("tokens/link.key")), 0);
	assert_null(read_key(challenge_of("tokens/link.key")));
	assert_non_null(strstr(why, "cannot be read"));
	assert_int_equal(mkdir(path_of("tokens/dir.key"), 0700), 0);
	assert_null(read_key(challenge_of("tokens/dir.key")));
	assert_int_equal(mkfifo(path_of("tokens/pipe.key"), 0600), 0);
	assert_null(read_key(challenge_of("tokens/pipe.key")));
	assert_non_null(strstr(why, "no ordinary file"));
	write_file(path_of("tokens/empty.key"), "");
	assert_null(read_key(challenge_of("tokens/empty.key")));
	memset(text, 'k', ARC_KEY_MAX);
	write_file(path_of("tokens/long.key"), text);
	assert_string_equal(read_key(challenge_of("tokens/long.key")), text);
	text[ARC_KEY_MAX] = 'k';
	write_file(path_of("tokens/long.key"), text);
	assert_null(read_key(challenge_of("tokens/long.key")));
	assert_non_null(strstr(why, "4096"));
	assert_null(read_key(challenge_of("tokens/none.key")));
	assert_non_null(strstr(why, "group himds"));
}

static void
a_key_that_would_be_two_headers_is_none(UNUSED void **state)
{
	write_file(path_of("tokens/b.key"), "a\r\nX-Evil: 1");
	assert_null(read_key(challenge_of("tokens/b.key")));
	assert_non_null(strstr(why, "what no key does"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER(the_key_of_the_challenge_is_read),
		FOLDER(a_challenge_leads_nowhere_else),
		FOLDER(what_stands_there_must_be_a_small_file),
		FOLDER(a_key_that_would_be_two_headers_is_none),
	};

	return RUN(tests, NULL, NULL);
}
