/* SPDX-License-Identifier: MIT */
#include "protocol/server_metadata.h"

#include "protocol/scope.h"

static void
url_member(struct buf *b, const char *name, const char *issuer, const char *path)
{
	buf_member(b, name, arena_printf(b->arena, "%s%s", issuer, path));
}

/* RFC 8414 section 2; "none" is for public clients. */
static void
authentication(struct buf *b, const struct server_metadata *m, const char *endpoint)
{
	buf_lit(b, ",\"");
	buf_lit(b, endpoint);
	buf_lit(b, "_endpoint_auth_methods_supported\":[\"none\"");
	if (m->secrets)
		buf_lit(b, ",\"client_secret_basic\",\"client_secret_post\"");
	if (m->keys)
		buf_lit(b, ",\"private_key_jwt\"");
	buf_lit(b, "]");
	if (m->keys) {
		buf_lit(b, ",\"");
		buf_lit(b, endpoint);
		buf_lit(b, "_endpoint_auth_signing_alg_values_supported\":[\"RS256\",\"PS256\",\"ES256\"]");
	}
}

void
server_metadata(struct buf *b, const struct server_metadata *m)
{
	buf_member(b, "issuer", m->issuer);
	url_member(b, "authorization_endpoint", m->issuer, "/authorize");
	url_member(b, "token_endpoint", m->issuer, "/token");
	url_member(b, "revocation_endpoint", m->issuer, "/revoke");
	if (m->registration)
		url_member(b, "registration_endpoint", m->issuer, "/register");
	if (m->introspection) {
		url_member(b, "introspection_endpoint", m->issuer, "/introspect");
		buf_lit(b, ",\"introspection_endpoint_auth_methods_supported\":[\"Bearer\"]");
	}
	buf_lit(b, ",\"scopes_supported\":[\"" SCOPE_TOOLS "\",\"" SCOPE_OFFLINE "\"]"
	    ",\"response_types_supported\":[\"code\"]"
	    ",\"response_modes_supported\":[\"query\"]"
	    ",\"grant_types_supported\":[\"authorization_code\",\"refresh_token\"]"
	    ",\"code_challenge_methods_supported\":[\"S256\"]"
	    ",\"authorization_response_iss_parameter_supported\":true");
	authentication(b, m, "token");
	authentication(b, m, "revocation");
	if (m->documents)
		buf_lit(b, ",\"client_id_metadata_document_supported\":true");
	if (m->openid) {
		url_member(b, "jwks_uri", m->issuer, SERVER_METADATA_KEYS);
		buf_lit(b, ",\"subject_types_supported\":[\"public\"]"
		    ",\"id_token_signing_alg_values_supported\":[\"RS256\"]");
	}
	buf_lit(b, "}");
}
