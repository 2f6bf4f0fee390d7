/* SPDX-License-Identifier: MIT */
#include "service/upstream_era.h"

#include "fixture.h"

#define URL	"https://up.example/mcp"

static struct data_key key;
static struct sid sid;
static const struct upstream_kept whole = {
	.session = "up-\"1\"",
	.is = { .version = "2025-06-18", .capabilities = "{\"tools\":{}}",
	    .server_info = "{\"name\":\"up\"}", .instructions = "\"Be kind.\"" },
};

static int
begin(void **state)
{
	key = data_key_new();
	sid = sid_new();
	return fixture_open(state);
}

static void
speaks(enum spoken modern, enum spoken legacy)
{
	struct upstream_eras eras = upstream_eras(&fix.rq, URL);

	assert_int_equal(eras.modern, modern);
	assert_int_equal(eras.legacy, legacy);
}

static void
of_an_upstream_that_was_never_asked_nothing_is_known(UNUSED void **state)
{
	speaks(UNKNOWN, UNKNOWN);
}

static void
what_it_showed_last_is_believed_for_a_while(UNUSED void **state)
{
	static const struct upstream_eras shown[] = {
		{ SPOKEN, NOT_SPOKEN },
		{ NOT_SPOKEN, SPOKEN },
		{ SPOKEN, SPOKEN },
		{ UNKNOWN, SPOKEN },
		{ NOT_SPOKEN, UNKNOWN },
	};

	for (size_t i = 0; i < COUNT(shown); i++) {
		upstream_eras_put(&fix.rq, URL, shown[i]);
		speaks(shown[i].modern, shown[i].legacy);
	}
	assert_int_equal(sql_number("SELECT count(*) FROM upstream"), 1);
	at(UPSTREAM_ERA_LIFE - 1);
	speaks(NOT_SPOKEN, UNKNOWN);
	at(UPSTREAM_ERA_LIFE);
	speaks(UNKNOWN, UNKNOWN);
}

static void
each_upstream_is_known_by_its_own_url(UNUSED void **state)
{
	upstream_eras_put(&fix.rq, URL "x", (struct upstream_eras){ SPOKEN, SPOKEN });
	speaks(UNKNOWN, UNKNOWN);
}

static void
without_a_store_nothing_is_known_and_nothing_kept(UNUSED void **state)
{
	struct store *store = fix.rq.store;

	fix.rq.store = NULL;
	upstream_eras_put(&fix.rq, URL, (struct upstream_eras){ SPOKEN, SPOKEN });
	upstream_kept_put(&fix.rq, &sid, &key, "mcp", &whole);
	upstream_kept_delete(&fix.rq, &sid, "mcp");
	speaks(UNKNOWN, UNKNOWN);
	fix.rq.store = store;
	speaks(UNKNOWN, UNKNOWN);
}

static void
a_store_that_fails_is_one_that_knows_nothing(UNUSED void **state)
{
	struct upstream_kept got;

	sql("ALTER TABLE upstream RENAME TO out_of_reach");
	sql("ALTER TABLE upstream_session RENAME TO out_of_reach_too");
	upstream_eras_put(&fix.rq, URL, (struct upstream_eras){ SPOKEN, SPOKEN });
	speaks(UNKNOWN, UNKNOWN);
	upstream_kept_put(&fix.rq, &sid, &key, "mcp", &whole);
	upstream_kept_delete(&fix.rq, &sid, "mcp");
	assert_false(upstream_kept_get(&fix.rq, &sid, &key, "mcp", &got));
}

static void
same_text(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a != NULL)
		assert_string_equal(a, b);
}

/* Keeps it, and gets it again as it was. */
static void
keeps(const struct upstream_kept *kept)
{
	struct upstream_kept got = { .session = "garbage" };

	upstream_kept_put(&fix.rq, &sid, &key, "mcp", kept);
	assert_true(upstream_kept_get(&fix.rq, &sid, &key, "mcp", &got));
	same_text(got.session, kept->session);
	same_text(got.is.version, kept->is.version);
	same_text(got.is.capabilities, kept->is.capabilities);
	same_text(got.is.server_info, kept->is.server_info);
	same_text(got.is.instructions, kept->is.instructions);
}

static void
a_session_at_an_upstream_is_kept_with_what_its_handshake_told(UNUSED void **state)
{
	static const struct upstream_kept bare = { .is = { .version = "2024-11-05" } };

	keeps(&whole);
	keeps(&bare);
	keeps(&whole);
	assert_int_equal(sql_number("SELECT count(*) FROM upstream_session"), 1);
}

static void
it_opens_for_its_own_session_key_and_server_alone(UNUSED void **state)
{
	struct data_key other_key = data_key_new();
	struct sid other_sid = sid_new();
	struct upstream_kept got;

	keeps(&whole);
	assert_false(upstream_kept_get(&fix.rq, &other_sid, &key, "mcp", &got));
	assert_false(upstream_kept_get(&fix.rq, &sid, &other_key, "mcp", &got));
	assert_false(upstream_kept_get(&fix.rq, &sid, &key, "other", &got));
	sql("UPDATE upstream_session SET server = 'other'");
	assert_false(upstream_kept_get(&fix.rq, &sid, &key, "other", &got));
	assert_int_equal(sql_number("SELECT count(*) FROM upstream_session WHERE "
	    "instr(sealed, '2025-06-18') > 0"), 0);
}

static void
it_is_forgotten_when_asked_and_when_it_has_run_out(UNUSED void **state)
{
	struct upstream_kept got;

	keeps(&whole);
	at(UPSTREAM_SESSION_LIFE - 1);
	assert_true(upstream_kept_get(&fix.rq, &sid, &key, "mcp", &got));
	at(UPSTREAM_SESSION_LIFE);
	assert_false(upstream_kept_get(&fix.rq, &sid, &key, "mcp", &got));
	keeps(&whole);
	upstream_kept_delete(&fix.rq, &sid, "mcp");
	assert_false(upstream_kept_get(&fix.rq, &sid, &key, "mcp", &got));
}

#define ERA(test)	cmocka_unit_test_setup_teardown(test, begin, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ERA(of_an_upstream_that_was_never_asked_nothing_is_known),
		ERA(what_it_showed_last_is_believed_for_a_while),
		ERA(each_upstream_is_known_by_its_own_url),
		ERA(without_a_store_nothing_is_known_and_nothing_kept),
		ERA(a_store_that_fails_is_one_that_knows_nothing),
		ERA(a_session_at_an_upstream_is_kept_with_what_its_handshake_told),
		ERA(it_opens_for_its_own_session_key_and_server_alone),
		ERA(it_is_forgotten_when_asked_and_when_it_has_run_out),
	};

	return RUN(tests, NULL, NULL);
}
