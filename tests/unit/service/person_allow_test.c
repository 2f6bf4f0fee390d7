/* SPDX-License-Identifier: MIT */
/* [entra] allow: who may come in at all, at the sign-in and later. */
#include "service/person.h"

#include "service/entra_client.h"

#include "entra_sign.h"
#include "routes.h"

#define LIFE	3000	/* seconds of an access token of Entra's */
#define G1	"00000000-0000-4000-8000-000000000001"
#define TOO_MANY	",\"roles\":[\"Auditor\"],\"_claim_names\":{\"groups\":\"src1\"}}"

static struct signed_in in;
static struct access access_of_person;
static struct person person;
static struct rights rights;
static const char *name;

static int
open_graph(void **state)
{
	int opened = entra_open(state);

	routes_open();
	fix.config.entra.graph_url = routes.url;
	return opened;
}

static int
close_graph(void **state)
{
	routes_close();
	return entra_close(state);
}

#define PERSONS(test)	cmocka_unit_test_setup_teardown(test, open_graph, close_graph)

static const char *
token_with(const char *members)
{
	const char *claims = access_claims(PERSON, LIFE);

	return sign_token(entra_key, ENTRA_HEADER, arena_printf(&fix.arena, "%.*s%s",
	    (int)strlen(claims) - 1, claims, members));
}

static void
allow(const char *word)
{
	fix.config.entra.allow[0] = word;
	fix.config.entra.allow[1] = NULL;
}

/* What is decided at the sign-in, before there is a session. */
static enum oauth_error
decide(const char *members)
{
	rights = (struct rights){ .scope = SCOPE };
	name = NULL;
	fix.rq.failure = (struct failure){ 0 };
	if (in.session.subject == NULL)
		open_session(&in);
	return person_rights(&fix.rq, &in.session, NULL, token_with(members), GROUPS_OF_ALLOW, &rights, &name);
}

static void
an_empty_list_lets_everybody_in(UNUSED void **state)
{
	in = (struct signed_in){ .session = { .subject = NULL } };
	assert_int_equal(decide("}"), OAUTH_OK);
	assert_int_equal(decide(",\"roles\":[\"Reader\"],\"groups\":[\"g1\",\"g2\"],\"name\":\"Ada\"}"), OAUTH_OK);
	assert_string_equal(rights.scope, SCOPE);
	assert_string_equal(rights.roles, "Reader");
	assert_string_equal(rights.groups, "g1 g2");
	assert_string_equal(name, "Ada");
}

static void
a_list_lets_those_in_whom_it_names(UNUSED void **state)
{
	in = (struct signed_in){ .session = { .subject = NULL } };
	allow("role:Reader");
	assert_int_equal(decide(",\"roles\":[\"Auditor\",\"Reader\"]}"), OAUTH_OK);
	assert_int_equal(decide(",\"roles\":[\"Auditor\"]}"), ACCESS_DENIED);
	assert_non_null(strstr(fix.rq.failure.description, "you may not sign in here"));
	assert_string_equal(fix.rq.failure.reason, "[entra] allow");
	assert_int_equal(decide("}"), ACCESS_DENIED);
	allow("group:g1");
	assert_int_equal(decide(",\"groups\":[\"g1\"]}"), OAUTH_OK);
	assert_int_equal(decide(",\"groups\":[\"g2\"]}"), ACCESS_DENIED);
	assert_int_equal(decide(",\"roles\":[\"g1\"]}"), ACCESS_DENIED);
	assert_int_equal(atomic_load(&routes.requests), 0);
}

/* Graph's answer about the one group that is named, and Entra's token to ask it with. */
static void
graph_tells(int status, const char *body)
{
	in = (struct signed_in){ .session = { .subject = NULL } };
	atomic_store(&server.body, "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"g\"}");
	ROUTE({ .holds = "POST /v1.0/me/checkMemberGroups ", .status = status, .body = body });
	allow("group:" G1);
}

static void
graph_is_asked_where_the_token_holds_too_few_groups(UNUSED void **state)
{
	graph_tells(200, "{\"value\":[\"" G1 "\"]}");
	assert_int_equal(decide(TOO_MANY), OAUTH_OK);
	assert_string_equal(rights.groups, G1);
	assert_string_equal(rights.roles, "Auditor");
	graph_tells(200, "{\"value\":[]}");
	assert_int_equal(decide(TOO_MANY), ACCESS_DENIED);
	assert_string_equal(fix.rq.failure.reason, "[entra] allow");
}

