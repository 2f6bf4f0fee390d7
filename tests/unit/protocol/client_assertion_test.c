/* SPDX-License-Identifier: MIT */
#include "protocol/client_assertion.h"

#include "base/base64url.h"

#include "arena_group.h"

#define NOW	INT64_C(1800000000)
#define HEADER	"{\"alg\":\"ES256\",\"kid\":\"k\"}"
#define CLAIMS	"\"iss\":\"c\",\"sub\":\"c\",\"aud\":\"https://as.example\",\"jti\":\"j\""

static struct client_assertion in;
static struct failure f;

static enum oauth_error
read_token(const char *header, const char *claims)
{
	static const char *const audiences[] = { "https://as.example", "https://as.example/token", NULL };
	const char *token = arena_printf(&a, "%s.%s.AA", base64url_encode(&a, header, strlen(header)),
	    base64url_encode(&a, claims, strlen(claims)));

	return client_assertion_read(&a, token, audiences, NOW, &in, &f);
}

static enum oauth_error
claims(const char *text)
{
	return read_token(HEADER, arena_printf(&a, "{%s}", text));
}

static enum oauth_error
expires(int64_t exp)
{
	return claims(arena_printf(&a, CLAIMS ",\"exp\":%lld", (long long)exp));
}

static void
rfc7523_s3_a_good_one_is_read(UNUSED void **state)
{
	assert_int_equal(claims(CLAIMS ",\"exp\":1800000300,\"iat\":1800000000"), OAUTH_OK);
	assert_string_equal(in.alg, "ES256");
	assert_string_equal(in.kid, "k");
	assert_string_equal(in.client_id, "c");
	assert_string_equal(in.jti, "j");
	assert_int_equal(in.exp, NOW + 300);
	assert_int_equal(read_token("{\"alg\":\"RS256\"}", "{" CLAIMS ",\"exp\":1800000300}"), OAUTH_OK);
	assert_null(in.kid);
}

static void
rfc7523_s3_it_is_for_our_issuer_or_token_endpoint(UNUSED void **state)
{
	static const char *const good[] = { "\"https://as.example/token\"", "[\"x\",\"https://as.example\"]" };
	static const char *const bad[] = { "\"https://as.example/\"", "\"https://other.example\"", "[]", "7",
	    "[7]", "null", "\"\"", "{}" };

	for (size_t i = 0; i < COUNT(good) + COUNT(bad); i++)
		assert_int_equal(claims(arena_printf(&a, "\"iss\":\"c\",\"sub\":\"c\",\"jti\":\"j\","
		    "\"exp\":1800000300,\"aud\":%s", i < COUNT(good) ? good[i] : bad[i - COUNT(good)])),
		    i < COUNT(good) ? OAUTH_OK : INVALID_CLIENT);
}

static void
its_time_has_come_and_is_short(UNUSED void **state)
{
	assert_int_equal(expires(NOW - CLIENT_ASSERTION_SKEW), INVALID_CLIENT);
	assert_int_equal(expires(NOW - CLIENT_ASSERTION_SKEW + 1), OAUTH_OK);
	assert_int_equal(expires(NOW + CLIENT_ASSERTION_TIME + CLIENT_ASSERTION_SKEW), OAUTH_OK);
	assert_int_equal(expires(NOW + CLIENT_ASSERTION_TIME + CLIENT_ASSERTION_SKEW + 1), INVALID_CLIENT);
	assert_int_equal(expires(INT64_MAX - 1), INVALID_CLIENT);
	assert_int_equal(claims(CLAIMS), INVALID_CLIENT);
	assert_int_equal(claims(CLAIMS ",\"exp\":\"1800000300\""), INVALID_CLIENT);
	assert_int_equal(claims(CLAIMS ",\"exp\":1800000300.5"), INVALID_CLIENT);
	assert_int_equal(claims(CLAIMS ",\"exp\":1800000300,\"nbf\":1800000061"), INVALID_CLIENT);
	assert_int_equal(claims(CLAIMS ",\"exp\":1800000300,\"iat\":1800000061"), INVALID_CLIENT);
	assert_int_equal(claims(CLAIMS ",\"exp\":1800000300,\"nbf\":1800000060"), OAUTH_OK);
}

static void
who_and_which_must_be_said(UNUSED void **state)
{
	static const char *const bad[] = {
		"\"sub\":\"c\",\"jti\":\"j\"", "\"iss\":\"c\",\"jti\":\"j\"",
		"\"iss\":\"c\",\"sub\":\"d\",\"jti\":\"j\"", "\"iss\":\"\",\"sub\":\"\",\"jti\":\"j\"",
		"\"iss\":\"c\",\"sub\":\"c\"", "\"iss\":\"c\",\"sub\":\"c\",\"jti\":\"\"",
		"\"iss\":\"c\",\"sub\":\"c\",\"jti\":7",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(claims(arena_printf(&a,
		    "%s,\"aud\":\"https://as.example\",\"exp\":1800000300", bad[i])), INVALID_CLIENT);
	assert_int_equal(claims(arena_printf(&a, "\"iss\":\"c\",\"sub\":\"c\",\"jti\":\"%s\","
	    "\"aud\":\"https://as.example\",\"exp\":1800000300", many('j', 513))), INVALID_CLIENT);
}

static void
only_three_algorithms_are_known(UNUSED void **state)
{
	static const char *const bad[] = {
		"{}", "{\"alg\":\"none\"}", "{\"alg\":\"HS256\"}", "{\"alg\":\"RS384\"}", "{\"alg\":\"S256 \"}",
		"{\"alg\":\"\"}", "{\"alg\":7}", "{\"alg\":\"rs256\"}", "[]", "7", "{\"alg\":\"RS256\",\"crit\":[]}",
		"{\"alg\":\"RS256\",\"kid\":7}", "{\"alg\":\"RS256\",\"kid\":\"\"}",
		"{\"alg\":\"RS256\",\"alg\":\"RS256\"}",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (read_token(bad[i], "{" CLAIMS ",\"exp\":1800000300}") != INVALID_CLIENT)
			fail_msg("%s", bad[i]);
}

static void
what_is_no_token_is_refused(UNUSED void **state)
{
	static const char *const bad[] = { "", "x", "a.b", "..", "a.b.c.d" };

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(client_assertion_read(&a, bad[i], (const char *const[]){ NULL }, NOW, &in, &f),
		    INVALID_CLIENT);
	assert_int_equal(client_assertion_read(&a, many('x', CLIENT_ASSERTION_MAX + 1),
	    (const char *const[]){ NULL }, NOW, &in, &f), INVALID_CLIENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7523_s3_a_good_one_is_read),
		cmocka_unit_test(rfc7523_s3_it_is_for_our_issuer_or_token_endpoint),
		cmocka_unit_test(its_time_has_come_and_is_short),
		cmocka_unit_test(who_and_which_must_be_said),
		cmocka_unit_test(only_three_algorithms_are_known),
		cmocka_unit_test(what_is_no_token_is_refused),
	};

	return RUN(tests, open_arena, close_arena);
}
