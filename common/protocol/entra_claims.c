/* SPDX-License-Identifier: MIT */
#include "protocol/entra_claims.h"

#include <json-c/json_object_iterator.h>

#include "base/base64url.h"
#include "protocol/json.h"
#include "protocol/jws.h"
#include "protocol/www_authenticate.h"

#define TEXT_MAX	4096	/* bytes of what is read */
#define TOKENS	1	/* level of id_token and access_token, below which the claims stand */
#define FLAGS	(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static const char *
print(struct arena *a, struct json_object *json)
{
	return arena_string(a, json_object_to_json_string_ext(json, FLAGS));
}

const char *
entra_claims_read(struct arena *a, const char *text)
{
	AUTO(json) struct json_object *json = NULL, *kept = json_object_new_object();
	size_t n = text == NULL ? 0 : strlen(text);
	struct json_object *token;
	const char *demand;

	if (n == 0 || n > TEXT_MAX || (json = json_parse(a, text, n)) == NULL ||
	    (token = json_object_member(json, "access_token")) == NULL)
		return NULL;
	json_object_object_del(token, "xms_cc");
	if (json_object_object_length(token) == 0)
		return NULL;
	json_object_object_add(kept, "access_token", json_object_get(token));
	demand = print(a, kept);
	return strlen(demand) > ENTRA_CLAIMS_MAX ? NULL : demand;
}

/* Base64 as RFC 4648 has it, or its URL form; the padding may be missing. */
static const char *
decode(struct arena *a, const char *text)
{
	size_t n = strlen(text), len;
	char *plain = arena_copy(a, text, n);
	uint8_t *bytes;

	while (n > 0 && plain[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++)
		plain[i] = plain[i] == '+' ? '-' : plain[i] == '/' ? '_' : plain[i];
	return base64url_decode(a, plain, n, &bytes, &len) && memchr(bytes, '\0', len) == NULL ?
	    (const char *)bytes : NULL;
}

const char *
entra_claims_challenge(struct arena *a, const char *www_authenticate)
{
	const char *claims = www_authenticate_bearer(a, www_authenticate, "insufficient_claims",
	    "claims");
	const char *text = claims == NULL ? NULL : decode(a, claims);

	return text == NULL ? NULL : entra_claims_read(a, text);
}

/* The member of that name as an object, made where there is none. */
static struct json_object *
member(struct json_object *parent, const char *name)
{
	struct json_object *child = json_object_member(parent, name);

	if (child == NULL) {
		child = json_object_new_object();
		json_object_object_add(parent, name, child);
	}
	return child;
}

const char *
entra_claims_parameter(struct arena *a, const char *demand, bool cp1)
{
	AUTO(json) struct json_object *json = NULL;
	struct json_object *values, *capability;

	if (!cp1)
		return demand;
	json = demand == NULL ? NULL : json_parse(a, demand, strlen(demand));
	if (json == NULL || !json_object_is_type(json, json_type_object)) {
		json_auto(&json);
		json = json_object_new_object();
	}
	values = json_object_new_array();
	json_object_array_add(values, json_object_new_string("cp1"));
	capability = json_object_new_object();
	json_object_object_add(capability, "values", values);
	json_object_object_add(member(json, "access_token"), "xms_cc", capability);
	return print(a, json);
}

/* Copies what `from` has into `into`: objects within objects, down to the claims themselves. */
static void
merge(struct json_object *into, struct json_object *from, int levels)
{
	struct json_object_iterator end = json_object_iter_end(from);

	for (struct json_object_iterator i = json_object_iter_begin(from);
	    !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		const char *name = json_object_iter_peek_name(&i);
		struct json_object *value = json_object_iter_peek_value(&i);
		struct json_object *mine = json_object_member(into, name);

		if (levels > 0 && mine != NULL && json_object_is_type(value, json_type_object))
			merge(mine, value, levels - 1);
		else
			json_object_object_add(into, name, json_object_get(value));
	}
}

const char *
entra_claims_union(struct arena *a, const char *earlier, const char *later)
{
	AUTO(json) struct json_object *both = json_parse(a, earlier, strlen(earlier));
	AUTO(json) struct json_object *more = json_parse(a, later, strlen(later));
	const char *text;

	if (both == NULL || more == NULL || !json_object_is_type(both, json_type_object) ||
	    !json_object_is_type(more, json_type_object))
		return later;
	merge(both, more, TOKENS);
	text = print(a, both);
	return strlen(text) > ENTRA_CLAIMS_MAX ? later : text;
}

static bool
within(struct json_object *part, struct json_object *whole, int levels)
{
	struct json_object_iterator end = json_object_iter_end(part);

	for (struct json_object_iterator i = json_object_iter_begin(part);
	    !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		const char *name = json_object_iter_peek_name(&i);
		struct json_object *value = json_object_iter_peek_value(&i), *theirs = NULL;

		if (!json_object_object_get_ex(whole, name, &theirs))
			return false;
		if (levels > 0 && json_object_is_type(value, json_type_object) &&
		    json_object_is_type(theirs, json_type_object)) {
			if (!within(value, theirs, levels - 1))
				return false;
		} else if (json_object_equal(value, theirs) != 1)
			return false;
	}
	return true;
}

bool
entra_claims_within(struct arena *a, const char *part, const char *whole)
{
	AUTO(json) struct json_object *small = json_parse(a, part, strlen(part));
	AUTO(json) struct json_object *large = json_parse(a, whole, strlen(whole));

	return small != NULL && large != NULL && json_object_is_type(small, json_type_object) &&
	    json_object_is_type(large, json_type_object) && within(small, large, TOKENS);
}

/* OpenID Connect Core section 5.5.1: one value, or one of several. */
static bool
context_is_there(struct json_object *demanded, struct json_object *have)
{
	struct json_object *values = json_array_member(demanded, "values");
	const char *value = json_string(demanded, "value");

	if (value != NULL)
		return json_array_has(have, value);
	for (size_t i = 0; values != NULL && i < json_object_array_length(values); i++)
		if (json_object_is_type(json_object_array_get_idx(values, i), json_type_string) &&
		    json_array_has(have, json_object_get_string(json_object_array_get_idx(values, i))))
			return true;
	return values == NULL;
}

bool
entra_claims_met(struct arena *a, const char *demand, const char *access_token)
{
	AUTO(json) struct json_object *json = json_parse(a, demand, strlen(demand));
	AUTO(json) struct json_object *claims = NULL;
	struct json_object *acrs = json_object_member(json_object_member(json, "access_token"), "acrs");
	struct jws jws;

	if (acrs == NULL)
		return true;
	return jws_split(a, access_token, &jws) &&
	    (claims = json_parse(a, (const char *)jws.payload.data, jws.payload.len)) != NULL &&
	    context_is_there(acrs, json_array_member(claims, "acrs"));
}
