/* SPDX-License-Identifier: MIT */
#include "service/entra_client.h"
#include "service/setback.h"

#include "profile_call.h"

static void
the_profile_is_text_and_structure_alike(UNUSED void **state)
{
	begin();
	graph_answers(200, "{\"@odata.context\":\"https://g/$metadata\",\"id\":\"" PERSON "\","
	    "\"displayName\":\"Alice Example\",\"mail\":null,\"businessPhones\":[\"+49 1\"]}");
	assert_int_equal(call(NULL), OAUTH_OK);
	assert_false(result.is_error);
	assert_string_equal(result.text, result.structured);
	matches_schema();
	assert_true(member_bool("success"));
	assert_string_equal(json_string(structured, "displayName"), "Alice Example");
	assert_string_equal(json_string(structured, "@odata.context"), "https://g/$metadata");
}

static void
the_exchanged_token_goes_to_graph_and_entras_own_does_not(UNUSED void **state)
{
	begin();
	graph_answers(200, "{}");
	assert_int_equal(call(NULL), OAUTH_OK);
	assert_non_null(strstr(routes.head, "\r\nAuthorization: Bearer for.graph\r\n"));
	assert_null(strstr(routes.head, entra_token));
	assert_non_null(strstr(server.head, arena_printf(&fix.arena, "&assertion=%s&",
	    entra_token)));
	assert_non_null(strstr(server.head, "%2F.default&"));
}

static void
arguments_are_refused_before_anybody_is_asked(UNUSED void **state)
{
	begin();
	assert_int_equal(call("{\"user\":\"bob@contoso.example\"}"), OAUTH_OK);
	failed_with(false, "takes no arguments");
	assert_int_equal(atomic_load(&server.requests), 0);
	assert_int_equal(atomic_load(&routes.requests), 0);
	graph_answers(200, "{}");
	assert_int_equal(call("{}"), OAUTH_OK);
	assert_false(result.is_error);
}

static void
a_tampered_session_is_no_session(UNUSED void **state)
{
	static const char *const changes[] = {
		"object_id = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb'", "subject = 'someone'",
		"identity = zeroblob(length(identity))",
		"entra_tokens = zeroblob(length(entra_tokens))",
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		begin();
		sql(arena_printf(&fix.arena, "UPDATE session SET %s WHERE sid = x'%s'", changes[i],
		    sid_text(&fix.arena, &in.session.sid)));
		present();
		if (call(NULL) != INVALID_TOKEN)
			fail_msg("%s went unseen", changes[i]);
		assert_null(result.text);
		assert_string_equal(fix.rq.failure.description,
		    "the session has ended; sign in again");
	}
	assert_int_equal(atomic_load(&server.requests), 0);
	assert_int_equal(atomic_load(&routes.requests), 0);
}

