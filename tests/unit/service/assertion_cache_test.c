/* SPDX-License-Identifier: MIT */
#include "service/assertion_cache.h"

#include "service/single_flight.h"

#include "routes.h"

#define GIVES(token, life)	{ .holds = "GET", .status = 200, .body = \
				"{\"access_token\":\"" token "\",\"expires_in\":\"" life "\"}" }
#define REFUSES(code)		{ .holds = "GET", .status = code, .body = "" }
#define DAY			86400

static struct config_app app;
static bool hurried;

static int
cache_open(void **state)
{
	(void)server_open(state);
	routes_open();
	fix.sleeps = true;
	hurried = false;
	app = (struct config_app){ .credential = CREDENTIAL_MANAGED_IDENTITY };
	fix.config.entra.imds_url = routes.url;
	return 0;
}

static int
cache_close(void **state)
{
	routes_close();
	return server_close(state);
}

#define CACHE(test)	cmocka_unit_test_setup_teardown(test, cache_open, cache_close)

/* The token that is there at that second, "" for none; how often the source was asked is counted. */
static const char *
token_at(int64_t seconds)
{
	const char *assertion = "";

	at(seconds);
	fix.slept_ms = 0;
	fix.rq.failure = (struct failure){ 0 };
	atomic_store(&routes.requests, 0);
	if (assertion_cached(&fix.rq, &app, hurried, &assertion) != OAUTH_OK) {
		assert_non_null(fix.rq.failure.reason);
		return "";
	}
	assert_null(fix.rq.failure.reason);
	return assertion;
}

static void
is_at(int64_t seconds, const char *token, int asked)
{
	const char *got = token_at(seconds);

	if (strcmp(got, token) != 0 || atomic_load(&routes.requests) != asked)
		fail_msg("at %lld: %s, asked %d times", (long long)seconds, got,
		    atomic_load(&routes.requests));
}

static void
a_long_token_is_renewed_at_half_of_its_life(UNUSED void **state)
{
	ROUTE(GIVES("one", "86400"));
	is_at(0, "one", 1);
	is_at(1, "one", 0);
	ROUTE(GIVES("two", "86400"));
	is_at(DAY / 2 - 1, "one", 0);
	is_at(DAY / 2, "two", 1);
	is_at(DAY / 2 + 1, "two", 0);
}

static void
a_shorter_one_five_minutes_before_its_end(UNUSED void **state)
{
	ROUTE(GIVES("one", "3600"));
	is_at(0, "one", 1);
	ROUTE(GIVES("two", "100"));
	is_at(3299, "one", 0);
	is_at(3300, "two", 1);
	ROUTE(GIVES("three", "3600"));
	is_at(3339, "two", 0);
	is_at(3340, "three", 1);	/* half of so short a life, less the last minute */
}

static void
the_old_one_serves_to_its_last_minute_when_the_source_is_down(UNUSED void **state)
{
	ROUTE(GIVES("one", "3600"));
	is_at(0, "one", 1);
	ROUTE(REFUSES(503));
	is_at(3300, "one", 1);
	assert_int_equal(fix.slept_ms, 0);
	is_at(3301, "one", 0);		/* the failure is remembered */
	is_at(3300 + ASSERTION_SETBACK, "one", 1);
	is_at(3539, "one", 1);
	is_at(3539 + ASSERTION_SETBACK, "", 5);
	assert_int_equal(fix.slept_ms, 30000);
}

static void
a_failure_stands_for_some_seconds(UNUSED void **state)
{
	ROUTE(REFUSES(400));
	is_at(0, "", 1);
	assert_int_equal(fix.rq.failure.error, SERVER_ERROR);
	is_at(1, "", 0);
	assert_int_equal(fix.rq.failure.error, SERVER_ERROR);
	assert_non_null(strstr(fix.rq.failure.reason, "status 400"));
	ROUTE({ .holds = "GET", .status = 429, .headers = "Retry-After: 50\r\n", .body = "" });
	is_at(20, "", 1);
	assert_int_equal(fix.rq.failure.error, TEMPORARILY_UNAVAILABLE);
	ROUTE(GIVES("one", "86400"));
	is_at(69, "", 0);
	is_at(70, "one", 1);
}

static bool
nothing(struct request *rq UNUSED, void *argument UNUSED)
{
	return false;
}

static bool
until_asked(void *unused UNUSED)
{
	return atomic_load(&routes.requests) == 0;
}

static void
while_another_asks_the_valid_one_serves_at_once(UNUSED void **state)
{
	const struct flight flight = {
		.name = "assertion virtual-machine - api://AzureADTokenExchange", .look = nothing,
		.seconds = 300,
	};
	struct opaque_token owner;

	ROUTE(GIVES("one", "3600"));
	is_at(0, "one", 1);
	at(3300);
	assert_int_equal(flight_board(&fix.rq, &flight, &owner), FLIGHT_OURS);
	ROUTE(GIVES("two", "3600"));
	is_at(3301, "one", 0);
	is_at(3539, "one", 0);
	assert_int_equal(fix.slept_ms, 0);
	is_at(3541, "", 0);
	assert_int_equal(fix.rq.failure.error, TEMPORARILY_UNAVAILABLE);
	assert_true(fix.slept_ms >= 35000 && fix.slept_ms < 37000);
	flight_land(&fix.rq, &flight, &owner);
	is_at(3541, "two", 1);
}

