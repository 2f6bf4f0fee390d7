/* SPDX-License-Identifier: MIT */
/* What Entra has said it need not be asked again in the same words, by any process. */
#include "service/entra_client.h"

#include "service/setback.h"

#include "answering.h"

static struct entra_reply reply;

/* Refreshes with that token. */
static enum entra_outcome
ask_as(const struct entra_call *call, const char *token)
{
	struct buf form = entra_form(&fix.rq, "refresh_token");

	entra_form_add(&form, "refresh_token", token);
	fix.rq.failure = (struct failure){ 0 };
	return entra_token_call(&fix.rq, call, &form, &reply);
}

static enum entra_outcome
ask(void)
{
	return ask_as(&(struct entra_call){ .claims = NULL }, "the-token");
}

static int
asked(void)
{
	return atomic_load(&server.requests);
}

static void
answer(int status, const char *headers, const char *body)
{
	atomic_store(&server.status, status);
	atomic_store(&server.headers, headers);
	atomic_store(&server.body, body);
}

static int
open_entra(void **state)
{
	(void)server_open(state);
	serve_discovery();
	write_file(path_of("secret"), "s3cret\n");
	return 0;
}

#define ENTRA(test)	cmocka_unit_test_setup_teardown(test, open_entra, server_close)

static void
a_busy_entra_is_left_alone_for_as_long_as_it_says(UNUSED void **state)
{
	static const int statuses[] = { 429, 500, 503, 504 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		int before = asked();

		sql("DELETE FROM setback");
		at(0);
		answer(statuses[i], "Retry-After: 30\r\n", "{\"error\":\"invalid_grant\"}");
		assert_int_equal(ask(), ENTRA_UNAVAILABLE);
		assert_int_equal(fix.rq.failure.retry_after, 30);
		at(29);
		assert_int_equal(ask(), ENTRA_UNAVAILABLE);
		assert_int_equal(fix.rq.failure.retry_after, 1);
		assert_string_equal(fix.rq.failure.reason, arena_printf(&fix.arena,
		    "entra token: status %d invalid_grant AADSTS0, a moment ago", statuses[i]));
		assert_null(reply.access_token);
		assert_int_equal(asked(), before + 1);
		at(30);
		assert_int_equal(ask(), ENTRA_UNAVAILABLE);
		assert_int_equal(asked(), before + 2);
	}
}

static void
a_busy_entra_that_names_no_time_is_left_alone_for_a_moment(UNUSED void **state)
{
	answer(503, "", "");
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(fix.rq.failure.retry_after, SETBACK_BUSY);
	at(SETBACK_BUSY - 1);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(asked(), 1);
	at(SETBACK_BUSY);
	answer(200, NULL, "{\"token_type\":\"Bearer\",\"expires_in\":60,\"access_token\":\"at\"}");
	assert_int_equal(ask(), ENTRA_GRANTED);
}

static void
a_silent_entra_is_left_alone_for_a_moment(UNUSED void **state)
{
	fix.config.entra.timeout = 1;
	atomic_store(&server.silent, true);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(fix.rq.failure.retry_after, SETBACK_BUSY);
	assert_non_null(strstr(fix.rq.failure.reason, "entra token: Operation timed out"));
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(asked(), 1);
}

static void
the_same_question_gets_the_same_refusal_for_a_minute(UNUSED void **state)
{
	static const struct { const char *error; enum entra_outcome outcome; } rows[] = {
		{ "invalid_grant", ENTRA_REFUSED }, { "interaction_required", ENTRA_INTERACTION },
		{ "invalid_scope", ENTRA_MISCONFIGURED }, { "unauthorized_client", ENTRA_MISCONFIGURED },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int before = asked();

		sql("DELETE FROM setback");
		at(0);
		answer(400, NULL, arena_printf(&fix.arena, "{\"error\":\"%s\"}", rows[i].error));
		assert_int_equal(ask(), rows[i].outcome);
		answer(400, NULL, "{\"error\":\"server_error\"}");
		at(SETBACK_SAME - 1);
		assert_int_equal(ask(), rows[i].outcome);
		assert_non_null(strstr(fix.rq.failure.reason, rows[i].error));
		assert_int_equal(asked(), before + 1);
		at(SETBACK_SAME);
		assert_int_equal(ask(), ENTRA_UNAVAILABLE);
		assert_int_equal(asked(), before + 2);
	}
}

