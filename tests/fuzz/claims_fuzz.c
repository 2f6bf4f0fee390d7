/* SPDX-License-Identifier: MIT */
/*
 * claims_fuzz - what another server demands: a WWW-Authenticate, the claims in it, and a demand alone
 *
 * Each input is taken as each of them, and as the token that should meet a demand.
 */
#include <json-c/linkhash.h>

#include "fuzz.h"
#include "protocol/entra_claims.h"
#include "protocol/entra_rights.h"
#include "protocol/entra_token.h"
#include "protocol/json.h"
#include "protocol/www_authenticate.h"

#define ERROR	"insufficient_claims"

static bool
same(const char *one, const char *other)
{
	return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/* Another scheme before it changes nothing, and one behind it is found where no quote is open. */
static void
judge_challenge(struct arena *a, const char *header)
{
	const char *claims = www_authenticate_bearer(a, header, ERROR, "claims");

	EXPECT(claims == NULL || strlen(claims) < strlen(header));
	EXPECT(claims == NULL || strcasestr(header, "bearer") != NULL);
	EXPECT(same(www_authenticate_bearer(a, arena_printf(a, "Basic realm=\"x\", %s", header), ERROR,
	    "claims"), claims));
	EXPECT(strchr(header, '"') != NULL || www_authenticate_bearer(a, arena_printf(a,
	    "%s, Bearer error=\"" ERROR "\", claims=e30=", header), ERROR, "claims") != NULL);
}

/* The parameter is JSON, has what was demanded, and declares the capability. */
static void
judge_parameter(struct arena *a, const char *demand)
{
	const char *parameter = entra_claims_parameter(a, demand, true);
	AUTO(json) struct json_object *before = json_parse(a, demand, strlen(demand));
	AUTO(json) struct json_object *after = json_parse(a, parameter, strlen(parameter));
	struct json_object *capability = json_object_member(json_object_member(after, "access_token"),
	    "xms_cc"), *values = json_array_member(capability, "values");

	EXPECT(entra_claims_parameter(a, demand, false) == demand);
	EXPECT(values != NULL && json_object_array_length(values) == 1);
	EXPECT(strcmp(json_object_get_string(json_object_array_get_idx(values, 0)), "cp1") == 0);
	json_object_object_foreach(before, name, value) {
		struct json_object *kept = NULL;

		EXPECT(json_object_object_get_ex(after, name, &kept));
		EXPECT(strcmp(name, "access_token") == 0 || json_object_equal(value, kept));
	}
}

/* A demand is of the access token, compact and short; one without a context is met by whatever there is. */
static void
judge_demand(struct arena *a, const char *demand, const char *token)
{
	AUTO(json) struct json_object *json = NULL;
	struct json_object *asked;

	if (demand == NULL)
		return;
	EXPECT(strlen(demand) <= ENTRA_CLAIMS_MAX);
	EXPECT(same(entra_claims_read(a, demand), demand));
	json = json_parse(a, demand, strlen(demand));
	asked = json_object_member(json, "access_token");
	EXPECT(asked != NULL && json_object_object_length(json) == 1);
	EXPECT(json_object_object_length(asked) > 0 && !json_has(asked, "xms_cc"));
	judge_parameter(a, demand);
	EXPECT(entra_claims_met(a, demand, token) ||
	    json_object_member(asked, "acrs") != NULL);
}

/* Two demands as one are a demand that holds the later, and the earlier where it asks for nothing else. */
static void
judge_union(struct arena *a, const char *demand)
{
	const char *other = "{\"access_token\":{\"a\":{\"value\":\"1\"}}}", *both;

	if (demand == NULL)
		return;
	EXPECT(entra_claims_within(a, demand, demand));
	EXPECT(same(entra_claims_union(a, demand, demand), demand));
	both = entra_claims_union(a, demand, other);
	EXPECT(same(entra_claims_read(a, both), both));
	EXPECT(entra_claims_within(a, other, both));
	both = entra_claims_union(a, other, demand);
	EXPECT(same(entra_claims_read(a, both), both));
	EXPECT(entra_claims_within(a, demand, both));
}

/* Whatever a token is: its words have no blank inside, and its tenant is a GUID. */
static void
judge_token(struct arena *a, const char *token)
{
	struct entra_rights rights = entra_rights(a, token);
	const char *tenant = entra_token_tenant(a, token);

	EXPECT(strstr(rights.groups, "  ") == NULL && strpbrk(rights.roles, "\t\r\n") == NULL);
	EXPECT(!rights.overage || *rights.groups == '\0');
	EXPECT(tenant == NULL || strspn(tenant, "0123456789abcdef-") == 36);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	const char *text;

	if (size > WWW_AUTHENTICATE_MAX - 64)
		return 0;
	arena_init(&a, (size_t)16 * 1024 * 1024);
	text = arena_copy(&a, data, size);
	judge_challenge(&a, text);
	judge_demand(&a, entra_claims_challenge(&a, text), text);
	judge_demand(&a, entra_claims_read(&a, text), text);
	judge_union(&a, entra_claims_read(&a, text));
	judge_token(&a, text);
	arena_free(&a);
	return 0;
}
