/* SPDX-License-Identifier: MIT */
#include "service/challenge.h"

#include "fixture.h"

#define METADATA							\
	"resource_metadata=\"" ISSUER "/.well-known/oauth-protected-resource/other\""

static const char *
challenge(enum oauth_error error, const char *description, const char *scope)
{
	return challenge_text(&fix.rq, &fix.config.server[1], error, description, scope);
}

static void
rfc6750_s3_1_without_a_token_no_error_is_named(UNUSED void **state)
{
	assert_string_equal(challenge(OAUTH_OK, NULL, NULL),
	    "Bearer realm=\"other\", scope=\"mcp:tools\", " METADATA);
}

static void
rfc6750_s3_1_a_token_that_is_refused_is_told_why(UNUSED void **state)
{
	assert_string_equal(challenge(INVALID_TOKEN, "sign in again", NULL),
	    "Bearer realm=\"other\", "
	    "error=\"invalid_token\", error_description=\"sign in again\", "
	    "scope=\"mcp:tools\", " METADATA);
}

static void
rfc6750_s3_1_a_scope_that_is_missing_is_named_with_those_that_are_there(UNUSED void **state)
{
	assert_string_equal(challenge(INSUFFICIENT_SCOPE, "more", "mcp:tools mail"), "Bearer "
	    "realm=\"other\", error=\"insufficient_scope\", error_description=\"more\", "
	    "scope=\"mcp:tools mail\", " METADATA);
}

static void
without_another_the_scope_is_what_the_server_needs(UNUSED void **state)
{
	fix.config.server[1].scope_needed = "mcp:tools files";
	assert_non_null(strstr(challenge(OAUTH_OK, NULL, NULL), "scope=\"mcp:tools files\""));
}

static void
texts_are_quoted(UNUSED void **state)
{
	assert_non_null(strstr(challenge(INVALID_TOKEN, "a \"b\" \\", NULL),
	    "error_description=\"a \\\"b\\\" \\\\\""));
}

static void
what_a_header_cannot_hold_leaves_the_scheme_alone(UNUSED void **state)
{
	char *text = arena_alloc(&fix.arena, RESPONSE_HEADERS_MAX + 1);

	assert_string_equal(challenge(INVALID_TOKEN, "a\r\nSet-Cookie: b", NULL), "Bearer");
	memset(text, 'x', RESPONSE_HEADERS_MAX);
	assert_string_equal(challenge(INVALID_TOKEN, text, NULL), "Bearer");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc6750_s3_1_without_a_token_no_error_is_named),
		CASE(rfc6750_s3_1_a_token_that_is_refused_is_told_why),
		CASE(rfc6750_s3_1_a_scope_that_is_missing_is_named_with_those_that_are_there),
		CASE(without_another_the_scope_is_what_the_server_needs),
		CASE(texts_are_quoted),
		CASE(what_a_header_cannot_hold_leaves_the_scheme_alone),
	};

	return RUN(tests, NULL, NULL);
}