static void
a_session_that_entra_refuses_to_renew_has_ended(UNUSED void **state)
{
	begin();
	at(LIFE);
	entra_answers(400, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(call(NULL), INVALID_TOKEN);
	assert_null(result.text);
	assert_false(session_lives(&in.session));
}

static void
a_session_that_entra_cannot_renew_now_stays(UNUSED void **state)
{
	begin();
	at(LIFE);
	entra_answers(503, "");
	assert_int_equal(call(NULL), OAUTH_OK);
	failed_with(true, "Microsoft Entra ID does not answer just now");
	at(LIFE + 60);
	entra_answers(401, "{\"error\":\"invalid_client\"}");
	assert_int_equal(call(NULL), OAUTH_OK);
	failed_with(false, "This server is not set up correctly");
	assert_true(session_lives(&in.session));
}

/* The exchange's refusal stands by itself then. */
static void
renewed_a_moment_ago(void)
{
	setback_note(&fix.rq, arena_printf(&fix.arena, "entra renew %s",
	    sid_text(&fix.arena, &in.session.sid)), (int)ENTRA_REFUSED, "", SETBACK_SAME);
}

static void
each_outcome_of_the_exchange_has_its_sentence(UNUSED void **state)
{
	static const struct { int status; const char *error; bool retryable; const char *says; }
	outcomes[] = {
		{ 400, "interaction_required", false, "asks for one more step" },
		{ 400, "consent_required", false, "asks for one more step" },
		{ 400, "invalid_grant", false, "does not let this server act for the user" },
		{ 401, "invalid_client", false, "not set up correctly for Microsoft Graph" },
		{ 400, "invalid_scope", false, "not set up correctly for Microsoft Graph" },
		{ 400, "temporarily_unavailable", true, "Entra ID does not answer just now" },
		{ 503, "server_error", true, "try again in 5 seconds" },
		{ 429, "server_error", true, "try again in 17 seconds" },
	};

	for (size_t i = 0; i < COUNT(outcomes); i++) {
		sql("DELETE FROM setback");
		begin();
		renewed_a_moment_ago();
		entra_answers(outcomes[i].status, arena_printf(&fix.arena,
		    "{\"error\":\"%s\",\"error_description\":\"" SECRET "\"}", outcomes[i].error));
		assert_int_equal(call(NULL), OAUTH_OK);
		failed_with(outcomes[i].retryable, outcomes[i].says);
		assert_null(strstr(fix.rq.failure.reason, SECRET));
		assert_true(session_lives(&in.session));
	}
	assert_int_equal(atomic_load(&routes.requests), 0);
}

static void
each_outcome_of_graph_has_its_sentence(UNUSED void **state)
{
	static const struct { int status; bool retryable; const char *says; } outcomes[] = {
		{ 401, false, "asks for one more step" },
		{ 403, false, "may grant the permission User.Read" },
		{ 404, false, "knows no profile of this user" },
		{ 400, false, "refuses this server's question" },
		{ 429, true, "Try again in 5 seconds" },
		{ 500, true, "now. Nothing was changed; try again in 60 seconds" },
		{ 302, true, "Graph does not answer properly just now" },
		{ 200, true, "Graph does not answer properly just now" },
	};

	for (size_t i = 0; i < COUNT(outcomes); i++) {
		sql("DELETE FROM setback");
		begin();
		graph_answers(outcomes[i].status, "[\"" SECRET "\"]");
		assert_int_equal(call(NULL), OAUTH_OK);
		failed_with(outcomes[i].retryable, outcomes[i].says);
		assert_null(strstr(fix.rq.failure.reason, SECRET));
		assert_true(session_lives(&in.session));
	}
}

/* The refusal was of the token alone, which the person's next one mends. */
static void
a_token_that_entra_refuses_to_exchange_is_renewed_and_tried_once_more(UNUSED void **state)
{
	const char *next;

	begin();
	next = access_token_of(PERSON, LIFE + 1);
	fix.config.entra.authority_host = routes.url;
	sql("DELETE FROM entra_cache");
	ROUTE({ .holds = "GET /" TENANT "/v2.0/", .status = 200, .body = arena_printf(&fix.arena,
	    "{\"issuer\":\"" ENTRA_ISSUER "\",\"authorization_endpoint\":\"%s/a\",\"token_endpoint\":\"%s/t\","
	    "\"jwks_uri\":\"%s/k\"}", routes.url, routes.url, routes.url) },
	    { .holds = "GET /k ", .status = 200, .body = atomic_load(&server.keys) },
	    { .holds = "grant_type=refresh_token", .status = 200, .body = arena_printf(&fix.arena,
	    "{\"token_type\":\"Bearer\",\"expires_in\":%d,\"access_token\":\"%s\"}", LIFE, next) },
	    { .holds = arena_printf(&fix.arena, "&assertion=%s&", next), .status = 200,
	    .body = "{\"token_type\":\"Bearer\",\"expires_in\":600,\"access_token\":\"for.graph\"}" },
	    { .holds = "POST /t ", .status = 400, .body = "{\"error\":\"invalid_grant\"}" },
	    { .holds = "GET /v1.0/me ", .status = 200, .body = "{\"id\":\"1\"}" });
	assert_int_equal(call(NULL), OAUTH_OK);
	assert_false(result.is_error);
}

static void
a_person_whom_entra_has_revoked_has_no_session_any_more(UNUSED void **state)
{
	begin();
	entra_answers(400, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(call(NULL), INVALID_TOKEN);
	assert_null(result.text);
	assert_false(session_lives(&in.session));
	assert_int_equal(atomic_load(&routes.requests), 0);
}

static void
throttling_passes_graphs_own_pause_on(UNUSED void **state)
{
	begin();
	ROUTE({ .holds = "GET ", .status = 429, .headers = "Retry-After: 42\r\n", .body = "" });
	assert_int_equal(call(NULL), OAUTH_OK);
	failed_with(true, "Try again in 42 seconds");
}

static void
a_kept_token_that_graph_refuses_is_exchanged_once_more(UNUSED void **state)
{
	begin();
	ROUTE({ .holds = "GET ", .status = 401, .body = "", .times = 1 },
	    { .holds = "GET ", .status = 200, .body = "{\"id\":\"1\"}" });
	assert_int_equal(call(NULL), OAUTH_OK);
	assert_false(result.is_error);
	assert_int_equal(atomic_load(&server.requests), 2);
	assert_int_equal(atomic_load(&routes.requests), 2);
	graph_answers(401, "");
	assert_int_equal(call(NULL), OAUTH_OK);
	assert_true(result.is_error);
	assert_int_equal(atomic_load(&server.requests), 2);	/* once a minute */
	assert_int_equal(atomic_load(&routes.requests), 3);
}

static void
the_exchange_is_kept_between_calls(UNUSED void **state)
{
	begin();
	graph_answers(200, "{}");
	assert_int_equal(call(NULL), OAUTH_OK);
	assert_int_equal(call(NULL), OAUTH_OK);
	assert_int_equal(atomic_load(&server.requests), 1);
	assert_int_equal(atomic_load(&routes.requests), 2);
}

static void
graphs_own_success_does_not_pass_for_ours(UNUSED void **state)
{
	begin();
	graph_answers(200, "{\"success\":false}");
	assert_int_equal(call(NULL), OAUTH_OK);
	matches_schema();
	assert_true(member_bool("success"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PROFILE(the_profile_is_text_and_structure_alike),
		PROFILE(the_exchanged_token_goes_to_graph_and_entras_own_does_not),
		PROFILE(arguments_are_refused_before_anybody_is_asked),
		PROFILE(a_tampered_session_is_no_session),
		PROFILE(a_session_that_entra_refuses_to_renew_has_ended),
		PROFILE(a_session_that_entra_cannot_renew_now_stays),
		PROFILE(each_outcome_of_the_exchange_has_its_sentence),
		PROFILE(each_outcome_of_graph_has_its_sentence),
		PROFILE(a_token_that_entra_refuses_to_exchange_is_renewed_and_tried_once_more),
		PROFILE(a_person_whom_entra_has_revoked_has_no_session_any_more),
		PROFILE(throttling_passes_graphs_own_pause_on),
		PROFILE(a_kept_token_that_graph_refuses_is_exchanged_once_more),
		PROFILE(the_exchange_is_kept_between_calls),
		PROFILE(graphs_own_success_does_not_pass_for_ours),
	};

	return RUN(tests, make_keys, free_keys);
}
