/* SPDX-License-Identifier: MIT */
#include "service/graph_person.h"

#include "protocol/json.h"

#include "grouped.h"

#define ME	"GET /v1.0/me HTTP/1.1\r\n"

static struct graph_person p;

static bool
call(const struct data_key *key)
{
	p.session = &in.session;
	p.key = key;
	p.entra_token = "the.users.token";
	fix.rq.failure = (struct failure){ 0 };
	return graph_person_call(&fix.rq, &p, "/v1.0/me", NULL);
}

static int
begin(void **state)
{
	p = (struct graph_person){ 0 };
	return open_groups(state);
}

#define PERSON_CASE(test)	cmocka_unit_test_setup_teardown(test, begin, close_groups)

static int
exchanges(void)
{
	return atomic_load(&server.requests);
}

static void
a_reply_is_for_its_caller(UNUSED void **state)
{
	ROUTE({ .holds = ME, .status = 200, .body = "{\"id\":\"x\"}" });
	assert_true(call(&in.key));
	assert_string_equal(json_string(p.reply.json, "id"), "x");
	json_auto(&p.reply.json);
	assert_non_null(strstr(routes.head, "Authorization: Bearer for.graph\r\n"));
	assert_null(p.claims);
}

static void
a_kept_token_that_graph_does_not_take_is_exchanged_once_more(UNUSED void **state)
{
	ROUTE({ .holds = ME, .status = 200, .body = "{}" });
	assert_true(call(&in.key));
	json_auto(&p.reply.json);
	assert_int_equal(exchanges(), 1);
	p.graph_token = NULL;
	ROUTE({ .holds = ME, .status = 401, .body = "", .times = 1 }, { .holds = ME, .status = 200, .body = "{}" });
	assert_true(call(&in.key));
	json_auto(&p.reply.json);
	assert_int_equal(exchanges(), 2);
	/* Not at each call: once a minute. */
	p.graph_token = NULL;
	ROUTE({ .holds = ME, .status = 401, .body = "" });
	assert_false(call(&in.key));
	assert_int_equal(p.entra, ENTRA_GRANTED);
	assert_int_equal(p.graph, GRAPH_UNAUTHORIZED);
	assert_int_equal(exchanges(), 2);
	sql("DELETE FROM setback");
	p.graph_token = NULL;
	assert_false(call(&in.key));
	assert_int_equal(exchanges(), 3);
}

static void
a_token_that_lacks_claims_is_kept_no_longer_and_not_tried_again(UNUSED void **state)
{
	ROUTE({ .holds = ME, .status = 401, .headers = DEMAND, .body = "" });
	assert_false(call(&in.key));
	assert_string_equal(p.claims, "{\"access_token\":{\"a\":1}}");
	assert_int_equal(exchanges(), 1);
	assert_int_equal(asked(), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM exchanged_token"), 0);
}

static void
without_a_session_one_exchange_serves_all_calls_of_a_request(UNUSED void **state)
{
	ROUTE({ .holds = ME, .status = 200, .body = "{}" });
	for (int i = 0; i < 3; i++) {
		assert_true(call(NULL));
		json_auto(&p.reply.json);
	}
	assert_int_equal(exchanges(), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM exchanged_token"), 0);
}

static void
graph_is_not_asked_without_a_token(UNUSED void **state)
{
	atomic_store(&server.status, 400);
	atomic_store(&server.body, "{\"error\":\"interaction_required\",\"claims\":\"{\\\"access_token\\\":{\\\"a\\\":1}}\"}");
	assert_false(call(&in.key));
	assert_int_equal(p.entra, ENTRA_INTERACTION);
	assert_string_equal(p.claims, "{\"access_token\":{\"a\":1}}");
	assert_int_equal(asked(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PERSON_CASE(a_reply_is_for_its_caller),
		PERSON_CASE(a_kept_token_that_graph_does_not_take_is_exchanged_once_more),
		PERSON_CASE(a_token_that_lacks_claims_is_kept_no_longer_and_not_tried_again),
		PERSON_CASE(without_a_session_one_exchange_serves_all_calls_of_a_request),
		PERSON_CASE(graph_is_not_asked_without_a_token),
	};

	return RUN(tests, NULL, NULL);
}
