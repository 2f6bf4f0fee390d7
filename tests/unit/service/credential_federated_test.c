/* SPDX-License-Identifier: MIT */
#include "service/credential_federated.h"

#include "base/base64url.h"
#include "protocol/jws.h"

#include "fixture.h"

#define TOKEN	"eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl"

static const char *assertion;

static enum oauth_error
read_token(const char *text)
{
	if (text != NULL)
		write_file(path_of("token"), text);
	assertion = NULL;
	return credential_federated(&fix.rq, path_of("token"), &assertion);
}

static void
the_file_is_the_assertion_as_it_is_now(UNUSED void **state)
{
	assert_int_equal(read_token(TOKEN), OAUTH_OK);
	assert_string_equal(assertion, TOKEN);
	assert_int_equal(read_token("eyJhbGciOiJSUzI1NiJ9.e30.bmV4dA \r\n\n"), OAUTH_OK);
	assert_string_equal(assertion, "eyJhbGciOiJSUzI1NiJ9.e30.bmV4dA");
}

static void
what_is_no_token_says_so_in_the_log(UNUSED void **state)
{
	char *long_text = arena_alloc(&fix.arena, JWS_MAX + 100);
	const struct { const char *text, *reason; } rows[] = {
		{ "", "is empty" }, { " \n", "holds no token" }, { "eyJhbGciOiJSUzI1NiJ9", "holds no token" },
		{ "eyJhbGciOiJSUzI1NiJ9.e30", "half-written" }, { "eyJhbGciOiJSUzI1NiJ9.e30.", "half-written" },
		{ "a.b.c.d.e", "holds no token" }, { " " TOKEN, "holds no token" },
		{ TOKEN "\n" TOKEN, "holds no token" }, { "<html>", "holds no token" },
		{ long_text, "is longer" },
	};

	memset(long_text, 'A', JWS_MAX + 99);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(read_token(rows[i].text), SERVER_ERROR);
		if (strstr(fix.rq.failure.reason, rows[i].reason) == NULL)
			fail_msg("%zu: %s", i, fix.rq.failure.reason);
		assert_non_null(strstr(fix.rq.failure.reason, path_of("token")));
		assert_null(strstr(fix.rq.failure.reason, "eyJ"));
	}
	assert_int_equal(unlink(path_of("token")), 0);
	assert_int_equal(read_token(NULL), SERVER_ERROR);
	assert_non_null(strstr(fix.rq.failure.reason, "No such file"));
}

static struct federated_claims
claims_of(const char *payload)
{
	struct federated_claims claims;

	assert_true(federated_claims_read(&fix.arena, arena_printf(&fix.arena, "e30.%s.c2ln",
	    base64url_encode(&fix.arena, payload, strlen(payload))), &claims));
	return claims;
}

static void
rfc7519_s4_1_its_claims_can_be_shown(UNUSED void **state)
{
	struct federated_claims c = claims_of("{\"iss\":\"i\",\"sub\":\"s\",\"aud\":\"a\",\"exp\":7}");

	assert_string_equal(c.issuer, "i");
	assert_string_equal(c.subject, "s");
	assert_string_equal(c.audience, "a");
	assert_int_equal(c.expires_at, 7);
	assert_string_equal(claims_of("{\"aud\":[\"b\"]}").audience, "b");
	c = claims_of("{\"iss\":1,\"aud\":[],\"exp\":\"7\"}");
	assert_null(c.issuer);
	assert_null(c.subject);
	assert_null(c.audience);
	assert_int_equal(c.expires_at, 0);
	assert_null(claims_of("{\"aud\":[3]}").audience);
	assert_false(federated_claims_read(&fix.arena, "e30.bm8.c2ln", &c));
	assert_false(federated_claims_read(&fix.arena, "none", &c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_file_is_the_assertion_as_it_is_now),
		CASE(what_is_no_token_says_so_in_the_log),
		CASE(rfc7519_s4_1_its_claims_can_be_shown),
	};

	return RUN(tests, NULL, NULL);
}