static void
other_words_are_another_question(UNUSED void **state)
{
	const struct config_app other = {
		.client_id = TENANT, .credential = CREDENTIAL_SECRET, .path = { path_of("secret") },
	};

	answer(400, NULL, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_int_equal(ask_as(&(struct entra_call){ .claims = NULL }, "another"), ENTRA_REFUSED);
	assert_int_equal(ask_as(&(struct entra_call){ .app = &other }, "the-token"), ENTRA_REFUSED);
	assert_int_equal(ask_as(&(struct entra_call){ .tenant = TENANT }, "the-token"), ENTRA_REFUSED);
	assert_int_equal(ask_as(&(struct entra_call){ .claims = "{}" }, "the-token"), ENTRA_REFUSED);
	assert_int_equal(asked(), 5);
	assert_int_equal(ask_as(&(struct entra_call){ .app = &other }, "the-token"), ENTRA_REFUSED);
	assert_int_equal(asked(), 5);
}

/* The administrator mends the credential, and it counts soon; until then nobody's question helps. */
static void
our_own_credential_refused_stops_all_that_the_application_asks_for_ten_seconds(UNUSED void **state)
{
	const struct config_app other = {
		.client_id = TENANT, .credential = CREDENTIAL_SECRET, .path = { path_of("secret") },
	};

	answer(401, "", "{\"error\":\"invalid_client\",\"error_codes\":[7000222]}");
	assert_int_equal(ask(), ENTRA_MISCONFIGURED);
	answer(200, NULL, "{\"token_type\":\"Bearer\",\"expires_in\":60,\"access_token\":\"at\"}");
	at(SETBACK_CREDENTIAL - 1);
	assert_int_equal(ask(), ENTRA_MISCONFIGURED);
	assert_int_equal(ask_as(&(struct entra_call){ .tenant = TENANT }, "another"), ENTRA_MISCONFIGURED);
	assert_string_equal(fix.rq.failure.reason, "entra token: invalid_client AADSTS7000222, a moment ago");
	assert_int_equal(asked(), 1);
	assert_int_equal(ask_as(&(struct entra_call){ .app = &other }, "the-token"), ENTRA_GRANTED);
	at(SETBACK_CREDENTIAL);
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_int_equal(SETBACK_CREDENTIAL, 10);
}

static bool
until_asked(void *unused UNUSED)
{
	return asked() == 0;
}

/* A client that goes away is no word of Entra's, and stops nobody. */
static void
who_gives_up_for_nobody_stops_nobody(UNUSED void **state)
{
	atomic_store(&server.silent, true);
	http_client_watch(fix.rq.http, until_asked, NULL);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	http_client_watch(fix.rq.http, NULL, NULL);
	assert_int_equal(fix.rq.failure.retry_after, 0);
	assert_int_equal(sql_number("SELECT count(*) FROM setback"), 0);
	atomic_store(&server.silent, false);
	answer(200, NULL, "{\"token_type\":\"Bearer\",\"expires_in\":60,\"access_token\":\"at\"}");
	assert_int_equal(ask(), ENTRA_GRANTED);
}

/* Throttling that comes as invalid_grant: to take it for a refusal would end sessions. */
static void
entras_loop_detection_is_a_busy_entra(UNUSED void **state)
{
	answer(400, NULL, "{\"error\":\"invalid_grant\",\"error_codes\":[50196]}");
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(fix.rq.failure.retry_after, SETBACK_SAME);
	assert_string_equal(fix.rq.failure.reason, "entra token: invalid_grant AADSTS50196");
	at(SETBACK_SAME - 1);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(asked(), 1);
	at(SETBACK_SAME);
	answer(400, NULL, "{\"error\":\"invalid_grant\",\"error_codes\":[50173,50196]}");
	assert_int_equal(ask(), ENTRA_REFUSED);
}

/* Whoever writes to the database makes no token of it. */
static void
a_planted_success_is_no_answer(UNUSED void **state)
{
	answer(400, NULL, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(ask(), ENTRA_REFUSED);
	sql("UPDATE setback SET outcome = 0");
	assert_int_equal(ask(), ENTRA_REFUSED);
	sql("UPDATE setback SET outcome = 99");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_int_equal(asked(), 3);
}

/* What the reply holds must reach its reader: the demand is remembered by reauthentication.h. */
static void
a_refusal_with_a_demand_is_asked_again(UNUSED void **state)
{
	answer(400, NULL, "{\"error\":\"interaction_required\",\"claims\":\"{\\\"access_token\\\":{\\\"a\\\":1}}\"}");
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(ask(), ENTRA_INTERACTION);
		assert_string_equal(reply.claims, "{\"access_token\":{\"a\":1}}");
		assert_int_equal(asked(), i);
	}
	assert_int_equal(sql_number("SELECT count(*) FROM setback"), 0);
}

static void
a_grant_and_nonsense_and_nobody_there_are_asked_again(UNUSED void **state)
{
	answer(200, NULL, "{\"token_type\":\"Bearer\",\"expires_in\":60,\"access_token\":\"at\"}");
	assert_int_equal(ask(), ENTRA_GRANTED);
	assert_int_equal(ask(), ENTRA_GRANTED);
	answer(200, NULL, "<html>");
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	answer(400, NULL, "{\"error\":\"temporarily_unavailable\"}");
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(asked(), 6);
	go_down();
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	assert_int_equal(sql_number("SELECT count(*) FROM setback"), 0);
}

/* A code or the like is sent once in its life: its refusal would only fill the table. */
static void
what_is_asked_once_is_neither_remembered_nor_looked_up(UNUSED void **state)
{
	const struct entra_call once = { .once = true };

	answer(400, NULL, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(ask_as(&once, "the-token"), ENTRA_REFUSED);
	answer(429, NULL, "");
	assert_int_equal(ask_as(&once, "the-token"), ENTRA_UNAVAILABLE);
	assert_int_equal(fix.rq.failure.retry_after, 17);
	assert_int_equal(sql_number("SELECT count(*) FROM setback"), 0);
	assert_int_equal(ask(), ENTRA_UNAVAILABLE);
	answer(400, NULL, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(ask_as(&once, "the-token"), ENTRA_REFUSED);
	assert_int_equal(asked(), 4);
}

static void
no_word_of_a_question_stands_in_the_database(UNUSED void **state)
{
	answer(400, NULL, "{\"error\":\"invalid_grant\"}");
	assert_int_equal(ask(), ENTRA_REFUSED);
	assert_int_equal(sql_number("SELECT count(*) FROM setback WHERE length(name_hash) = 32 AND "
	    "reason = 'entra token: invalid_grant AADSTS0'"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ENTRA(a_busy_entra_is_left_alone_for_as_long_as_it_says),
		ENTRA(a_busy_entra_that_names_no_time_is_left_alone_for_a_moment),
		ENTRA(a_silent_entra_is_left_alone_for_a_moment),
		ENTRA(the_same_question_gets_the_same_refusal_for_a_minute),
		ENTRA(other_words_are_another_question),
		ENTRA(our_own_credential_refused_stops_all_that_the_application_asks_for_ten_seconds),
		ENTRA(who_gives_up_for_nobody_stops_nobody),
		ENTRA(entras_loop_detection_is_a_busy_entra),
		ENTRA(a_planted_success_is_no_answer),
		ENTRA(a_refusal_with_a_demand_is_asked_again),
		ENTRA(a_grant_and_nonsense_and_nobody_there_are_asked_again),
		ENTRA(what_is_asked_once_is_neither_remembered_nor_looked_up),
		ENTRA(no_word_of_a_question_stands_in_the_database),
	};

	return RUN(tests, NULL, NULL);
}