static void
who_is_hurried_asks_once_and_waits_for_nobody(UNUSED void **state)
{
	const struct flight flight = {
		.name = "assertion virtual-machine - api://AzureADTokenExchange", .look = nothing,
		.seconds = 300,
	};
	struct opaque_token owner;

	hurried = true;
	ROUTE(REFUSES(503));
	is_at(0, "", 1);
	assert_int_equal(fix.slept_ms, 0);
	assert_int_equal(fix.rq.failure.error, TEMPORARILY_UNAVAILABLE);
	is_at(1, "", 0);		/* the failure is remembered */
	at(20);
	assert_int_equal(flight_board(&fix.rq, &flight, &owner), FLIGHT_OURS);
	is_at(21, "", 0);
	assert_int_equal(fix.slept_ms, 0);
	assert_int_equal(fix.rq.failure.error, TEMPORARILY_UNAVAILABLE);
	flight_land(&fix.rq, &flight, &owner);
	ROUTE(GIVES("one", "3600"));
	is_at(22, "one", 1);
}

/* Its end was reckoned by a clock that ran ahead: Entra would refuse it for years. */
static void
a_token_whose_end_is_too_far_off_is_none(UNUSED void **state)
{
	ROUTE(GIVES("one", "86400"));
	is_at(0, "one", 1);
	sql("UPDATE assertion SET expires_at = 1800172800, renew_at = 1800172000");
	is_at(0, "one", 0);
	sql("UPDATE assertion SET expires_at = 1800172801");
	ROUTE(GIVES("two", "86400"));
	is_at(0, "two", 1);
}

static void
who_gives_up_for_nobody_stops_nobody(UNUSED void **state)
{
	ROUTE(REFUSES(503));
	http_client_watch(fix.rq.http, until_asked, NULL);
	is_at(0, "", 1);
	http_client_watch(fix.rq.http, NULL, NULL);
	assert_int_equal(fix.rq.failure.error, TEMPORARILY_UNAVAILABLE);
	ROUTE(GIVES("one", "86400"));
	is_at(1, "one", 1);
}

static void
each_source_identity_and_audience_has_its_own(UNUSED void **state)
{
	ROUTE(GIVES("one", "86400"));
	is_at(0, "one", 1);
	app.identity = OUR_APP;
	ROUTE(GIVES("two", "86400"));
	is_at(1, "two", 1);
	fix.config.entra.exchange_audience = "api://AzureADTokenExchangeChina";
	ROUTE(GIVES("three", "86400"));
	is_at(2, "three", 1);
	assert_int_equal(sql_number("SELECT count(*) FROM assertion"), 3);
}

static void
it_is_kept_sealed_and_to_its_name(UNUSED void **state)
{
	ROUTE(GIVES("a-token-of-ours", "86400"));
	is_at(0, "a-token-of-ours", 1);
	assert_int_equal(sql_number("SELECT count(*) FROM assertion WHERE instr(sealed, 'ours') > 0"), 0);
	sql("UPDATE assertion SET name = 'virtual-machine " OUR_APP " api://AzureADTokenExchange'");
	app.identity = OUR_APP;
	ROUTE(GIVES("two", "86400"));
	is_at(1, "two", 1);
	assert_int_equal(unlink(path_of("keys/cache/key")), 0);
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
	is_at(2, "two", 1);	/* unkept, it serves all the same */
	is_at(3, "two", 1);
}

static void
the_doctor_asks_whatever_is_kept(UNUSED void **state)
{
	struct identity_answer answer;

	ROUTE(GIVES("one", "86400"));
	is_at(0, "one", 1);
	ROUTE(GIVES("two", "86400"));
	assert_int_equal(assertion_renew(&fix.rq, &app, &answer), IDENTITY_GIVEN);
	assert_string_equal(answer.token, "two");
	is_at(1, "two", 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CACHE(a_long_token_is_renewed_at_half_of_its_life),
		CACHE(a_shorter_one_five_minutes_before_its_end),
		CACHE(the_old_one_serves_to_its_last_minute_when_the_source_is_down),
		CACHE(a_failure_stands_for_some_seconds),
		CACHE(while_another_asks_the_valid_one_serves_at_once),
		CACHE(who_is_hurried_asks_once_and_waits_for_nobody),
		CACHE(a_token_whose_end_is_too_far_off_is_none),
		CACHE(who_gives_up_for_nobody_stops_nobody),
		CACHE(each_source_identity_and_audience_has_its_own),
		CACHE(it_is_kept_sealed_and_to_its_name),
		CACHE(the_doctor_asks_whatever_is_kept),
	};

	return RUN(tests, NULL, NULL);
}
