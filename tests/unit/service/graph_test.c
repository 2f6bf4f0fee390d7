/* SPDX-License-Identifier: MIT */
#include "service/graph.h"

#include "protocol/json.h"

#include "routes.h"

#define SECRET	"a word of the answer"

static struct graph_reply reply;
static int persons;

static int
open_graph(void **state)
{
	(void)server_open(state);
	routes_open();
	fix.config.entra.graph_url = routes.url;
	return 0;
}

static int
close_graph(void **state)
{
	routes_close();
	return server_close(state);
}

#define GRAPH(test)	cmocka_unit_test_setup_teardown(test, open_graph, close_graph)

static enum graph_outcome
ask(const struct graph_call *call)
{
	reply.retry_after = -1;
	fix.rq.failure = (struct failure){ 0 };
	return graph_call(&fix.rq, call, &reply);
}

/* The profile, asked for in the name of somebody of whom Graph has not heard yet. */
static enum graph_outcome
ask_profile(void)
{
	return ask(&(struct graph_call){ .path = "/v1.0/me", .access_token = "the.graph.token",
	    .subject = arena_printf(&fix.arena, "person %d", ++persons) });
}

static enum graph_outcome
ask_for(int status, const char *body)
{
	ROUTE({ .holds = "GET /v1.0/me HTTP/1.1\r\n", .status = status, .body = body });
	return ask_profile();
}

static void
a_profile_is_an_object_for_its_caller(UNUSED void **state)
{
	assert_int_equal(ask_for(200, "{\"displayName\":\"Alice\"}"), GRAPH_OK);
	assert_string_equal(json_string(reply.json, "displayName"), "Alice");
	assert_null(fix.rq.failure.reason);
	assert_int_equal(reply.retry_after, 0);
	assert_null(reply.claims);
	json_auto(&reply.json);
}

static void
rfc6750_s2_1_the_token_and_the_requests_id_are_sent(UNUSED void **state)
{
	assert_int_equal(ask_for(200, "{}"), GRAPH_OK);
	json_auto(&reply.json);
	assert_int_equal(strncmp(routes.head, "GET /v1.0/me HTTP/1.1\r\n", 23), 0);
	assert_non_null(strstr(routes.head, "\r\nAuthorization: Bearer the.graph.token\r\n"));
	assert_non_null(strstr(routes.head, "\r\nclient-request-id: 0123456789abcdef\r\n"));
	assert_non_null(strstr(routes.head, "\r\nAccept: application/json\r\n"));
}

static void
a_question_with_a_body_is_posted_as_json(UNUSED void **state)
{
	ROUTE({ .holds = "POST /v1.0/me/checkMemberGroups HTTP/1.1\r\n", .status = 200,
	    .body = "{\"value\":[]}" });
	assert_int_equal(ask(&(struct graph_call){ .path = "/v1.0/me/checkMemberGroups",
	    .json = "{\"groupIds\":[]}", .subject = "alice", .access_token = "t" }), GRAPH_OK);
	assert_non_null(json_array_member(reply.json, "value"));
	json_auto(&reply.json);
	assert_non_null(strstr(routes.head, "\r\nContent-Type: application/json\r\n"));
	assert_null(strstr(routes.head, "x-www-form-urlencoded"));
	assert_non_null(strstr(routes.head, "\r\n\r\n{\"groupIds\":[]}"));
}

static void
each_status_has_its_outcome(UNUSED void **state)
{
	static const struct { int status; enum graph_outcome outcome; } statuses[] = {
		{ 401, GRAPH_UNAUTHORIZED }, { 403, GRAPH_FORBIDDEN }, { 404, GRAPH_NOT_FOUND },
		{ 429, GRAPH_THROTTLED }, { 408, GRAPH_UNAVAILABLE }, { 500, GRAPH_UNAVAILABLE },
		{ 400, GRAPH_REFUSED }, { 405, GRAPH_REFUSED }, { 410, GRAPH_REFUSED }, { 499, GRAPH_REFUSED },
		{ 502, GRAPH_UNAVAILABLE }, { 503, GRAPH_UNAVAILABLE }, { 504, GRAPH_UNAVAILABLE },
		{ 201, GRAPH_UNAVAILABLE }, { 204, GRAPH_UNAVAILABLE }, { 304, GRAPH_UNAVAILABLE },
	};

	for (size_t i = 0; i < COUNT(statuses); i++) {
		bool empty = statuses[i].status == 204 || statuses[i].status == 304;

		if (ask_for(statuses[i].status, empty ? "" : "{}") != statuses[i].outcome)
			fail_msg("status %d", statuses[i].status);
		assert_null(reply.json);
		assert_null(reply.claims);
		assert_string_equal(fix.rq.failure.reason, arena_printf(&fix.arena,
		    "graph: status %d", statuses[i].status));
	}
}

