/* SPDX-License-Identifier: MIT */
#include "protocol/entra_token.h"

#include "base/secret.h"
#include "protocol/guid.h"
#include "protocol/jws.h"
#include "protocol/param.h"

/* One thing a token must say; `why` is what the log says when it does not. */
struct rule {
	const char	*why;
	bool		(*holds)(struct json_object *, const struct entra_expectation *);
};

/* The first rule that is broken, NULL if none is. */
static const char *
broken_rule(const struct rule *rules, size_t count, struct json_object *from,
    const struct entra_expectation *expect)
{
	for (size_t i = 0; i < count; i++)
		if (!rules[i].holds(from, expect))
			return rules[i].why;
	return NULL;
}

/* NULL equals nothing, not even NULL: an expectation left out refuses. */
static bool
is(const char *text, const char *expected)
{
	return text != NULL && expected != NULL && strcmp(text, expected) == 0;
}

/* RFC 7519 section 4.1.1, and the issuer of the version the token says it is of. */
static bool
issuer_of_version_2(struct json_object *claims, const struct entra_expectation *expect)
{
	return is(json_string(claims, "ver"), "2.0") &&
	    is(json_string(claims, "iss"), expect->issuer_v2);
}

static bool
issuer_of_its_version(struct json_object *claims, const struct entra_expectation *expect)
{
	return issuer_of_version_2(claims, expect) ||
	    (is(json_string(claims, "ver"), "1.0") &&
	    is(json_string(claims, "iss"), expect->issuer_v1));
}

/* RFC 7519 section 4.1.3 allows an array; Entra sends one string, so an array is not Entra's. */
static bool
audience_is_listed(struct json_object *claims, const struct entra_expectation *expect)
{
	const char *aud = json_string(claims, "aud");

	for (const char *const *p = expect->audience; p != NULL && *p != NULL; p++)
		if (is(aud, *p))
			return true;
	return false;
}

/* OpenID Connect Core section 3.1.3.7 items 3 to 5. */
static bool
audience_is_the_client(struct json_object *claims, const struct entra_expectation *expect)
{
	return is(json_string(claims, "aud"), expect->client_id);
}

static bool
authorized_party_is_the_client(struct json_object *claims, const struct entra_expectation *expect)
{
	return !json_has(claims, "azp") || is(json_string(claims, "azp"), expect->client_id);
}

/* The application that asked for it: azp in version 2.0, appid in 1.0. */
static bool
was_asked_for_by_the_client(struct json_object *claims, const struct entra_expectation *expect)
{
	return authorized_party_is_the_client(claims, expect) &&
	    (!json_has(claims, "appid") || is(json_string(claims, "appid"), expect->client_id));
}

/* RFC 7519 section 4.1.4: not on or after; 4.1.5 and 4.1.6: not before.  Skew both ways. */
static bool
not_expired(struct json_object *claims, const struct entra_expectation *expect)
{
	int64_t exp;

	return json_int(claims, "exp", &exp) && exp > expect->now - ENTRA_CLOCK_SKEW;
}

static bool
already_valid(struct json_object *claims, const struct entra_expectation *expect)
{
	int64_t nbf;

	return json_int(claims, "nbf", &nbf) && nbf <= expect->now + ENTRA_CLOCK_SKEW;
}

static bool
already_issued(struct json_object *claims, const struct entra_expectation *expect)
{
	int64_t iat;

	return json_int(claims, "iat", &iat) && iat <= expect->now + ENTRA_CLOCK_SKEW;
}

static bool
nonce_is_ours(struct json_object *claims, const struct entra_expectation *expect)
{
	return secret_equal(json_string(claims, "nonce"), expect->nonce);
}

static bool
tenant_is_ours(struct json_object *claims, const struct entra_expectation *expect)
{
	const char *tid = json_string(claims, "tid");

	return guid_is_canonical(tid) && is(tid, expect->tenant_id);
}

static bool
has_object_id(struct json_object *claims, UNUSED const struct entra_expectation *expect)
{
	return guid_is_canonical(json_string(claims, "oid"));
}

/* Only a token issued for a user carries scp; one for an application alone has roles. */
static bool
has_scope(struct json_object *claims, UNUSED const struct entra_expectation *expect)
{
	const char *scp = json_string(claims, "scp");

	return scp != NULL && scp[strspn(scp, " ")] != '\0';
}

static bool
is_for_a_user(struct json_object *claims, UNUSED const struct entra_expectation *expect)
{
	return !json_has(claims, "idtyp") || is(json_string(claims, "idtyp"), "user");
}

static const struct rule id_token_rules[] = {
	{ "ver is not 2.0 or iss is not the tenant's",	issuer_of_version_2 },
	{ "aud is not our client_id",			audience_is_the_client },
	{ "azp is not our client_id",			authorized_party_is_the_client },
	{ "exp is absent or past",			not_expired },
	{ "nbf is absent or to come",			already_valid },
	{ "iat is absent or to come",			already_issued },
	{ "nonce is not this sign-in's",		nonce_is_ours },
	{ "tid is not our tenant",			tenant_is_ours },
	{ "oid is not a GUID",				has_object_id },
};

