/* SPDX-License-Identifier: MIT */
/* A busy Graph is left alone for as long as it says, for that person. */
#include "service/graph.h"

#include "protocol/json.h"
#include "service/setback.h"

#include "routes.h"

#define ALICE	"subject of alice"
#define BOB	"subject of bob"

static struct graph_reply reply;

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
ask(const char *subject, const char *path)
{
	enum graph_outcome outcome;

	fix.rq.failure = (struct failure){ 0 };
	outcome = graph_call(&fix.rq, &(struct graph_call){ .path = path, .subject = subject,
	    .access_token = "t" }, &reply);
	json_auto(&reply.json);
	return outcome;
}

static int
asked(void)
{
	return atomic_load(&routes.requests);
}

static void
a_throttled_person_waits_for_as_long_as_graph_says(UNUSED void **state)
{
	ROUTE({ .holds = "GET ", .status = 429, .headers = "Retry-After: 42\r\n", .body = "",
	    .times = 1 }, { .holds = "GET ", .status = 200, .body = "{}" });
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	assert_int_equal(reply.retry_after, 42);
	at(41);
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	assert_int_equal(reply.retry_after, 1);
	assert_string_equal(fix.rq.failure.reason, "graph: status 429, a moment ago");
	assert_int_equal(asked(), 1);
	at(42);
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_OK);
	assert_int_equal(asked(), 2);
}

static void
one_persons_pause_is_no_others_but_holds_for_all_they_ask(UNUSED void **state)
{
	ROUTE({ .holds = "GET ", .status = 429, .headers = "Retry-After: 42\r\n", .body = "",
	    .times = 1 }, { .holds = "GET ", .status = 200, .body = "{}" });
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	assert_int_equal(ask(BOB, "/v1.0/me"), GRAPH_OK);
	assert_int_equal(ask(ALICE, "/v1.0/me/messages"), GRAPH_THROTTLED);
	assert_int_equal(asked(), 2);
}

static void
throttling_without_a_time_is_a_short_pause(UNUSED void **state)
{
	ROUTE({ .holds = "GET ", .status = 429, .body = "" });
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	assert_int_equal(reply.retry_after, SETBACK_BUSY);
	at(SETBACK_BUSY - 1);
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	assert_int_equal(asked(), 1);
	at(SETBACK_BUSY);
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	assert_int_equal(asked(), 2);
}

static void
an_outage_pauses_only_where_graph_says_for_how_long(UNUSED void **state)
{
	ROUTE({ .holds = "GET ", .status = 503, .body = "", .times = 2 },
	    { .holds = "GET ", .status = 503, .headers = "Retry-After: 30\r\n", .body = "" });
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_UNAVAILABLE);
		assert_int_equal(reply.retry_after, i < 3 ? 0 : 30);
		assert_int_equal(asked(), i);
	}
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_UNAVAILABLE);
	assert_int_equal(asked(), 3);
}

static void
silence_is_a_short_pause(UNUSED void **state)
{
	fix.config.entra.timeout = 1;
	fix.config.entra.graph_url = server.url;
	atomic_store(&server.silent, true);
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_UNAVAILABLE);
	assert_int_equal(reply.retry_after, SETBACK_BUSY);
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_UNAVAILABLE);
	assert_int_equal(atomic_load(&server.requests), 1);
	assert_int_equal(sql_number("SELECT expires_at FROM setback"), START + SETBACK_BUSY);
}

/* What the person may not have today they may have after a click: nothing of it is remembered. */
static void
a_refusal_is_asked_again(UNUSED void **state)
{
	static const int statuses[] = { 401, 403, 404, 400 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		int before = asked();

		ROUTE({ .holds = "GET ", .status = statuses[i], .body = "" });
		for (int n = 1; n <= 2; n++) {
			assert_int_not_equal(ask(ALICE, "/v1.0/me"), GRAPH_OK);
			assert_int_equal(asked(), before + n);
		}
	}
	assert_int_equal(sql_number("SELECT count(*) FROM setback"), 0);
}

/* Whoever writes to the database makes no answer of it, which would have no object. */
static void
a_planted_success_is_no_answer(UNUSED void **state)
{
	ROUTE({ .holds = "GET ", .status = 429, .headers = "Retry-After: 42\r\n", .body = "" });
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	sql("UPDATE setback SET outcome = 0");
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	sql("UPDATE setback SET outcome = 99");
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	sql("UPDATE setback SET expires_at = 99999999999");
	assert_int_equal(ask(ALICE, "/v1.0/me"), GRAPH_THROTTLED);
	assert_int_equal(reply.retry_after, 42);
	assert_int_equal(asked(), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GRAPH(a_throttled_person_waits_for_as_long_as_graph_says),
		GRAPH(one_persons_pause_is_no_others_but_holds_for_all_they_ask),
		GRAPH(throttling_without_a_time_is_a_short_pause),
		GRAPH(an_outage_pauses_only_where_graph_says_for_how_long),
		GRAPH(silence_is_a_short_pause),
		GRAPH(a_refusal_is_asked_again),
		GRAPH(a_planted_success_is_no_answer),
	};

	return RUN(tests, NULL, NULL);
}