static void
no_byte_of_a_refusal_reaches_the_reason(UNUSED void **state)
{
	static const int statuses[] = { 200, 401, 403, 404, 429, 500 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		assert_int_not_equal(ask_for(statuses[i], "[\"" SECRET "\"]"), GRAPH_OK);
		assert_non_null(fix.rq.failure.reason);
		assert_null(strstr(fix.rq.failure.reason, SECRET));
		assert_null(fix.rq.failure.description);
	}
}

static void
an_answer_that_is_no_json_object_is_unavailable(UNUSED void **state)
{
	static const char *const bodies[] = {
		"", "null", "[]", "\"text\"", "1", "true", "{", "{}{}", "<html></html>",
		"{\"id\":1,\"id\":2}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\xff\"}",
	};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		if (ask_for(200, bodies[i]) != GRAPH_UNAVAILABLE)
			fail_msg("taken: %s", bodies[i]);
		assert_null(reply.json);
		assert_string_equal(fix.rq.failure.reason,
		    "graph: an answer that is no JSON object");
	}
}

static void
a_redirect_is_not_followed(UNUSED void **state)
{
	ROUTE({ .holds = "GET /v1.0/me ", .status = 302, .body = "{}",
	    .headers = "Location: /elsewhere\r\n" },
	    { .holds = "GET /elsewhere ", .status = 200, .body = "{\"displayName\":\"Mallory\"}" });
	assert_int_equal(ask_profile(), GRAPH_UNAVAILABLE);
	assert_null(reply.json);
	assert_int_equal(atomic_load(&routes.requests), 1);
}

static void
nobody_there_is_unavailable(UNUSED void **state)
{
	fix.config.entra.graph_url = "http://127.0.0.1:1";
	assert_int_equal(ask_profile(), GRAPH_UNAVAILABLE);
	assert_int_equal(strncmp(fix.rq.failure.reason, "graph: ", 7), 0);
	assert_int_equal(reply.retry_after, 0);
}

static void
an_answer_beyond_the_limit_is_unavailable(UNUSED void **state)
{
	fix.config.limits.response_max = 16;
	assert_int_equal(ask_for(200, "{\"a\":\"123456789\"}"), GRAPH_UNAVAILABLE);
	assert_int_equal(ask_for(200, "{\"a\":\"12345678\"}"), GRAPH_OK);
	json_auto(&reply.json);
}

/* {"access_token":{"a":1}}. */
#define DEMAND(error, claims)	\
	"WWW-Authenticate: Bearer realm=\"\", error=\"" error "\", claims=\"" claims "\"\r\n"

static void
what_graph_demands_comes_with_401_and_403_alone(UNUSED void **state)
{
	static const int statuses[] = { 401, 403, 404, 429, 500 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		ROUTE({ .holds = "GET ", .status = statuses[i], .body = "{}",
		    .headers = DEMAND("insufficient_claims", "eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19") });
		assert_int_not_equal(ask_profile(), GRAPH_OK);
		if (statuses[i] == 401 || statuses[i] == 403)
			assert_string_equal(reply.claims, "{\"access_token\":{\"a\":1}}");
		else
			assert_null(reply.claims);
	}
}

static void
a_demand_may_stand_in_any_of_several_challenges(UNUSED void **state)
{
	ROUTE({ .holds = "GET ", .status = 401, .body = "",
	    .headers = DEMAND("invalid_token", "eyJhY2Nlc3NfdG9rZW4iOnsiYiI6MX19") "WWW-Authenticate: Negotiate\r\n"
	    DEMAND("insufficient_claims", "eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19") });
	assert_int_equal(ask_profile(), GRAPH_UNAUTHORIZED);
	assert_string_equal(reply.claims, "{\"access_token\":{\"a\":1}}");
}

static void
a_refusal_without_a_readable_demand_has_none(UNUSED void **state)
{
	static const char *const headers[] = { NULL, "WWW-Authenticate: Bearer realm=\"\"\r\n",
	    DEMAND("invalid_token", "eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19"), DEMAND("insufficient_claims", "{}"),
	    DEMAND("insufficient_claims", "W10=") };

	for (size_t i = 0; i < COUNT(headers); i++) {
		ROUTE({ .holds = "GET ", .status = 401, .body = "", .headers = headers[i] });
		assert_int_equal(ask_profile(), GRAPH_UNAUTHORIZED);
		assert_null(reply.claims);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GRAPH(a_profile_is_an_object_for_its_caller),
		GRAPH(rfc6750_s2_1_the_token_and_the_requests_id_are_sent),
		GRAPH(a_question_with_a_body_is_posted_as_json),
		GRAPH(each_status_has_its_outcome),
		GRAPH(no_byte_of_a_refusal_reaches_the_reason),
		GRAPH(an_answer_that_is_no_json_object_is_unavailable),
		GRAPH(a_redirect_is_not_followed),
		GRAPH(nobody_there_is_unavailable),
		GRAPH(an_answer_beyond_the_limit_is_unavailable),
		GRAPH(what_graph_demands_comes_with_401_and_403_alone),
		GRAPH(a_demand_may_stand_in_any_of_several_challenges),
		GRAPH(a_refusal_without_a_readable_demand_has_none),
	};

	return RUN(tests, NULL, NULL);
}
