/* SPDX-License-Identifier: MIT */
#include "service/entra_client.h"

#include "answering.h"

#define GRANTED	"{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"at\"," \
	"\"refresh_token\":\"rt\",\"id_token\":\"it\"}"

static struct entra_reply reply;

/* What becomes of one call when Entra answers so. */
static enum entra_outcome
outcome_of(int status, const char *body)
{
	struct buf form = entra_form(&fix.rq, "refresh_token");

	serve_discovery();
	write_file(path_of("secret"), "s3cret\n");
	atomic_store(&server.status, status);
	atomic_store(&server.body, body);
	fix.rq.failure = (struct failure){ 0 };
	entra_form_add(&form, "refresh_token", "a b&c");
	return entra_token_call(&fix.rq, &(struct entra_call){ .once = true }, &form, &reply);
}

static void
a_granted_answer_is_read(UNUSED void **state)
{
	assert_int_equal(outcome_of(200, GRANTED), ENTRA_GRANTED);
	assert_string_equal(reply.access_token, "at");
	assert_string_equal(reply.refresh_token, "rt");
	assert_string_equal(reply.id_token, "it");
	assert_int_equal(reply.expires_at, START + 3599);
	assert_non_null(strstr(server.head, "POST /t HTTP/1.1\r\n"));
	assert_non_null(strstr(server.head,
	    "\r\n\r\ngrant_type=refresh_token&refresh_token=a%20b%26c"
	    "&client_id=" OUR_APP "&client_secret=s3cret"));
}

static void
rfc6749_s5_1_optional_members_may_be_absent(UNUSED void **state)
{
	assert_int_equal(outcome_of(200, "{\"token_type\":\"bearer\",\"expires_in\":\"60\","
	    "\"access_token\":\"at\"}"), ENTRA_GRANTED);
	assert_string_equal(reply.refresh_token, "");
	assert_string_equal(reply.id_token, "");
	assert_int_equal(reply.expires_at, START + 60);
}

static void
a_lifetime_is_cut(UNUSED void **state)
{
	assert_int_equal(outcome_of(200, "{\"token_type\":\"Bearer\",\"expires_in\":99999999,"
	    "\"access_token\":\"at\"}"), ENTRA_GRANTED);
	assert_int_equal(reply.expires_at, START + ENTRA_TOKEN_LIFE_MAX);
}

static int64_t
renewed_at(const char *refresh_in)
{
	assert_int_equal(outcome_of(200, arena_printf(&fix.arena, "{\"token_type\":\"Bearer\","
	    "\"expires_in\":86400%s,\"access_token\":\"at\"}", refresh_in)), ENTRA_GRANTED);
	return reply.renew_at - START;
}

static void
a_token_is_renewed_when_entra_says_and_shortly_before_its_end_otherwise(UNUSED void **state)
{
	assert_int_equal(renewed_at(""), 86400 - ENTRA_EARLY);
	assert_int_equal(renewed_at(",\"refresh_in\":43200"), 43200);
	assert_int_equal(renewed_at(",\"refresh_in\":\"43200\""), 43200);
	assert_int_equal(renewed_at(",\"refresh_in\":86400"), 86400 - ENTRA_EARLY);
	assert_int_equal(renewed_at(",\"refresh_in\":0"), 86400 - ENTRA_EARLY);
	assert_int_equal(renewed_at(",\"refresh_in\":[]"), 86400 - ENTRA_EARLY);
	assert_int_equal(renewed_at(",\"refresh_in\":9223372036854775807"), 86400 - ENTRA_EARLY);
}

static void
an_answer_that_is_no_token_response_is_try_later(UNUSED void **state)
{
	static const char *const bodies[] = { "", "null", "[]", "<html>", "{}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":60}",
	    "{\"token_type\":\"pop\",\"expires_in\":60,\"access_token\":\"at\"}",
	    "{\"expires_in\":60,\"access_token\":\"at\"}",
	    "{\"token_type\":\"Bearer\",\"access_token\":\"at\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":0,\"access_token\":\"at\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":-1,\"access_token\":\"at\"}",
	    "{\"token_type\":\"Bearer\",\"expires_in\":60,\"access_token\":7}",
	    ("{\"token_type\":\"Bearer\",\"expires_in\":60,\"access_token\":\"a\","
	    "\"access_token\":\"b\"}"),
	};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		assert_int_equal(outcome_of(200, bodies[i]), ENTRA_UNAVAILABLE);
		assert_null(reply.access_token);
	}
}