static const struct rule access_token_rules[] = {
	{ "iss is not the tenant's for this ver",	issuer_of_its_version },
	{ "aud is not ours",				audience_is_listed },
	{ "exp is absent or past",			not_expired },
	{ "nbf is absent or to come",			already_valid },
	{ "tid is not our tenant",			tenant_is_ours },
	{ "idtyp is not user",				is_for_a_user },
	{ "scp is absent or empty",			has_scope },
	{ "azp or appid is not our client_id",		was_asked_for_by_the_client },
	{ "oid is not a GUID",				has_object_id },
};

/*
 * OpenID Connect Front-Channel Logout 1.0 section 3.  Nothing but a later sign-out rests on it, so
 * a sid of a form that Entra's sign-out could not bring back counts as none.
 */
static const char *
session_id(struct json_object *claims)
{
	const char *sid = json_string(claims, "sid");

	return sid != NULL && strlen(sid) <= ENTRA_SID_MAX && is_vschar(sid) ? sid : "";
}

/* Called after the rules, which saw tid, oid and exp. */
static void
read_identity(struct arena *a, struct json_object *claims, struct entra_identity *out)
{
	const char *name = json_string(claims, "name");
	const char *username = json_string(claims, "preferred_username");

	if (username == NULL)
		username = json_string(claims, "upn");
	*out = (struct entra_identity){
		.tenant_id = arena_string(a, json_string(claims, "tid")),
		.object_id = arena_string(a, json_string(claims, "oid")),
		.name = arena_string(a, name == NULL ? "" : name),
		.username = arena_string(a, username == NULL ? "" : username),
		.sid = arena_string(a, session_id(claims)),
	};
	if (!json_int(claims, "exp", &out->expires_at))
		out->expires_at = 0;
}

static bool
check(struct arena *a, const struct rule *rules, size_t count, struct json_object *claims,
    const struct entra_expectation *expect, struct entra_identity *out, const char **why)
{
	const char *fault = broken_rule(rules, count, claims, expect);

	if (fault != NULL) {
		*why = fault;
		return false;
	}
	read_identity(a, claims, out);
	return true;
}

bool
entra_id_token_check(struct arena *a, struct json_object *claims,
    const struct entra_expectation *expect, struct entra_identity *out, const char **why)
{
	return check(a, id_token_rules, COUNT(id_token_rules), claims, expect, out, why);
}

bool
entra_access_token_check(struct arena *a, struct json_object *claims,
    const struct entra_expectation *expect, struct entra_identity *out, const char **why)
{
	return check(a, access_token_rules, COUNT(access_token_rules), claims, expect, out, why);
}

/* RFC 7515 section 4.1.1; the one algorithm, whatever key the token would like it checked with. */
static bool
alg_is_rs256(struct json_object *header, UNUSED const struct entra_expectation *expect)
{
	return is(json_string(header, "alg"), "RS256");
}

/* RFC 7515 section 4.1.9; RFC 9068 section 2.1 for at+jwt. */
static bool
typ_is_jwt(struct json_object *header, UNUSED const struct entra_expectation *expect)
{
	const char *typ = json_string(header, "typ");

	return !json_has(header, "typ") || is(typ, "JWT") || is(typ, "at+jwt");
}

/* RFC 7515 section 4.1.11: an extension that is not understood refuses; we understand none. */
static bool
has_no_crit(struct json_object *header, UNUSED const struct entra_expectation *expect)
{
	return !json_has(header, "crit");
}

static bool
has_kid(struct json_object *header, UNUSED const struct entra_expectation *expect)
{
	return json_string(header, "kid") != NULL;
}

static const struct rule header_rules[] = {
	{ "alg is not RS256",		alg_is_rs256 },
	{ "typ is not JWT or at+jwt",	typ_is_jwt },
	{ "crit is not understood",	has_no_crit },
	{ "kid is absent",		has_kid },
};

bool
entra_token_header(struct arena *a, struct json_object *header, const char **kid, const char **why)
{
	const char *fault = broken_rule(header_rules, COUNT(header_rules), header, NULL);

	if (fault != NULL) {
		*why = fault;
		return false;
	}
	*kid = arena_string(a, json_string(header, "kid"));
	return true;
}

const char *
entra_token_tenant(struct arena *a, const char *token)
{
	AUTO(json) struct json_object *claims = NULL;
	const char *tid;
	struct jws jws;

	if (!jws_split(a, token, &jws) ||
	    (claims = json_parse(a, (const char *)jws.payload.data, jws.payload.len)) == NULL)
		return NULL;
	tid = json_string(claims, "tid");
	return guid_is_canonical(tid) ? arena_string(a, tid) : NULL;
}
