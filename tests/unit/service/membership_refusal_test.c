/* SPDX-License-Identifier: MIT */
/* Whatever Entra or Graph answers, nobody is let in by a guess. */
#include "service/membership.h"

#include "service/reauthentication.h"

#include "grouped.h"

static void
a_graph_that_does_not_tell_lets_nobody_in(UNUSED void **state)
{
	static const struct { int status; enum oauth_error error; } rows[] = {
		{ 429, TEMPORARILY_UNAVAILABLE }, { 500, TEMPORARILY_UNAVAILABLE },
		{ 503, TEMPORARILY_UNAVAILABLE }, { 400, SERVER_ERROR }, { 408, TEMPORARILY_UNAVAILABLE },
		{ 401, SERVER_ERROR }, { 403, SERVER_ERROR }, { 404, SERVER_ERROR },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		ROUTE({ .holds = MEMBER, .status = rows[i].status, .body = "{\"value\":[\"" G1 "\"]}" });
		sql("DELETE FROM setback");
		untold(rows[i].error);
	}
	sql("DELETE FROM setback");
	ROUTE({ .holds = MEMBER, .status = 200, .body = "[\"" G1 "\"]" });
	untold(TEMPORARILY_UNAVAILABLE);
	ROUTE({ .holds = MEMBER, .status = 429, .headers = "Retry-After: 42\r\n", .body = "" });
	untold(TEMPORARILY_UNAVAILABLE);
	assert_int_equal(fix.rq.failure.retry_after, 42);
}

/* An empty list is an answer; none at all is not. */
static void
an_answer_without_groups_is_no_answer(UNUSED void **state)
{
	ROUTE({ .holds = MEMBER, .status = 200, .body = "{}" });
	untold(TEMPORARILY_UNAVAILABLE);
	ROUTE({ .holds = MEMBER, .status = 200, .body = "{\"value\":null}" });
	untold(TEMPORARILY_UNAVAILABLE);
	graph_tells("[]");
	assert_int_equal(ask(), OAUTH_OK);
	assert_string_equal(groups, "");
}

static void
a_failure_in_one_batch_is_a_failure_of_all(UNUSED void **state)
{
	static const char *words[2 * MEMBERSHIP_BATCH + 1];
	static struct tool_rule all = { .tool = "*", .words = words };

	for (size_t i = 0; i < 2 * MEMBERSHIP_BATCH; i++)
		words[i] = arena_printf(&fix.arena, "group:10000000-0000-4000-8000-0000000000%02zu", i);
	fix.config.server[0].rule = &all;
	ROUTE({ .holds = MEMBER, .status = 200, .body = "{\"value\":[\"" G1 "\"]}", .times = 2 },
	    { .holds = MEMBER, .status = 500, .body = "" });
	untold(TEMPORARILY_UNAVAILABLE);
	assert_int_equal(asked(), 3);
}

static void
an_entra_that_gives_no_token_for_graph_lets_nobody_in(UNUSED void **state)
{
	static const struct { int status; const char *error; enum oauth_error is; } rows[] = {
		{ 429, "x", TEMPORARILY_UNAVAILABLE }, { 503, "x", TEMPORARILY_UNAVAILABLE },
		{ 400, "temporarily_unavailable", TEMPORARILY_UNAVAILABLE },
		{ 400, "invalid_grant", SERVER_ERROR }, { 400, "interaction_required", SERVER_ERROR },
		{ 401, "invalid_client", SERVER_ERROR }, { 400, "invalid_scope", SERVER_ERROR },
	};

	graph_tells("[\"" G1 "\"]");
	for (size_t i = 0; i < COUNT(rows); i++) {
		atomic_store(&server.status, rows[i].status);
		atomic_store(&server.body, arena_printf(&fix.arena, "{\"error\":\"%s\"}", rows[i].error));
		sql("DELETE FROM setback");
		untold(rows[i].is);
		if (rows[i].status == 429)
			assert_int_equal(fix.rq.failure.retry_after, 17);
	}
	assert_int_equal(asked(), 0);
}

/* --- demands --------------------------------------------------------------------------------------- */

/* What waits for the person's next sign-in, NULL for nothing. */
static const char *
waiting(void)
{
	struct reauthentication demand = { .claims = NULL };

	return reauthentication_find(&fix.rq, &in.session, &demand) == STORED ? demand.claims : NULL;
}

static void
what_graph_demands_sends_the_person_to_sign_in_again(UNUSED void **state)
{
	static const int statuses[] = { 401, 403 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		sql("DELETE FROM reauthentication");
		ROUTE({ .holds = MEMBER, .status = statuses[i], .headers = DEMAND, .body = "" });
		untold(INVALID_TOKEN);
		assert_string_equal(waiting(), "{\"access_token\":{\"a\":1}}");
		assert_int_equal(session_step_up_take(&fix.rq, &in.session.sid), STORED);
	}
}

static void
what_entra_demands_for_graph_sends_the_person_to_sign_in_again(UNUSED void **state)
{
	atomic_store(&server.status, 400);
	atomic_store(&server.body, "{\"error\":\"invalid_grant\",\"claims\":\"{\\\"access_token\\\":{\\\"a\\\":1}}\"}");
	untold(INVALID_TOKEN);
	assert_string_equal(waiting(), "{\"access_token\":{\"a\":1}}");
	assert_int_equal(session_step_up_take(&fix.rq, &in.session.sid), STORED);
}

static void
before_there_is_a_session_the_next_sign_in_finds_the_demand(UNUSED void **state)
{
	ROUTE({ .holds = MEMBER, .status = 401, .headers = DEMAND, .body = "" });
	assert_int_equal(ask_by(NULL), ACCESS_DENIED);
	assert_non_null(strstr(fix.rq.failure.description, "sign in again"));
	assert_null(groups);
	assert_string_equal(waiting(), "{\"access_token\":{\"a\":1}}");
	assert_int_equal(session_step_up_take(&fix.rq, &in.session.sid), ABSENT);
}

static void
a_demand_that_was_just_asked_for_does_not_send_them_around_in_a_circle(UNUSED void **state)
{
	struct reauthentication demand;

	ROUTE({ .holds = MEMBER, .status = 403, .headers = DEMAND, .body = "" });
	assert_int_equal(reauthentication_keep(&fix.rq, &in.session, "{\"access_token\":{\"a\":1}}"), STORED);
	assert_int_equal(reauthentication_find(&fix.rq, &in.session, &demand), STORED);
	at(10);
	assert_int_equal(reauthentication_asked(&fix.rq, &in.session, &demand), STORED);
	open_session(&in);
	untold(SERVER_ERROR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS(a_graph_that_does_not_tell_lets_nobody_in),
		GROUPS(an_answer_without_groups_is_no_answer),
		GROUPS(a_failure_in_one_batch_is_a_failure_of_all),
		GROUPS(an_entra_that_gives_no_token_for_graph_lets_nobody_in),
		GROUPS(what_graph_demands_sends_the_person_to_sign_in_again),
		GROUPS(what_entra_demands_for_graph_sends_the_person_to_sign_in_again),
		GROUPS(before_there_is_a_session_the_next_sign_in_finds_the_demand),
		GROUPS(a_demand_that_was_just_asked_for_does_not_send_them_around_in_a_circle),
	};

	return RUN(tests, NULL, NULL);
}
