/* SPDX-License-Identifier: MIT */
#include "protocol/client_assertion.h"

#define ID_MAX	512	/* bytes of jti, of kid and of a client id */

static bool
is_word(const char *text)
{
	return text != NULL && *text != '\0' && strlen(text) <= ID_MAX;
}

/* RFC 7519 section 4.1.3: one text, or an array of them. */
static bool
is_for_us(struct json_object *claims, const char *const *audiences)
{
	struct json_object *list = json_array_member(claims, "aud");
	const char *one = json_string(claims, "aud");

	for (; *audiences != NULL; audiences++)
		if (json_array_has(list, *audiences) || (one != NULL && strcmp(one, *audiences) == 0))
			return true;
	return false;
}

/* RFC 7515 section 4.1.11: no extension is understood, so none may be critical. */
static const char *
read_header(struct arena *a, const struct bytes *text, struct client_assertion *out)
{
	AUTO(json) struct json_object *header = json_parse(a, (const char *)text->data, text->len);
	const char *alg = json_string(header, "alg"), *kid = json_string(header, "kid");

	if (header == NULL || alg == NULL || strchr(alg, ' ') != NULL || strlen(alg) != 5 ||
	    strstr(JWS_CLIENT_ALGORITHMS, alg) == NULL)
		return "its alg must be RS256, PS256 or ES256";
	if (json_has(header, "crit") || (json_has(header, "kid") && !is_word(kid)))
		return "its header cannot be read";
	out->alg = arena_string(a, alg);
	out->kid = kid == NULL ? NULL : arena_string(a, kid);
	return NULL;
}

/* Absent, or a time that has come. */
static bool
has_come(struct json_object *claims, const char *name, int64_t now)
{
	int64_t at;

	return !json_has(claims, name) || (json_int(claims, name, &at) && at <= now + CLIENT_ASSERTION_SKEW);
}

static const char *
read_claims(struct arena *a, const struct bytes *text, const char *const *audiences, int64_t now,
    struct client_assertion *out)
{
	AUTO(json) struct json_object *claims = json_parse(a, (const char *)text->data, text->len);
	const char *iss = json_string(claims, "iss"), *sub = json_string(claims, "sub");
	const char *jti = json_string(claims, "jti");

	if (!is_word(iss) || sub == NULL || strcmp(iss, sub) != 0)
		return "its iss and sub must both be the client_id";
	if (!is_for_us(claims, audiences))
		return "its aud must be our issuer or token endpoint";
	if (!json_int(claims, "exp", &out->exp) || out->exp <= now - CLIENT_ASSERTION_SKEW)
		return "it has expired, or has no exp";
	if (out->exp > now + CLIENT_ASSERTION_TIME + CLIENT_ASSERTION_SKEW)
		return "its exp is more than an hour ahead";
	if (!has_come(claims, "nbf", now) || !has_come(claims, "iat", now))
		return "it is not good yet";
	if (!is_word(jti))
		return "it needs a jti";
	out->client_id = arena_string(a, iss);
	out->jti = arena_string(a, jti);
	return NULL;
}

enum oauth_error
client_assertion_read(struct arena *a, const char *token, const char *const *audiences, int64_t now,
    struct client_assertion *out, struct failure *f)
{
	struct client_assertion in = { 0 };
	const char *wrong;

	if (strlen(token) > CLIENT_ASSERTION_MAX || !jws_split(a, token, &in.jws))
		return fail(f, INVALID_CLIENT, "client_assertion is no signed JWT");
	if ((wrong = read_header(a, &in.jws.header, &in)) != NULL ||
	    (wrong = read_claims(a, &in.jws.payload, audiences, now, &in)) != NULL)
		return fail(f, INVALID_CLIENT, arena_printf(a, "client_assertion: %s", wrong));
	*out = in;
	return OAUTH_OK;
}
