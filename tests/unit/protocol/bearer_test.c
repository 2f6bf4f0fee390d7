/* SPDX-License-Identifier: MIT */
#include "protocol/bearer.h"

#include "arena_group.h"

static void
rfc6750_s2_1_the_token_is_read(UNUSED void **state)
{
	const char *token = NULL;

	assert_int_equal(bearer_read("Bearer mF_9.B5f-4.1JqM", &token), BEARER_PRESENT);
	assert_string_equal(token, "mF_9.B5f-4.1JqM");
	assert_int_equal(bearer_read("Bearer aA0-._~+/==", &token), BEARER_PRESENT);
	assert_string_equal(token, "aA0-._~+/==");
}

static void
rfc9110_s11_1_the_scheme_has_no_case(UNUSED void **state)
{
	const char *token = NULL;

	assert_int_equal(bearer_read("bearer a", &token), BEARER_PRESENT);
	assert_int_equal(bearer_read("BEARER a", &token), BEARER_PRESENT);
}

static void
nothing_and_another_scheme_are_absent(UNUSED void **state)
{
	static const char *const absent[] = { NULL, "", "Basic YTpi", "Bearerx a", "Bear",
	    "Bearer\ta",
	    " Bearer a", "Negotiate Bearer a", "DPoP a", "Bearer=a", "Bearer,a" };
	const char *token = "untouched";

	for (size_t i = 0; i < COUNT(absent); i++)
		assert_int_equal(bearer_read(absent[i], &token), BEARER_ABSENT);
	assert_string_equal(token, "untouched");
}

static void
rfc6750_s2_1_anything_but_one_b64token_is_malformed(UNUSED void **state)
{
	static const char *const bad[] = { "Bearer", "Bearer ", "Bearer  a", "Bearer a ",
	    "Bearer a b",
	    "Bearer a, Bearer b", "Bearer a,b", "Bearer =", "Bearer =a", "Bearer a=b",
	    "Bearer \"a\"",
	    "Bearer a\tb", "Bearer a\r\nX: y", "Bearer a;b", "Bearer a%20", "Bearer \xc3\xa4",
	    "Bearer a\x7f", "Bearer a:b", "Bearer token=a" };
	const char *token = "untouched";

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(bearer_read(bad[i], &token), BEARER_MALFORMED);
	assert_string_equal(token, "untouched");
}

static const char *
challenge_text(struct challenge c)
{
	struct buf b = buf_new(&a, 4096);

	bearer_challenge(&b, &c);
	return buf_text(&b);
}

static void
rfc6750_s3_1_without_a_token_there_is_no_error(UNUSED void **state)
{
	assert_string_equal(challenge_text((struct challenge){ .realm = "mcp", .scope = "mcp:tools",
	    .resource_metadata = "https://a.example/.well-known/oauth-protected-resource/mcp" }),
	    "Bearer realm=\"mcp\", scope=\"mcp:tools\", resource_metadata="
	    "\"https://a.example/.well-known/oauth-protected-resource/mcp\"");
	assert_string_equal(challenge_text((struct challenge){ .realm = "mcp" }),
	    "Bearer realm=\"mcp\"");
}

static void
rfc6750_s3_error_and_description_are_quoted(UNUSED void **state)
{
	assert_string_equal(challenge_text((struct challenge){ .realm = "a\"b\\c",
	    .error = "invalid_token",
	    .error_description = "expired" }),
	    "Bearer realm=\"a\\\"b\\\\c\", error=\"invalid_token\", "
	    "error_description=\"expired\"");
}

static void
a_challenge_never_holds_a_line_end(UNUSED void **state)
{
	assert_null(challenge_text((struct challenge){ .realm = "a\r\nSet-Cookie: b" }));
	assert_null(challenge_text((struct challenge){ .realm = "a", .scope = "b\n" }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc6750_s2_1_the_token_is_read),
		cmocka_unit_test(rfc9110_s11_1_the_scheme_has_no_case),
		cmocka_unit_test(nothing_and_another_scheme_are_absent),
		cmocka_unit_test(rfc6750_s2_1_anything_but_one_b64token_is_malformed),
		cmocka_unit_test(rfc6750_s3_1_without_a_token_there_is_no_error),
		cmocka_unit_test(rfc6750_s3_error_and_description_are_quoted),
		cmocka_unit_test(a_challenge_never_holds_a_line_end),
	};

	return RUN(tests, open_arena, close_arena);
}
