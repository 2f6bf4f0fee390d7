/* SPDX-License-Identifier: MIT */
#include "service/membership.h"

#include "service/single_flight.h"

#include "grouped.h"

static void
the_groups_that_the_configuration_names_are_asked_about(UNUSED void **state)
{
	graph_tells("[\"" G2 "\"]");
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, G2);
	assert_non_null(strstr(routes.head, "\r\n\r\n{\"groupIds\":[\"" G1 "\",\"" G2 "\"]}"));
	assert_non_null(strstr(routes.head, "\r\nAuthorization: Bearer for.graph\r\n"));
	assert_non_null(strstr(server.head, "&assertion=the.users.token&"));
	assert_non_null(strstr(server.head, "%2F.default&"));
}

static void
a_name_that_is_no_object_id_is_never_asked_about(UNUSED void **state)
{
	static const char *const words[] = { "group:Admins", "group:" G1, "group:" G1 "0", "role:" G2,
	    "scope:" G3, "group:" G1, NULL };

	memcpy(fix.config.entra.allow, words, sizeof words);
	fix.config.server[0].rule = NULL;
	fix.config.server[1].allow[0] = "group:" G3;
	graph_tells("[]");
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, "");
	assert_non_null(strstr(routes.head, "\r\n\r\n{\"groupIds\":[\"" G1 "\",\"" G3 "\"]}"));
}

static void
where_no_group_is_named_nobody_is_asked(UNUSED void **state)
{
	fix.config.entra.allow[0] = NULL;
	fix.config.server[0].rule = NULL;
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, "");
	assert_int_equal(asked(), 0);
	assert_int_equal(atomic_load(&server.requests), 0);
}

static void
graph_is_asked_about_twenty_at_a_time(UNUSED void **state)
{
	static struct tool_rule rules[45];
	static const char *words[COUNT(rules)][2];

	for (size_t i = 0; i < COUNT(rules); i++) {
		words[i][0] = arena_printf(&fix.arena, "group:10000000-0000-4000-8000-0000000000%02zu", i);
		rules[i] = (struct tool_rule){ .tool = "t", .words = words[i],
		    .next = i + 1 < COUNT(rules) ? &rules[i + 1] : NULL };
	}
	fix.config.entra.allow[0] = NULL;
	fix.config.server[0].rule = rules;
	ROUTE({ .holds = "000000000019\"]}", .status = 200, .body = "{\"value\":[\"" G1 "\"]}" },
	    { .holds = "[\"10000000-0000-4000-8000-000000000020", .status = 200,
	    .body = "{\"value\":[]}" },
	    { .holds = "[\"10000000-0000-4000-8000-000000000040", .status = 200,
	    .body = "{\"value\":[\"" G2 "\",\"" G3 "\"]}" });
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, G1 " " G2 " " G3);
	assert_int_equal(asked(), 3);
	assert_non_null(strstr(routes.head, "000000000044\"]}"));
}

static void
an_answer_serves_the_session_for_an_hour(UNUSED void **state)
{
	graph_tells("[\"" G1 "\"]");
	assert_int_equal(ask(), OAUTH_OK);
	graph_tells("[]");
	at(MEMBERSHIP_FRESH - 1);
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, G1);
	assert_int_equal(asked(), 1);
	at(MEMBERSHIP_FRESH);
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, "");
	at(2 * MEMBERSHIP_FRESH - 1);
	assert_int_equal(ask(), OAUTH_OK);
	assert_int_equal(asked(), 2);
}

static void
what_is_kept_stands_sealed_with_the_session_it_is_of(UNUSED void **state)
{
	struct signed_in other;

	graph_tells("[\"" G1 "\"]");
	assert_int_equal(ask(), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM session_groups WHERE "
	    "instr(hex(sealed), hex('00000000-0000')) > 0"), 0);
	open_session(&other);
	sql(arena_printf(&fix.arena, "UPDATE session_groups SET sid = x'%s'",
	    sid_text(&fix.arena, &other.session.sid)));
	graph_tells("[]");
	in = other;
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, "");
	session_end_now(&fix.rq, &in.session.sid, "test");
	assert_int_equal(sql_number("SELECT count(*) FROM session_groups"), 0);
}

