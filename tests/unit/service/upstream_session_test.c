/* SPDX-License-Identifier: MIT */
#include "service/upstream_session.h"

#include "fixture.h"

static struct data_key key;
static struct sid sid;

static int
begin(void **state)
{
	key = data_key_new();
	sid = sid_new();
	return fixture_open(state);
}

static const char *
seal(const char *use, const char *id)
{
	return upstream_session_seal(&fix.arena, &key, &sid, use, id);
}

static const char *
open_for(const char *use, const char *sealed)
{
	return upstream_session_open(&fix.arena, &key, &sid, use, sealed);
}

static void
what_was_sealed_opens_for_the_same_session_and_use(UNUSED void **state)
{
	assert_string_equal(open_for("mcp", seal("mcp", "0123-abcd")), "0123-abcd");
	assert_string_equal(open_for("mcp", seal("mcp", "")), "");
}

static void
mcp_2025_11_25_the_id_is_visible_ascii_and_shows_nothing(UNUSED void **state)
{
	const char *sealed = seal("mcp", "the-upstreams-own-id");

	for (const char *p = sealed; *p != '\0'; p++)
		assert_in_range(*p, 0x21, 0x7e);
	assert_null(strstr(sealed, "upstream"));
	assert_string_not_equal(sealed, seal("mcp", "the-upstreams-own-id"));
}

static void
it_opens_for_no_other_use(UNUSED void **state)
{
	const char *sealed = seal("mcp", "id");

	assert_null(open_for("mcq", sealed));
	assert_null(open_for("mcp2", sealed));
	assert_null(open_for("", sealed));
	assert_null(open_for("mcp ", sealed));
}

static void
it_opens_in_no_other_session(UNUSED void **state)
{
	const char *sealed = seal("mcp", "id");
	struct data_key other_key = data_key_new();
	struct sid other_sid = sid_new();

	assert_null(upstream_session_open(&fix.arena, &other_key, &sid, "mcp", sealed));
	assert_null(upstream_session_open(&fix.arena, &key, &other_sid, "mcp", sealed));
}

static void
what_was_altered_does_not_open(UNUSED void **state)
{
	const char *sealed = seal("mcp", "id");
	size_t n = strlen(sealed);

	for (size_t i = 0; i < n; i++) {
		char *text = arena_string(&fix.arena, sealed);

		text[i] = text[i] == 'A' ? 'B' : 'A';
		assert_null(open_for("mcp", text));
		assert_null(open_for("mcp", arena_copy(&fix.arena, sealed, i)));
	}
	assert_null(open_for("mcp", arena_printf(&fix.arena, "%sA", sealed)));
	assert_null(open_for("mcp", arena_printf(&fix.arena, "%s%s", sealed, sealed)));
}

static void
garbage_does_not_open(UNUSED void **state)
{
	static const char *const garbage[] = { "", "x", "0123-abcd", "AAAAAAAA", "=", "a b", "\xff",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };

	for (size_t i = 0; i < COUNT(garbage); i++)
		assert_null(open_for("mcp", garbage[i]));
}

static void
an_id_has_a_kilobyte_at_most(UNUSED void **state)
{
	char *id = arena_alloc(&fix.arena, UPSTREAM_ID_MAX + 2);

	memset(id, 'x', UPSTREAM_ID_MAX);
	assert_string_equal(open_for("mcp", seal("mcp", id)), id);
	id[UPSTREAM_ID_MAX] = 'x';
	assert_null(seal("mcp", id));
}

static void
a_text_that_is_too_long_is_not_even_decoded(UNUSED void **state)
{
	size_t n = (size_t)1024 * 1024, used;
	char *text = arena_alloc(&fix.arena, n + 1);

	memset(text, 'A', n);
	used = fix.arena.used;
	assert_null(open_for("mcp", text));
	assert_int_equal(fix.arena.used, used);
}

#define SEALED(test)	cmocka_unit_test_setup_teardown(test, begin, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SEALED(what_was_sealed_opens_for_the_same_session_and_use),
		SEALED(mcp_2025_11_25_the_id_is_visible_ascii_and_shows_nothing),
		SEALED(it_opens_for_no_other_use),
		SEALED(it_opens_in_no_other_session),
		SEALED(what_was_altered_does_not_open),
		SEALED(garbage_does_not_open),
		SEALED(an_id_has_a_kilobyte_at_most),
		SEALED(a_text_that_is_too_long_is_not_even_decoded),
	};

	return RUN(tests, NULL, NULL);
}
