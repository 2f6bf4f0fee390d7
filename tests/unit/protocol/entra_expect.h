/* SPDX-License-Identifier: MIT */
/*
 * entra_expect.h - good tokens of each kind, and the verdict on one with a claim changed
 *
 * A claim's value is JSON text; NULL takes the claim out.
 */
#ifndef UNIT_PROTOCOL_ENTRA_EXPECT_H
#define UNIT_PROTOCOL_ENTRA_EXPECT_H

#include "protocol/entra_token.h"

#include "json_altered.h"

#define TENANT	"11111111-1111-4111-8111-111111111111"
#define OTHER	"22222222-2222-4222-8222-222222222222"
#define CLIENT	"33333333-3333-4333-8333-333333333333"
#define ALICE	"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define V1	"https://sts.windows.net/" TENANT "/"
#define V2	"https://login.microsoftonline.com/" TENANT "/v2.0"
#define URI	"api://" CLIENT
#define NOW	1800000000

#define ID_TOKEN								\
	"{\"ver\":\"2.0\",\"iss\":\"" V2 "\",\"aud\":\"" CLIENT "\",\"iat\":1799999900,"	\
	"\"nbf\":1799999900,\"exp\":1800003600,\"nonce\":\"n-0S6_WzA2Mj\",\"tid\":\"" TENANT "\","	\
	"\"oid\":\"" ALICE "\",\"sub\":\"pairwise\",\"name\":\"Alice Example\","	\
	"\"preferred_username\":\"alice@contoso.example\"}"
#define ACCESS_V1								\
	"{\"ver\":\"1.0\",\"iss\":\"" V1 "\",\"aud\":\"" URI "\",\"iat\":1799999900,"	\
	"\"nbf\":1799999900,\"exp\":1800003600,\"tid\":\"" TENANT "\",\"oid\":\"" ALICE "\","	\
	"\"appid\":\"" CLIENT "\",\"scp\":\"mcp.access\",\"upn\":\"alice@contoso.example\"}"
#define ACCESS_V2								\
	"{\"ver\":\"2.0\",\"iss\":\"" V2 "\",\"aud\":\"" CLIENT "\",\"iat\":1799999900,"	\
	"\"nbf\":1799999900,\"exp\":1800003600,\"tid\":\"" TENANT "\",\"oid\":\"" ALICE "\","	\
	"\"azp\":\"" CLIENT "\",\"scp\":\"mcp.access other\",\"name\":\"Alice Example\"}"

#define BAD_ID_ISS	"ver is not 2.0 or iss is not the tenant's"
#define BAD_ISS		"iss is not the tenant's for this ver"
#define BAD_ID_AUD	"aud is not our client_id"
#define BAD_AUD		"aud is not ours"
#define BAD_AZP		"azp is not our client_id"
#define BAD_PARTY	"azp or appid is not our client_id"
#define BAD_EXP		"exp is absent or past"
#define BAD_NBF		"nbf is absent or to come"
#define BAD_IAT		"iat is absent or to come"
#define BAD_NONCE	"nonce is not this sign-in's"
#define BAD_TID		"tid is not our tenant"
#define BAD_IDTYP	"idtyp is not user"
#define BAD_SCP		"scp is absent or empty"
#define BAD_OID		"oid is not a GUID"

typedef bool checker(struct arena *, struct json_object *, const struct entra_expectation *,
    struct entra_identity *, const char **);

static struct arena a;
static const char *const audience[] = { CLIENT, URI, NULL };
static const struct entra_expectation expected = {
	.tenant_id = TENANT, .issuer_v2 = V2, .issuer_v1 = V1, .audience = audience,
	.nonce = "n-0S6_WzA2Mj", .client_id = CLIENT, .now = NOW,
};

static int
open_arena(UNUSED void **state)
{
	arena_init(&a, 8 * 1024 * 1024);
	return 0;
}

static int
close_arena(UNUSED void **state)
{
	arena_free(&a);
	return 0;
}

/* NULL when the altered token is accepted, else why it is not. */
static inline const char *
verdict_under(const struct entra_expectation *expect, checker *check, const char *text,
    const char *name, const char *value)
{
	AUTO(json) struct json_object *claims = altered(&a, text, name, value);
	struct entra_identity out = { .expires_at = 7 };
	const char *why = NULL;
	bool good = check(&a, claims, expect, &out, &why);

	assert_int_equal(good, why == NULL);
	if (!good) {
		assert_int_equal(out.expires_at, 7);
		assert_null(out.object_id);
	}
	return why;
}

static inline const char *
id_token(const char *name, const char *value)
{
	return verdict_under(&expected, entra_id_token_check, ID_TOKEN, name, value);
}

static inline const char *
access_v1(const char *name, const char *value)
{
	return verdict_under(&expected, entra_access_token_check, ACCESS_V1, name, value);
}

static inline const char *
access_v2(const char *name, const char *value)
{
	return verdict_under(&expected, entra_access_token_check, ACCESS_V2, name, value);
}

/* All three kinds of token are refused for that reason. */
static inline void
assert_all_refuse(const char *name, const char *value, const char *why)
{
	assert_string_equal(id_token(name, value), why);
	assert_string_equal(access_v1(name, value), why);
	assert_string_equal(access_v2(name, value), why);
}

static inline void
assert_all_accept(const char *name, const char *value)
{
	assert_null(id_token(name, value));
	assert_null(access_v1(name, value));
	assert_null(access_v2(name, value));
}

#endif
