/* SPDX-License-Identifier: MIT */
/*
 * jwt_fuzz - a token from outside: split, header, claims
 *
 * An input that is no token of three parts is read as claims, so that the checks behind the
 * encoding are reached.
 */
#include "base/base64url.h"
#include "fuzz.h"
#include "protocol/entra_token.h"
#include "protocol/jws.h"

#define TENANT	"11111111-1111-4111-8111-111111111111"
#define CLIENT	"33333333-3333-4333-8333-333333333333"

static const char *const audience[] = { CLIENT, "api://" CLIENT, NULL };
static const struct entra_expectation expect = {
	.tenant_id = TENANT,
	.issuer_v2 = "https://login.microsoftonline.com/" TENANT "/v2.0",
	.issuer_v1 = "https://sts.windows.net/" TENANT "/",
	.audience = audience,
	.nonce = "n-0S6_WzA2Mj",
	.client_id = CLIENT,
	.now = 1800000000,
};

/* An accepted token is about somebody of the tenant and not expired; a refused one says why. */
static void
judge_claims(struct arena *a, const char *text, size_t n)
{
	struct json_object *claims = json_parse(a, text, n);
	bool (*const checks[])(struct arena *, struct json_object *, const struct entra_expectation *,
	    struct entra_identity *, const char **) = { entra_id_token_check, entra_access_token_check };

	for (size_t i = 0; i < COUNT(checks); i++) {
		struct entra_identity id = { 0 };
		const char *why = NULL;
		bool good = checks[i](a, claims, &expect, &id, &why);

		EXPECT(good == (why == NULL));
		if (!good)
			continue;
		EXPECT(strcmp(id.tenant_id, TENANT) == 0 && strlen(id.object_id) == 36);
		EXPECT(id.expires_at > expect.now - ENTRA_CLOCK_SKEW);
	}
	json_auto(&claims);
}

static void
judge_header(struct arena *a, struct bytes text)
{
	struct json_object *header = json_parse(a, (const char *)text.data, text.len);
	const char *kid = NULL, *why = NULL;

	EXPECT(entra_token_header(a, header, &kid, &why) == (kid != NULL));
	EXPECT((kid == NULL) != (why == NULL));
	json_auto(&header);
}

/* Each token has one spelling: its parts, encoded, are the token again. */
static void
must_spell(struct arena *a, const struct jws *jws, const char *token)
{
	const char *again = arena_printf(a, "%s.%s.%s",
	    base64url_encode(a, jws->header.data, jws->header.len),
	    base64url_encode(a, jws->payload.data, jws->payload.len),
	    base64url_encode(a, jws->signature.data, jws->signature.len));

	EXPECT(strcmp(again, token) == 0 && strlen(token) <= JWS_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct jws jws;
	struct hmac *key;
	const char *token;

	if (size > 2 * JWS_MAX)
		return 0;
	arena_init(&a, 4 * 1024 * 1024);
	token = arena_copy(&a, data, size);
	if (jws_split(&a, token, &jws)) {
		must_spell(&a, &jws, token);
		judge_header(&a, jws.header);
		judge_claims(&a, (const char *)jws.payload.data, jws.payload.len);
		key = hmac_new("a key that no input can know", 28);
		EXPECT(!jws_verify_hs256(&jws, key));
		hmac_free(key);
	} else {
		judge_claims(&a, (const char *)data, size);
	}
	arena_free(&a);
	return 0;
}
