/* SPDX-License-Identifier: MIT */
#include "protocol/oauth.h"

#include "../test.h"

static void
every_error_has_status_code_and_section(UNUSED void **state)
{
	for (int e = INVALID_REQUEST; e < OAUTH_ERROR_COUNT; e++) {
		const struct oauth_error_info *info = &oauth_errors[e];

		assert_in_range(info->status, 400, 599);
		assert_non_null(info->code);
		assert_int_equal(strspn(info->code, "abcdefghijklmnopqrstuvwxyz_"),
		    strlen(info->code));
		assert_true(*info->code != '\0');
		assert_memory_equal(info->section, "RFC ", 4);
	}
}

static void
rfc6749_s5_2_and_rfc6750_s3_1_statuses(UNUSED void **state)
{
	static const struct { enum oauth_error error; int status; const char *code; } rows[] = {
		{ INVALID_REQUEST, 400, "invalid_request" }, { INVALID_CLIENT, 401,
		"invalid_client" },
		{ INVALID_GRANT, 400, "invalid_grant" }, { INVALID_SCOPE, 400, "invalid_scope" },
		{ UNAUTHORIZED_CLIENT, 400, "unauthorized_client" },
		{ UNSUPPORTED_GRANT_TYPE, 400, "unsupported_grant_type" },
		{ UNSUPPORTED_RESPONSE_TYPE, 400, "unsupported_response_type" },
		{ INVALID_TARGET, 400, "invalid_target" }, { INVALID_TOKEN, 401, "invalid_token" },
		{ INVALID_REDIRECT_URI, 400, "invalid_redirect_uri" },
		{ INVALID_CLIENT_METADATA, 400, "invalid_client_metadata" },
		{ SERVER_ERROR, 500, "server_error" }, { NOT_FOUND, 404, "invalid_request" },
		{ TEMPORARILY_UNAVAILABLE, 503, "temporarily_unavailable" },
		{ TOO_MANY_REQUESTS, 429, "temporarily_unavailable" },
		{ METHOD_NOT_ALLOWED, 405, "invalid_request" }, { CONTENT_TOO_LARGE, 413,
		"invalid_request" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(oauth_errors[rows[i].error].status, rows[i].status);
		assert_string_equal(oauth_errors[rows[i].error].code, rows[i].code);
	}
}

static void
a_failure_records_both_texts_and_returns_its_error(UNUSED void **state)
{
	struct failure f = { 0 };

	assert_int_equal(fail_because(&f, INVALID_GRANT, "for the client", "for the log"),
	    INVALID_GRANT);
	assert_int_equal(f.error, INVALID_GRANT);
	assert_string_equal(f.description, "for the client");
	assert_string_equal(f.reason, "for the log");
	assert_int_equal((fail)(&f, INVALID_SCOPE, "other"), INVALID_SCOPE);
	assert_string_equal(f.description, "other");
	assert_null(f.reason);
}

static void
an_outage_says_when_to_come_again_and_nothing_else_does(UNUSED void **state)
{
	struct failure f = { .scope = "left over" };

	assert_int_equal(fail_unavailable(&f, "for the client", "for the log", 17),
	    TEMPORARILY_UNAVAILABLE);
	assert_int_equal(f.error, TEMPORARILY_UNAVAILABLE);
	assert_string_equal(f.description, "for the client");
	assert_string_equal(f.reason, "for the log");
	assert_int_equal(f.retry_after, 17);
	assert_null(f.scope);
	assert_int_equal(fail_because(&f, TEMPORARILY_UNAVAILABLE, "other", NULL), TEMPORARILY_UNAVAILABLE);
	assert_int_equal(f.retry_after, 0);
}

static int reached;

static enum oauth_error
try_twice(enum oauth_error first)
{
	TRY(first);
	reached++;
	return OAUTH_OK;
}

static void
try_returns_at_the_first_error(UNUSED void **state)
{
	reached = 0;
	assert_int_equal(try_twice(INVALID_GRANT), INVALID_GRANT);
	assert_int_equal(reached, 0);
	assert_int_equal(try_twice(OAUTH_OK), OAUTH_OK);
	assert_int_equal(reached, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_status_code_and_section),
		cmocka_unit_test(rfc6749_s5_2_and_rfc6750_s3_1_statuses),
		cmocka_unit_test(a_failure_records_both_texts_and_returns_its_error),
		cmocka_unit_test(an_outage_says_when_to_come_again_and_nothing_else_does),
		cmocka_unit_test(try_returns_at_the_first_error),
	};

	return RUN(tests, NULL, NULL);
}