static void
a_graph_that_does_not_tell_lets_nobody_in(UNUSED void **state)
{
	graph_tells(503, "");
	assert_int_equal(decide(TOO_MANY), TEMPORARILY_UNAVAILABLE);
	graph_tells(403, "");
	assert_int_equal(decide(TOO_MANY), SERVER_ERROR);
}

/* --- later ----------------------------------------------------------------------------------------- */

/* A session whose Entra token has those members. */
static void
sign_in_with(const char *members, int64_t life)
{
	struct opaque_token owner = opaque_token_new(&fix.arena);
	struct entra_tokens tokens = { .refresh_token = "rt", .expires_at = fix.clock + life,
	    .renew_at = fix.clock + life - ENTRA_EARLY, .asked_at = fix.clock };

	sign_in(&in);
	tokens.access_token = token_with(members);
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 1));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &tokens),
	    STORED);
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE,
	    &access_of_person), OAUTH_OK);
	fix.rq.failure = (struct failure){ 0 };
}

static void
whom_the_list_does_not_name_any_more_has_no_session(UNUSED void **state)
{
	sign_in_with(",\"roles\":[\"Reader\"]}", LIFE);
	allow("role:Reader");
	assert_int_equal(person_open(&fix.rq, &access_of_person, true, &person), OAUTH_OK);
	allow("role:Admin");
	assert_int_equal(person_open(&fix.rq, &access_of_person, true, &person), INVALID_TOKEN);
	assert_string_equal(fix.rq.failure.description, "the session has ended; sign in again");
	assert_string_equal(fix.rq.failure.reason, "[entra] allow");
	assert_false(session_lives(&in.session));
}

static void
who_lost_their_role_is_out_when_entras_word_is_renewed(UNUSED void **state)
{
	allow("role:Reader");
	sign_in_with(",\"roles\":[\"Reader\"]}", 10);
	at(20);
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"token_type\":\"Bearer\",\"expires_in\":%d,"
	    "\"access_token\":\"%s\"}", LIFE, token_with(",\"roles\":[\"Auditor\"]}")));
	assert_int_equal(person_open(&fix.rq, &access_of_person, false, &person), INVALID_TOKEN);
	assert_false(session_lives(&in.session));
}

static void
a_session_stays_while_graph_does_not_tell(UNUSED void **state)
{
	sign_in_with(TOO_MANY, LIFE);
	allow("group:" G1);
	atomic_store(&server.body, "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"g\"}");
	ROUTE({ .holds = "POST ", .status = 503, .headers = "Retry-After: 30\r\n", .body = "" });
	assert_int_equal(person_open(&fix.rq, &access_of_person, true, &person), TEMPORARILY_UNAVAILABLE);
	assert_int_equal(fix.rq.failure.retry_after, 30);
	assert_true(session_lives(&in.session));
}

/* Whatever the servers name is judged when it is needed. */
static void
at_the_sign_in_graph_is_asked_only_where_the_list_names_groups(UNUSED void **state)
{
	static const char *const words[] = { "group:" G1, NULL };
	static struct tool_rule rule = { .tool = "*", .words = words };

	graph_tells(503, "");
	fix.config.server[0].rule = &rule;
	allow("role:Auditor");
	assert_int_equal(decide(TOO_MANY), OAUTH_OK);
	fix.config.entra.allow[0] = NULL;
	assert_int_equal(decide(TOO_MANY), OAUTH_OK);
	assert_int_equal(atomic_load(&server.requests), 0);
	assert_int_equal(atomic_load(&routes.requests), 0);
	allow("group:" G1);
	assert_int_equal(decide(TOO_MANY), TEMPORARILY_UNAVAILABLE);
}

/* The session as the next request sees it, which needs no token of Entra's. */
static enum oauth_error
come(void)
{
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE,
	    &access_of_person), OAUTH_OK);
	return person_open(&fix.rq, &access_of_person, false, &person);
}

/* The token is new by then, and says nothing of groups. */
static void
rights_that_could_not_be_judged_are_looked_at_in_a_minute(UNUSED void **state)
{
	sign_in_with(TOO_MANY, 10);
	allow("group:" G1);
	at(20);
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"token_type\":\"Bearer\",\"expires_in\":%d,"
	    "\"access_token\":\"%s\"}", LIFE, token_with(TOO_MANY)));
	ROUTE({ .holds = "POST ", .status = 503, .body = "" });
	assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(fix.rq.failure.error, OAUTH_OK);
	assert_int_equal(sql_number("SELECT entra_until FROM session"), START + 80);
	assert_int_equal(atomic_load(&routes.requests), 1);
	at(79);
	ROUTE({ .holds = "POST ", .status = 200, .body = "{\"value\":[]}" });
	assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(atomic_load(&routes.requests), 1);
	at(80);
	assert_int_equal(come(), INVALID_TOKEN);
	assert_false(session_lives(&in.session));
}