static void
errors_are_judged_by_word(UNUSED void **state)
{
	static const struct { const char *body; enum entra_outcome outcome; } rows[] = {
		{ "{\"error\":\"invalid_grant\"}", ENTRA_REFUSED },
		{ "{\"error\":\"invalid_grant\",\"suberror\":\"bad_token\"}", ENTRA_REFUSED },
		{ "{\"error\":\"invalid_grant\",\"suberror\":\"basic_action\"}",
		ENTRA_INTERACTION },
		{ "{\"error\":\"invalid_grant\",\"suberror\":\"consent_required\"}",
		ENTRA_INTERACTION },
		{ "{\"error\":\"invalid_grant\",\"claims\":\"{}\"}", ENTRA_INTERACTION },
		{ "{\"error\":\"interaction_required\"}", ENTRA_INTERACTION },
		{ "{\"error\":\"login_required\"}", ENTRA_INTERACTION },
		{ "{\"error\":\"consent_required\"}", ENTRA_INTERACTION },
		{ "{\"error\":\"invalid_client\"}", ENTRA_MISCONFIGURED },
		{ "{\"error\":\"unauthorized_client\"}", ENTRA_MISCONFIGURED },
		{ "{\"error\":\"invalid_scope\"}", ENTRA_MISCONFIGURED },
		{ "{\"error\":\"never heard of\"}", ENTRA_MISCONFIGURED },
		{ "{\"error\":\"temporarily_unavailable\"}", ENTRA_UNAVAILABLE },
		{ "{}", ENTRA_UNAVAILABLE }, { "<html>", ENTRA_UNAVAILABLE },
		{ "{\"error\":7}", ENTRA_UNAVAILABLE },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (outcome_of(400, rows[i].body) != rows[i].outcome)
			fail_msg("%s", rows[i].body);
}

static void
the_log_gets_word_and_number_and_nothing_else(UNUSED void **state)
{
	assert_int_equal(outcome_of(400, "{\"error\":\"invalid_grant\",\"error_codes\":[50173],"
	    "\"error_description\":\"AADSTS50173: alice@contoso.example\"}"), ENTRA_REFUSED);
	assert_string_equal(fix.rq.failure.reason, "entra token: invalid_grant AADSTS50173");
	assert_int_equal(outcome_of(401, "{\"error\":\"Alice <script>\"}"), ENTRA_MISCONFIGURED);
	assert_string_equal(fix.rq.failure.reason, "entra token: unreadable AADSTS0");
	assert_string_equal(reply.error, "unreadable");
	assert_int_equal(outcome_of(503, "{\"error\":\"server_error\",\"error_codes\":[90033]}"), ENTRA_UNAVAILABLE);
	assert_string_equal(fix.rq.failure.reason, "entra token: status 503 server_error AADSTS90033");
}

static void
throttling_and_outages_are_try_later(UNUSED void **state)
{
	assert_int_equal(outcome_of(429, "{\"error\":\"invalid_grant\"}"), ENTRA_UNAVAILABLE);
	assert_int_equal(fix.rq.failure.retry_after, 17);
	assert_int_equal(outcome_of(503, "{\"error\":\"invalid_grant\"}"), ENTRA_UNAVAILABLE);
	assert_int_equal(outcome_of(302, ""), ENTRA_UNAVAILABLE);
	assert_int_equal(fix.rq.failure.retry_after, 0);
}

static void
without_a_credential_nothing_is_sent(UNUSED void **state)
{
	struct buf form = entra_form(&fix.rq, "refresh_token");

	serve_discovery();
	assert_int_equal(entra_token_call(&fix.rq, &(struct entra_call){ .once = true }, &form, &reply), ENTRA_MISCONFIGURED);
	assert_int_equal(atomic_load(&server.requests), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(a_granted_answer_is_read),
		SERVED(rfc6749_s5_1_optional_members_may_be_absent),
		SERVED(a_lifetime_is_cut),
		SERVED(a_token_is_renewed_when_entra_says_and_shortly_before_its_end_otherwise),
		SERVED(an_answer_that_is_no_token_response_is_try_later),
		SERVED(errors_are_judged_by_word),
		SERVED(the_log_gets_word_and_number_and_nothing_else),
		SERVED(throttling_and_outages_are_try_later),
		SERVED(without_a_credential_nothing_is_sent),
	};

	return RUN(tests, NULL, NULL);
}
