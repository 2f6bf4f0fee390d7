/* SPDX-License-Identifier: MIT */
#include "protocol/server_metadata.h"

#include "metadata_expect.h"

#define ISSUER	"https://mcp.example.org/base"

static void
write_document(struct server_metadata m)
{
	struct buf b = buf_new(&a, 8192);

	server_metadata(&b, &m);
	must_be_json(&b);
}

static void
rfc8414_s2_the_required_members_are_there(UNUSED void **state)
{
	write_document((struct server_metadata){ .issuer = ISSUER, .registration = true });
	is("issuer", ISSUER);
	is("authorization_endpoint", ISSUER "/authorize");
	is("token_endpoint", ISSUER "/token");
	is("registration_endpoint", ISSUER "/register");
	is("revocation_endpoint", ISSUER "/revoke");
	lists("response_types_supported", "code");
	lists("response_modes_supported", "query");
	lists("scopes_supported", "mcp:tools offline_access");
}

static void
rfc8414_s2_only_what_oauth_2_1_allows_is_offered(UNUSED void **state)
{
	write_document((struct server_metadata){ .issuer = ISSUER });
	lists("code_challenge_methods_supported", "S256");
	lists("grant_types_supported", "authorization_code refresh_token");
	lists("token_endpoint_auth_methods_supported", "none");
	lists("revocation_endpoint_auth_methods_supported", "none");
}

static void
rfc8414_s2_ways_to_authenticate_are_those_that_some_client_has(UNUSED void **state)
{
	write_document((struct server_metadata){ .issuer = ISSUER, .secrets = true });
	lists("token_endpoint_auth_methods_supported", "none client_secret_basic client_secret_post");
	assert_false(json_has(document, "token_endpoint_auth_signing_alg_values_supported"));
	write_document((struct server_metadata){ .issuer = ISSUER, .keys = true });
	lists("token_endpoint_auth_methods_supported", "none private_key_jwt");
	lists("revocation_endpoint_auth_methods_supported", "none private_key_jwt");
	lists("token_endpoint_auth_signing_alg_values_supported", "RS256 PS256 ES256");
	lists("revocation_endpoint_auth_signing_alg_values_supported", "RS256 PS256 ES256");
}

static void
a44_metadata_documents_are_promised_where_they_are_taken(UNUSED void **state)
{
	struct json_object *promised;

	write_document((struct server_metadata){ .issuer = ISSUER, .documents = true });
	assert_true(json_object_object_get_ex(document, "client_id_metadata_document_supported",
	    &promised));
	assert_true(json_object_get_boolean(promised));
	write_document((struct server_metadata){ .issuer = ISSUER });
	assert_false(json_has(document, "client_id_metadata_document_supported"));
}

static void
rfc9207_s3_iss_is_promised(UNUSED void **state)
{
	struct json_object *promised;

	write_document((struct server_metadata){ .issuer = ISSUER });
	assert_true(json_object_object_get_ex(document,
	    "authorization_response_iss_parameter_supported",
	    &promised));
	assert_true(json_object_get_boolean(promised));
}

static void
what_is_not_served_is_not_named(UNUSED void **state)
{
	write_document((struct server_metadata){ .issuer = ISSUER });
	assert_false(json_has(document, "registration_endpoint"));
	assert_false(json_has(document, "jwks_uri"));
	assert_false(json_has(document, "introspection_endpoint"));
	assert_false(json_has(document, "subject_types_supported"));
}

static void
rfc8414_s2_introspection_is_named_with_how_to_authenticate(UNUSED void **state)
{
	write_document((struct server_metadata){ .issuer = ISSUER, .introspection = true });
	is("introspection_endpoint", ISSUER "/introspect");
	lists("introspection_endpoint_auth_methods_supported", "Bearer");
}

static void
the_openid_form_has_its_three_members(UNUSED void **state)
{
	write_document((struct server_metadata){ .issuer = ISSUER, .openid = true });
	is("jwks_uri", ISSUER SERVER_METADATA_KEYS);
	lists("subject_types_supported", "public");
	lists("id_token_signing_alg_values_supported", "RS256");
	lists("scopes_supported", "mcp:tools offline_access");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc8414_s2_the_required_members_are_there),
		cmocka_unit_test(rfc8414_s2_only_what_oauth_2_1_allows_is_offered),
		cmocka_unit_test(rfc8414_s2_ways_to_authenticate_are_those_that_some_client_has),
		cmocka_unit_test(a44_metadata_documents_are_promised_where_they_are_taken),
		cmocka_unit_test(rfc9207_s3_iss_is_promised),
		cmocka_unit_test(what_is_not_served_is_not_named),
		cmocka_unit_test(rfc8414_s2_introspection_is_named_with_how_to_authenticate),
		cmocka_unit_test(the_openid_form_has_its_three_members),
	};

	return RUN(tests, open_arena, release_document);
}