/* Entra grants, and Graph answers so; then the person comes. */
static enum oauth_error
come_while_graph_says(int64_t seconds, int status, const char *body)
{
	at(seconds);
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"token_type\":\"Bearer\",\"expires_in\":%d,"
	    "\"access_token\":\"%s\",\"refresh_token\":\"next\"}", LIFE, token_with(TOO_MANY)));
	ROUTE({ .holds = "POST ", .status = status, .body = body });
	sql("DELETE FROM setback");
	return come();
}

static void
graphs_silence_is_no_refusal_for_a_day_though_entra_answers(UNUSED void **state)
{
	fix.config.limits.access_token = 4 * ENTRA_WORD_MOST;
	sign_in_with(TOO_MANY, 10);
	allow("group:" G1);
	assert_int_equal(come_while_graph_says(ENTRA_WORD_MOST - 2 * LIFE, 503, ""), OAUTH_OK);
	assert_int_equal(come_while_graph_says(ENTRA_WORD_MOST, 503, ""), TEMPORARILY_UNAVAILABLE);
	assert_true(session_lives(&in.session));
	assert_int_equal(come_while_graph_says(ENTRA_WORD_MOST + 2 * LIFE, 200, "{\"value\":[\"" G1 "\"]}"), OAUTH_OK);
	assert_int_equal(come_while_graph_says(2 * ENTRA_WORD_MOST + LIFE, 503, ""), OAUTH_OK);
	assert_int_equal(come_while_graph_says(2 * ENTRA_WORD_MOST + 2 * LIFE, 503, ""), TEMPORARILY_UNAVAILABLE);
}

static void
a_graph_that_refuses_to_tell_is_not_silent(UNUSED void **state)
{
	sign_in_with(TOO_MANY, 10);
	allow("group:" G1);
	assert_int_equal(come_while_graph_says(20, 403, "{}"), SERVER_ERROR);
	assert_true(session_lives(&in.session));
}

static void
a_server_that_needs_no_token_asks_for_no_groups_of_other_rules(UNUSED void **state)
{
	static const char *const words[] = { "group:" G1, NULL };
	static struct tool_rule rule = { .tool = "*", .words = words };

	sign_in_with(TOO_MANY, 10);
	fix.config.server[0].rule = &rule;
	allow("role:Auditor");
	assert_int_equal(come_while_graph_says(20, 403, "{}"), OAUTH_OK);
	assert_int_equal(atomic_load(&routes.requests), 0);
	allow("role:Reader");
	assert_int_equal(come_while_graph_says(LIFE + 100, 503, ""), INVALID_TOKEN);
	assert_false(session_lives(&in.session));
}

static void
rights_that_are_judged_at_last_are_left_alone(UNUSED void **state)
{
	sign_in_with(TOO_MANY, LIFE);
	allow("group:" G1);
	sql("UPDATE session SET entra_until = 1800000000");
	atomic_store(&server.body, "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"g\"}");
	ROUTE({ .holds = "POST ", .status = 200, .body = "{\"value\":[\"" G1 "\"]}" });
	for (int i = 0; i < 3; i++)
		assert_int_equal(come(), OAUTH_OK);
	assert_int_equal(atomic_load(&routes.requests), 1);
	assert_true(sql_number("SELECT entra_until FROM session") > START + 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PERSONS(an_empty_list_lets_everybody_in),
		PERSONS(a_list_lets_those_in_whom_it_names),
		PERSONS(graph_is_asked_where_the_token_holds_too_few_groups),
		PERSONS(a_graph_that_does_not_tell_lets_nobody_in),
		PERSONS(whom_the_list_does_not_name_any_more_has_no_session),
		PERSONS(who_lost_their_role_is_out_when_entras_word_is_renewed),
		PERSONS(a_session_stays_while_graph_does_not_tell),
		PERSONS(at_the_sign_in_graph_is_asked_only_where_the_list_names_groups),
		PERSONS(rights_that_could_not_be_judged_are_looked_at_in_a_minute),
		PERSONS(graphs_silence_is_no_refusal_for_a_day_though_entra_answers),
		PERSONS(a_graph_that_refuses_to_tell_is_not_silent),
		PERSONS(a_server_that_needs_no_token_asks_for_no_groups_of_other_rules),
		PERSONS(rights_that_are_judged_at_last_are_left_alone),
	};

	return RUN(tests, make_keys, free_keys);
}
