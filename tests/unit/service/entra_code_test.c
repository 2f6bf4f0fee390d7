/* SPDX-License-Identifier: MIT */
#include "service/entra_code.h"

#include "fixture.h"

/* What a browser brings from Entra, as the client and as the log see it. */
static void
is(const char *error, const char *description, enum oauth_error ours, const char *reason)
{
	fix.rq.failure = (struct failure){ 0 };
	assert_int_equal(entra_code_refused(&fix.rq, error, description), ours);
	assert_int_equal(fix.rq.failure.error, ours);
	assert_string_equal(fix.rq.failure.reason, reason);
	assert_null(strstr(fix.rq.failure.description, "alice"));
}

static void
rfc6749_s4_1_2_1_each_word_of_entras_has_one_of_ours(UNUSED void **state)
{
	is("access_denied", NULL, ACCESS_DENIED, "entra sign-in: access_denied AADSTS0");
	is("consent_required", NULL, ACCESS_DENIED, "entra sign-in: consent_required AADSTS0");
	is("interaction_required", NULL, ACCESS_DENIED, "entra sign-in: interaction_required AADSTS0");
	is("login_required", NULL, ACCESS_DENIED, "entra sign-in: login_required AADSTS0");
	is("temporarily_unavailable", NULL, TEMPORARILY_UNAVAILABLE,
	    "entra sign-in: temporarily_unavailable AADSTS0");
	is("server_error", NULL, SERVER_ERROR, "entra sign-in: server_error AADSTS0");
	is("invalid_resource", NULL, SERVER_ERROR, "entra sign-in: invalid_resource AADSTS0");
}

static void
the_log_has_word_and_number_and_nothing_else(UNUSED void **state)
{
	is("access_denied", "AADSTS65004: alice declined\r\nTrace ID: 1", ACCESS_DENIED,
	    "entra sign-in: access_denied AADSTS65004");
	is("Alice <script>", "alice AADSTS500113: no reply address", SERVER_ERROR,
	    "entra sign-in: unreadable AADSTS500113");
	is("", "alice", SERVER_ERROR, "entra sign-in: unreadable AADSTS0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc6749_s4_1_2_1_each_word_of_entras_has_one_of_ours),
		CASE(the_log_has_word_and_number_and_nothing_else),
	};

	return RUN(tests, NULL, NULL);
}
