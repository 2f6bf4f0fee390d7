/* SPDX-License-Identifier: MIT */
#include "protocol/client_metadata.h"

#include "protocol/param.h"
#include "protocol/redirect_uri.h"
#include "protocol/uri.h"

static enum oauth_error
read_redirect_uris(struct arena *a, struct json_object *json, const char *const *schemes,
    struct client_metadata *out, struct failure *f)
{
	struct json_object *list = json_array_member(json, "redirect_uris");
	size_t n = list == NULL ? 0 : json_object_array_length(list);

	if (n == 0)
		return fail(f, INVALID_REDIRECT_URI, "redirect_uris must list at least one URI");
	if (n > CLIENT_REDIRECT_URIS_MAX)
		return fail(f, INVALID_REDIRECT_URI, "redirect_uris lists too many URIs");
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *uri = json_object_is_type(item, json_type_string) ?
		    json_object_get_string(item) : "";

		if (!redirect_uri_acceptable(a, uri, schemes))
			return fail(f, INVALID_REDIRECT_URI, "a redirect URI must be https, or http "
			    "on localhost, without fragment or user information");
		out->redirect_uri[out->redirect_uris++] = arena_string(a, uri);
	}
	return OAUTH_OK;
}

/* An optional array of strings that, where present, must hold `needed`. */
static bool
list_allows(struct json_object *json, const char *name, const char *needed)
{
	return !json_has(json, name) || json_array_has(json_array_member(json, name), needed);
}

/* An optional string member; *out stays as it is when absent.  False when it is of another type,
 * too long or holds control characters. */
static bool
read_text(struct arena *a, struct json_object *json, const char *name, size_t limit, const char **out)
{
	const char *text = json_string(json, name);

	if (!json_has(json, name))
		return true;
	if (text == NULL || strlen(text) > limit || !is_text(text))
		return false;
	if (*text != '\0')
		*out = arena_string(a, text);
	return true;
}

enum oauth_error
client_metadata_read(struct arena *a, struct json_object *json, const char *const *schemes,
    struct client_metadata *out, struct failure *f)
{
	struct client_metadata m = { .client_name = "" };
	struct uri u;

	TRY(read_redirect_uris(a, json, schemes, &m, f));
	if (!read_text(a, json, "client_name", CLIENT_NAME_MAX, &m.client_name))
		return fail(f, INVALID_CLIENT_METADATA, "client_name must be a text of at most 128 bytes");
	if (!read_text(a, json, "client_uri", CLIENT_URI_MAX, &m.client_uri))
		return fail(f, INVALID_CLIENT_METADATA, "client_uri must be a URI of at most 512 bytes");
	if (m.client_uri != NULL && (!uri_parse(a, m.client_uri, &u) || u.host == NULL ||
	    (strcmp(u.scheme, "https") != 0 && strcmp(u.scheme, "http") != 0)))
		return fail(f, INVALID_CLIENT_METADATA, "client_uri must be a web address");
	if (!read_text(a, json, "application_type", 16, &m.application_type) ||
	    (m.application_type != NULL && strcmp(m.application_type, "native") != 0 &&
	    strcmp(m.application_type, "web") != 0))
		return fail(f, INVALID_CLIENT_METADATA, "application_type must be native or web");
	if (!list_allows(json, "grant_types", "authorization_code"))
		return fail(f, INVALID_CLIENT_METADATA, "grant_types must hold authorization_code");
	if (!list_allows(json, "response_types", "code"))
		return fail(f, INVALID_CLIENT_METADATA, "response_types must hold code");
	*out = m;
	return OAUTH_OK;
}

void
client_metadata_response(struct buf *b, const char *client_id, int64_t issued_at,
    const struct client_metadata *m)
{
	buf_member(b, "client_id", client_id);
	buf_lit(b, ",\"client_id_issued_at\":");
	buf_number(b, issued_at);
	buf_member(b, "client_name", *m->client_name == '\0' ? NULL : m->client_name);
	buf_member(b, "client_uri", m->client_uri);
	buf_member(b, "application_type", m->application_type);
	buf_lit(b, ",\"redirect_uris\":[");
	for (size_t i = 0; i < m->redirect_uris; i++) {
		buf_lit(b, i == 0 ? "" : ",");
		buf_json(b, m->redirect_uri[i]);
	}
	buf_lit(b, "],\"grant_types\":[\"authorization_code\",\"refresh_token\"]"
	    ",\"response_types\":[\"code\"],\"token_endpoint_auth_method\":\"none\"}");
}
