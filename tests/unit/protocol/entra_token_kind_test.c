/* SPDX-License-Identifier: MIT */
#include "protocol/entra_token.h"

#include "../test.h"
#include "entra_expect.h"

static void
an_access_token_is_for_one_of_our_audiences(UNUSED void **state)
{
	static const char *const values[] = {
		NULL, "null", "\"\"", "\"" OTHER "\"", "\"" URI "/\"", "\"https://graph.microsoft.com\"",
		"[]", "[\"" CLIENT "\"]", "[\"" CLIENT "\",\"" OTHER "\"]",
	};

	assert_null(access_v1("aud", "\"" CLIENT "\""));
	assert_null(access_v2("aud", "\"" URI "\""));
	for (size_t i = 0; i < COUNT(values); i++) {
		assert_string_equal(access_v1("aud", values[i]), BAD_AUD);
		assert_string_equal(access_v2("aud", values[i]), BAD_AUD);
	}
}

static void
oidc_core_s3_1_3_7_an_id_token_is_for_the_client_alone(UNUSED void **state)
{
	static const char *const values[] = {
		NULL, "null", "\"" OTHER "\"", "\"" URI "\"", "[\"" CLIENT "\"]",
		"[\"" CLIENT "\",\"" OTHER "\"]",
	};

	for (size_t i = 0; i < COUNT(values); i++)
		assert_string_equal(id_token("aud", values[i]), BAD_ID_AUD);
	assert_null(id_token("azp", "\"" CLIENT "\""));
	assert_string_equal(id_token("azp", "\"" OTHER "\""), BAD_AZP);
	assert_string_equal(id_token("azp", "null"), BAD_AZP);
}

static void
rfc7519_s4_1_6_an_id_token_was_not_issued_in_the_future(UNUSED void **state)
{
	assert_null(id_token("iat", "1800000300"));
	assert_string_equal(id_token("iat", "1800000301"), BAD_IAT);
	assert_string_equal(id_token("iat", NULL), BAD_IAT);
	assert_string_equal(id_token("iat", "\"1799999900\""), BAD_IAT);
}

static void
the_nonce_is_the_one_of_this_sign_in(UNUSED void **state)
{
	struct entra_expectation none = expected;

	assert_string_equal(id_token("nonce", NULL), BAD_NONCE);
	assert_string_equal(id_token("nonce", "\"\""), BAD_NONCE);
	assert_string_equal(id_token("nonce", "\"n-0S6_WzA2MJ\""), BAD_NONCE);
	assert_string_equal(id_token("nonce", "\"n-0S6_WzA2M\""), BAD_NONCE);
	none.nonce = NULL;
	assert_string_equal(verdict_under(&none, entra_id_token_check, ID_TOKEN, "nonce", NULL),
	    BAD_NONCE);
}

/* The application that asked for it: another's token for our API is no sign-in of ours. */
static void
an_access_token_was_asked_for_by_our_client(UNUSED void **state)
{
	static const char *const values[] = { "null", "\"\"", "\"" OTHER "\"", "[\"" CLIENT "\"]", "1" };
	struct entra_expectation api = expected;

	for (size_t i = 0; i < COUNT(values); i++) {
		assert_string_equal(access_v1("appid", values[i]), BAD_PARTY);
		assert_string_equal(access_v2("azp", values[i]), BAD_PARTY);
		assert_string_equal(access_v1("azp", values[i]), BAD_PARTY);
		assert_string_equal(access_v2("appid", values[i]), BAD_PARTY);
	}
	assert_null(access_v1("appid", NULL));
	assert_null(access_v2("azp", NULL));
	api.client_id = OTHER;
	assert_string_equal(verdict_under(&api, entra_access_token_check, ACCESS_V1, "x", "1"), BAD_PARTY);
	assert_null(verdict_under(&api, entra_access_token_check, ACCESS_V2, "azp", "\"" OTHER "\""));
	api.client_id = NULL;
	assert_string_equal(verdict_under(&api, entra_access_token_check, ACCESS_V2, "x", "1"), BAD_PARTY);
}

/* Only idtyp differs, so that the scope's absence is not what refuses. */
static void
an_application_s_own_token_is_refused_even_with_a_scope(UNUSED void **state)
{
	static const char *const values[] = { "\"app\"", "\"device\"", "\"\"", "null", "[\"user\"]" };

	for (size_t i = 0; i < COUNT(values); i++) {
		assert_string_equal(access_v1("idtyp", values[i]), BAD_IDTYP);
		assert_string_equal(access_v2("idtyp", values[i]), BAD_IDTYP);
	}
	assert_null(access_v1("idtyp", "\"user\""));
	assert_null(access_v2("idtyp", "\"user\""));
}

static void
an_access_token_without_a_scope_is_refused(UNUSED void **state)
{
	static const char *const values[] = { NULL, "null", "\"\"", "\" \"", "[\"mcp.access\"]" };
	const char *app_only = "{\"ver\":\"2.0\",\"iss\":\"" V2 "\",\"aud\":\"" CLIENT "\","
	    "\"nbf\":1799999900,\"exp\":1800003600,\"tid\":\"" TENANT "\",\"oid\":\"" ALICE "\","
	    "\"sub\":\"" ALICE "\"}";

	for (size_t i = 0; i < COUNT(values); i++) {
		assert_string_equal(access_v1("scp", values[i]), BAD_SCP);
		assert_string_equal(access_v2("scp", values[i]), BAD_SCP);
	}
	assert_string_equal(verdict_under(&expected, entra_access_token_check, app_only, "roles",
	    "[\"mcp.access\"]"), BAD_SCP);
}

static void
one_kind_of_token_is_not_taken_for_the_other(UNUSED void **state)
{
	assert_string_equal(verdict_under(&expected, entra_access_token_check, ID_TOKEN, "x", "1"),
	    BAD_SCP);
	assert_string_equal(verdict_under(&expected, entra_id_token_check, ACCESS_V2, "x", "1"),
	    BAD_NONCE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_access_token_is_for_one_of_our_audiences),
		cmocka_unit_test(oidc_core_s3_1_3_7_an_id_token_is_for_the_client_alone),
		cmocka_unit_test(rfc7519_s4_1_6_an_id_token_was_not_issued_in_the_future),
		cmocka_unit_test(the_nonce_is_the_one_of_this_sign_in),
		cmocka_unit_test(an_access_token_was_asked_for_by_our_client),
		cmocka_unit_test(an_application_s_own_token_is_refused_even_with_a_scope),
		cmocka_unit_test(an_access_token_without_a_scope_is_refused),
		cmocka_unit_test(one_kind_of_token_is_not_taken_for_the_other),
	};

	return RUN(tests, open_arena, close_arena);
}
