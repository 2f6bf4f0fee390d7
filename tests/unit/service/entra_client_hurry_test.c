/* SPDX-License-Identifier: MIT */
/* A call that nobody waits for, and one whose credential Entra does not take. */
#include "service/entra_client.h"

#include <time.h>

#include "service/setback.h"

#include "routes.h"

#define GRANTED		"{\"token_type\":\"Bearer\",\"expires_in\":60,\"access_token\":\"at\"}"
#define REFUSED		"{\"error\":\"invalid_client\",\"error_codes\":[700027]}"
#define IDENTITY	"GET /metadata/identity/oauth2/token?"
#define GIVES(token)	{ .holds = IDENTITY, .status = 200, .body = \
			"{\"access_token\":\"" token "\",\"expires_in\":\"86400\"}" }

static struct entra_reply reply;

/* The credential is a managed identity's token, and the second server gives it. */
static int
open_entra(void **state)
{
	(void)server_open(state);
	routes_open();
	serve_discovery();
	fix.sleeps = true;
	fix.config.entra.imds_url = routes.url;
	fix.config.entra.app = (struct config_app){
		.client_id = OUR_APP, .credential = CREDENTIAL_MANAGED_IDENTITY,
	};
	return 0;
}

static int
close_entra(void **state)
{
	routes_close();
	return server_close(state);
}

#define ENTRA(test)	cmocka_unit_test_setup_teardown(test, open_entra, close_entra)

static enum entra_outcome
ask(bool hurried)
{
	struct buf form = entra_form(&fix.rq, "refresh_token");

	entra_form_add(&form, "refresh_token", "rt");
	fix.rq.failure = (struct failure){ 0 };
	return entra_token_call(&fix.rq, &(struct entra_call){ .hurried = hurried }, &form, &reply);
}

static int
asked(void)
{
	return atomic_load(&server.requests);
}

static void
answer(int status, const char *body)
{
	atomic_store(&server.status, status);
	atomic_store(&server.body, body);
}

static void
a_hurried_call_is_over_after_two_seconds(UNUSED void **state)
{
	time_t before = time(NULL);

	ROUTE(GIVES("one"));
	atomic_store(&server.silence_ms, 4000);
	atomic_store(&server.silent, true);
	assert_int_equal(ask(true), ENTRA_UNAVAILABLE);
	assert_in_range(time(NULL) - before, ENTRA_HURRY - 1, ENTRA_HURRY + 2);
	assert_int_equal(fix.config.entra.timeout, 5);
	assert_int_equal(asked(), 1);
}

static void
a_hurried_call_does_not_wait_for_a_credential(UNUSED void **state)
{
	ROUTE({ .holds = IDENTITY, .status = 503, .body = "" });
	assert_int_equal(ask(true), ENTRA_UNAVAILABLE);
	assert_int_equal(fix.slept_ms, 0);
	assert_int_equal(atomic_load(&routes.requests), 1);
	assert_int_equal(asked(), 0);
	sql("DELETE FROM setback");
	assert_int_equal(ask(false), ENTRA_UNAVAILABLE);
	assert_true(fix.slept_ms > 0);
}

/* A key may have been withdrawn: the kept token is dead though its time is not over. */
static void
an_identitys_token_that_entra_refuses_is_asked_for_anew_once(UNUSED void **state)
{
	ROUTE(GIVES("one"));
	answer(200, GRANTED);
	assert_int_equal(ask(false), ENTRA_GRANTED);
	assert_non_null(strstr(server.head, "&client_assertion=one"));
	ROUTE(GIVES("two"));
	answer(401, REFUSED);
	assert_int_equal(ask(false), ENTRA_MISCONFIGURED);
	assert_non_null(strstr(server.head, "&client_assertion=two"));
	assert_int_equal(asked(), 3);
	assert_int_equal(atomic_load(&routes.requests), 2);
	answer(200, GRANTED);
	at(SETBACK_CREDENTIAL);
	assert_int_equal(ask(false), ENTRA_GRANTED);
	assert_non_null(strstr(server.head, "&client_assertion=two"));
	assert_int_equal(atomic_load(&routes.requests), 2);
}

static void
it_is_asked_for_anew_once_a_minute(UNUSED void **state)
{
	ROUTE(GIVES("one"));
	answer(401, REFUSED);
	assert_int_equal(ask(false), ENTRA_MISCONFIGURED);
	assert_int_equal(atomic_load(&routes.requests), 2);
	at(SETBACK_SAME - 1);
	assert_int_equal(ask(false), ENTRA_MISCONFIGURED);
	assert_int_equal(atomic_load(&routes.requests), 2);
	assert_int_equal(asked(), 3);
	at(SETBACK_SAME + SETBACK_CREDENTIAL);
	assert_int_equal(ask(false), ENTRA_MISCONFIGURED);
	assert_int_equal(atomic_load(&routes.requests), 3);
	assert_int_equal(asked(), 5);
}

static void
another_refusal_says_nothing_of_the_identitys_token(UNUSED void **state)
{
	ROUTE(GIVES("one"));
	answer(400, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(ask(false), ENTRA_REFUSED);
	assert_int_equal(atomic_load(&routes.requests), 1);
	assert_int_equal(asked(), 1);
}

static void
a_hurried_call_makes_no_second_try(UNUSED void **state)
{
	ROUTE(GIVES("one"));
	answer(401, REFUSED);
	assert_int_equal(ask(true), ENTRA_MISCONFIGURED);
	assert_int_equal(atomic_load(&routes.requests), 1);
	assert_int_equal(asked(), 1);
}

/* Whoever needs the answer makes the second try, which may mend it. */
static void
a_hurried_call_that_made_no_second_try_stops_nobody_who_would(UNUSED void **state)
{
	ROUTE(GIVES("one"));
	answer(401, REFUSED);
	assert_int_equal(ask(true), ENTRA_MISCONFIGURED);
	ROUTE(GIVES("two"));
	answer(200, GRANTED);
	assert_int_equal(ask(false), ENTRA_GRANTED);
}

static void
the_log_says_what_entra_refused_though_there_is_no_other_token(UNUSED void **state)
{
	ROUTE(GIVES("one"));
	answer(200, GRANTED);
	assert_int_equal(ask(false), ENTRA_GRANTED);
	ROUTE({ .holds = IDENTITY, .status = 400, .body = "" });
	answer(401, REFUSED);
	assert_int_equal(ask(false), ENTRA_MISCONFIGURED);
	assert_non_null(strstr(fix.rq.failure.reason, "invalid_client AADSTS700027"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENTRA(a_hurried_call_is_over_after_two_seconds),
		ENTRA(a_hurried_call_does_not_wait_for_a_credential),
		ENTRA(an_identitys_token_that_entra_refuses_is_asked_for_anew_once),
		ENTRA(it_is_asked_for_anew_once_a_minute),
		ENTRA(another_refusal_says_nothing_of_the_identitys_token),
		ENTRA(a_hurried_call_makes_no_second_try),
		ENTRA(a_hurried_call_that_made_no_second_try_stops_nobody_who_would),
		ENTRA(the_log_says_what_entra_refused_though_there_is_no_other_token),
	};

	return RUN(tests, NULL, NULL);
}
