/* SPDX-License-Identifier: MIT */
#include "protocol/entra_rights.h"

#include "protocol/jws.h"

#define WORDS_MAX	((size_t)32 * 1024)	/* bytes of a list */

/* A word with a blank inside would be two: it is none. */
static const char *
words(struct arena *a, struct json_object *claims, const char *name)
{
	struct json_object *list = json_array_member(claims, name);
	struct buf b = buf_new(a, WORDS_MAX);

	for (size_t i = 0; list != NULL && i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *word = json_object_is_type(item, json_type_string) ?
		    json_object_get_string(item) : "";

		if (*word == '\0' || strpbrk(word, " \t\r\n") != NULL)
			continue;
		buf_lit(&b, b.len == 0 ? "" : " ");
		buf_lit(&b, word);
	}
	return buf_text(&b) == NULL ? "" : buf_text(&b);
}

struct entra_rights
entra_rights(struct arena *a, const char *token)
{
	struct entra_rights rights = { .roles = "", .groups = "", .name = "" };
	AUTO(json) struct json_object *claims = NULL;
	const char *name;
	struct jws jws;

	if (!jws_split(a, token, &jws) ||
	    (claims = json_parse(a, (const char *)jws.payload.data, jws.payload.len)) == NULL)
		return rights;
	rights.roles = words(a, claims, "roles");
	rights.groups = words(a, claims, "groups");
	rights.overage = !json_has(claims, "groups") &&
	    (json_has(json_object_member(claims, "_claim_names"), "groups") || json_has(claims, "hasgroups"));
	if ((name = json_string(claims, "name")) != NULL)
		rights.name = arena_string(a, name);
	return rights;
}
