/* SPDX-License-Identifier: MIT */
#include "protocol/client_document.h"

#include "protocol/client_id_url.h"
#include "protocol/client_keys.h"

static enum oauth_error
wrong(struct failure *f, const char *what)
{
	return fail(f, INVALID_CLIENT_METADATA, what);
}

/* private_key_jwt: one place for the keys (RFC 7591 section 2). */
static enum oauth_error
read_keys(struct arena *a, struct json_object *json, struct client_document *out, struct failure *f)
{
	struct json_object *jwks = json_object_member(json, "jwks");
	const char *jwks_uri = json_string(json, "jwks_uri");
	struct uri u;

	if (json_has(json, "jwks") == json_has(json, "jwks_uri"))
		return wrong(f, "the client's metadata document must have jwks or jwks_uri for private_key_jwt");
	if (json_has(json, "jwks") && (jwks == NULL || !client_keys_valid(a, jwks)))
		return wrong(f, "jwks in the client's metadata document holds no public key that can be used, "
		    "or a private one");
	if (json_has(json, "jwks_uri") && (jwks_uri == NULL || !client_id_url_read(a, jwks_uri, &u)))
		return wrong(f, "jwks_uri in the client's metadata document must be an https URL");
	if (jwks != NULL)
		out->jwks = arena_string(a, json_object_to_json_string_ext(jwks, JSON_C_TO_STRING_PLAIN));
	out->jwks_uri = jwks_uri == NULL ? NULL : arena_string(a, jwks_uri);
	out->private_key_jwt = true;
	return OAUTH_OK;
}

static enum oauth_error
read_authentication(struct arena *a, struct json_object *json, struct client_document *out,
    struct failure *f)
{
	const char *method = json_string(json, "token_endpoint_auth_method");

	if (json_has(json, "client_secret") || json_has(json, "client_secret_expires_at"))
		return wrong(f, "the client's metadata document holds a client_secret, which nobody may publish");
	if (!json_has(json, "token_endpoint_auth_method"))
		return OAUTH_OK;
	if (method != NULL && strcmp(method, "none") == 0)
		return OAUTH_OK;
	if (method == NULL || strcmp(method, "private_key_jwt") != 0)
		return wrong(f, "token_endpoint_auth_method in the client's metadata document must be none or "
		    "private_key_jwt");
	return read_keys(a, json, out, f);
}

static bool
same_origin(struct arena *a, const char *one, const char *other)
{
	struct uri x, y;

	return uri_parse(a, one, &x) && uri_parse(a, other, &y) && x.host != NULL && y.host != NULL &&
	    strcmp(uri_origin(a, &x), uri_origin(a, &y)) == 0;
}

enum oauth_error
client_document_read(struct arena *a, struct json_object *json, const char *url,
    const char *const *schemes, struct client_document *out, struct failure *f)
{
	struct client_document d = { 0 };
	const char *client_id = json_string(json, "client_id"), *name = json_string(json, "client_name");

	if (client_id == NULL || strcmp(client_id, url) != 0)
		return wrong(f, "client_id in the client's metadata document is not its own address");
	if (name == NULL || *name == '\0')
		return wrong(f, "the client's metadata document has no client_name");
	TRY(read_authentication(a, json, &d, f));
	TRY(client_metadata_read(a, json, schemes, &d.metadata, f));
	if (d.metadata.client_uri != NULL && !same_origin(a, d.metadata.client_uri, url))
		d.metadata.client_uri = NULL;
	*out = d;
	return OAUTH_OK;
}
