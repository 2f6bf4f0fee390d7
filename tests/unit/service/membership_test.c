/* SPDX-License-Identifier: MIT */
#include "service/membership.h"

#include "service/reauthentication.h"

#include "routes.h"
#include "signed_in.h"

#define G1	"00000000-0000-4000-8000-000000000001"
#define G2	"00000000-0000-4000-8000-000000000002"
#define G3	"00000000-0000-4000-8000-000000000003"
#define MEMBER	"POST /v1.0/me/checkMemberGroups HTTP/1.1\r\n"
#define DEMAND	"WWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\"\r\n"

static struct signed_in in;
static const char *groups;
static const char *const admins[] = { "group:" G1, NULL }, *const readers[] = { "group:" G2,
    "role:Reader", NULL };
static struct tool_rule rule = { .tool = "*", .words = readers };

static int
open_groups(void **state)
{
	(void)server_open(state);
	routes_open();
	serve_discovery();
	write_file(path_of("secret"), "s3cret\n");
	fix.config.entra.graph_url = routes.url;
	fix.config.entra.allow[0] = admins[0];
	fix.config.server[0].rule = &rule;
	atomic_store(&server.body, "{\"token_type\":\"Bearer\",\"expires_in\":7200,"
	    "\"access_token\":\"for.graph\"}");
	open_session(&in);
	return 0;
}

static int
close_groups(void **state)
{
	routes_close();
	return server_close(state);
}

#define GROUPS(test)	cmocka_unit_test_setup_teardown(test, open_groups, close_groups)

static enum oauth_error
ask_by(const struct data_key *key)
{
	groups = NULL;
	fix.rq.failure = (struct failure){ 0 };
	return membership(&fix.rq, &in.session, key, "the.users.token", &groups);
}

static enum oauth_error
ask(void)
{
	return ask_by(&in.key);
}

static void
graph_tells(const char *value)
{
	ROUTE({ .holds = MEMBER, .status = 200, .body = arena_printf(&fix.arena,
	    "{\"value\":%s}", value) });
}

static int
asked(void)
{
	return atomic_load(&routes.requests);
}

/* It is not told, so that nobody comes in, and nothing of it is kept. */
static void
untold(enum oauth_error error)
{
	assert_int_equal(ask(), error);
	assert_int_equal(fix.rq.failure.error, error);
	assert_null(groups);
	assert_int_equal(sql_number("SELECT count(*) FROM session_groups"), 0);
}

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

static void
a_graph_that_does_not_tell_lets_nobody_in(UNUSED void **state)
{
	static const struct { int status; enum oauth_error error; } rows[] = {
		{ 429, TEMPORARILY_UNAVAILABLE }, { 500, TEMPORARILY_UNAVAILABLE },
		{ 503, TEMPORARILY_UNAVAILABLE }, { 400, TEMPORARILY_UNAVAILABLE },
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
		assert_string_equal(waiting(), "{\"a\":1}");
		assert_int_equal(session_step_up_take(&fix.rq, &in.session.sid), STORED);
	}
}

static void
what_entra_demands_for_graph_sends_the_person_to_sign_in_again(UNUSED void **state)
{
	atomic_store(&server.status, 400);
	atomic_store(&server.body, "{\"error\":\"invalid_grant\",\"claims\":\"{\\\"a\\\":1}\"}");
	untold(INVALID_TOKEN);
	assert_string_equal(waiting(), "{\"a\":1}");
	assert_int_equal(session_step_up_take(&fix.rq, &in.session.sid), STORED);
}

static void
before_there_is_a_session_the_next_sign_in_finds_the_demand(UNUSED void **state)
{
	ROUTE({ .holds = MEMBER, .status = 401, .headers = DEMAND, .body = "" });
	assert_int_equal(ask_by(NULL), ACCESS_DENIED);
	assert_non_null(strstr(fix.rq.failure.description, "sign in again"));
	assert_null(groups);
	assert_string_equal(waiting(), "{\"a\":1}");
	assert_int_equal(session_step_up_take(&fix.rq, &in.session.sid), ABSENT);
}

static void
a_demand_that_was_just_met_does_not_send_them_around_in_a_circle(UNUSED void **state)
{
	ROUTE({ .holds = MEMBER, .status = 403, .headers = DEMAND, .body = "" });
	assert_int_equal(reauthentication_keep(&fix.rq, &in.session, "{\"a\":1}"), STORED);
	assert_int_equal(reauthentication_meet(&fix.rq, &in.session), STORED);
	untold(SERVER_ERROR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUPS(the_groups_that_the_configuration_names_are_asked_about),
		GROUPS(a_name_that_is_no_object_id_is_never_asked_about),
		GROUPS(where_no_group_is_named_nobody_is_asked),
		GROUPS(graph_is_asked_about_twenty_at_a_time),
		GROUPS(a_failure_in_one_batch_is_a_failure_of_all),
		GROUPS(an_answer_serves_the_session_for_an_hour),
		GROUPS(what_is_kept_stands_sealed_with_the_session_it_is_of),
		GROUPS(before_there_is_a_session_nothing_is_kept),
		GROUPS(what_is_no_object_id_in_the_answer_is_no_group),
		GROUPS(a_graph_that_does_not_tell_lets_nobody_in),
		GROUPS(an_entra_that_gives_no_token_for_graph_lets_nobody_in),
		GROUPS(what_graph_demands_sends_the_person_to_sign_in_again),
		GROUPS(what_entra_demands_for_graph_sends_the_person_to_sign_in_again),
		GROUPS(before_there_is_a_session_the_next_sign_in_finds_the_demand),
		GROUPS(a_demand_that_was_just_met_does_not_send_them_around_in_a_circle),
	};

	return RUN(tests, NULL, NULL);
}