/* A row of when the person was a member, put back with any date, makes nobody a member. */
static void
an_old_answer_that_is_put_back_says_nothing(UNUSED void **state)
{
	graph_tells("[\"" G1 "\"]");
	assert_int_equal(ask(), OAUTH_OK);
	sql("CREATE TABLE saved AS SELECT * FROM session_groups");
	graph_tells("[]");
	at(MEMBERSHIP_FRESH);
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, "");
	sql("UPDATE session_groups SET sealed = (SELECT sealed FROM saved), expires_at = 99999999999");
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, "");
	assert_int_equal(asked(), 3);
}

/* Told by a clock that ran ahead: nobody knows how old it is. */
static void
an_answer_of_the_future_says_nothing(UNUSED void **state)
{
	at(100);
	graph_tells("[\"" G1 "\"]");
	assert_int_equal(ask(), OAUTH_OK);
	at(99);
	graph_tells("[]");
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, "");
}

/* --- many at once ---------------------------------------------------------------------------------- */

static bool
nothing(struct request *rq UNUSED, void *argument UNUSED)
{
	return false;
}

/* Another request of the session has begun to ask; what it will be told lies aside. */
static void
another_asks(void)
{
	const struct flight flight = {
		.name = arena_printf(&fix.arena, "groups %s", sid_text(&fix.arena, &in.session.sid)),
		.look = nothing, .seconds = fix.config.entra.timeout,
	};
	struct opaque_token owner;

	graph_tells("[\"" G1 "\"]");
	assert_int_equal(ask(), OAUTH_OK);
	sql("UPDATE session_groups SET expires_at = 1");
	assert_int_equal(flight_board(&fix.rq, &flight, &owner), FLIGHT_OURS);
	graph_tells("[]");
}

static void
the_other_is_told(void)
{
	if (fix.slept_ms >= 1000)
		sql("UPDATE session_groups SET expires_at = 1800003600");
}

static void
who_comes_while_another_asks_hears_what_it_is_told(UNUSED void **state)
{
	another_asks();
	fix.asleep = the_other_is_told;
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, G1);
	assert_true(fix.slept_ms >= 1000);
	assert_int_equal(asked(), 1);
}

static void
who_has_waited_too_long_is_told_to_come_again(UNUSED void **state)
{
	another_asks();
	assert_int_equal(ask(), TEMPORARILY_UNAVAILABLE);
	assert_null(groups);
	assert_string_equal(fix.rq.failure.reason, "groups beyond the token's: another request is still asking");
	assert_int_equal(asked(), 1);
	at(10);
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, "");
	assert_int_equal(sql_number("SELECT count(*) FROM lease"), 0);
}

static void
before_there_is_a_session_nothing_is_kept(UNUSED void **state)
{
	graph_tells("[\"" G1 "\"]");
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(ask_by(NULL), OAUTH_OK);
		assert_string_equal(groups, G1);
		assert_int_equal(asked(), i);
	}
	assert_int_equal(sql_number("SELECT count(*) FROM session_groups"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM exchanged_token"), 0);
}

static void
what_is_no_object_id_in_the_answer_is_no_group(UNUSED void **state)
{
	graph_tells("[\"" G1 "\",\"Admins\",\"" G2 " " G3 "\",1,null,[\"" G3 "\"]]");
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, G1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS(the_groups_that_the_configuration_names_are_asked_about),
		GROUPS(a_name_that_is_no_object_id_is_never_asked_about),
		GROUPS(where_no_group_is_named_nobody_is_asked),
		GROUPS(graph_is_asked_about_twenty_at_a_time),
		GROUPS(an_answer_serves_the_session_for_an_hour),
		GROUPS(what_is_kept_stands_sealed_with_the_session_it_is_of),
		GROUPS(an_old_answer_that_is_put_back_says_nothing),
		GROUPS(an_answer_of_the_future_says_nothing),
		GROUPS(who_comes_while_another_asks_hears_what_it_is_told),
		GROUPS(who_has_waited_too_long_is_told_to_come_again),
		GROUPS(before_there_is_a_session_nothing_is_kept),
		GROUPS(what_is_no_object_id_in_the_answer_is_no_group),
	};

	return RUN(tests, NULL, NULL);
}
