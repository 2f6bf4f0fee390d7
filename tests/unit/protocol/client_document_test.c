/* SPDX-License-Identifier: MIT */
#include "protocol/client_document.h"

#include "arena_group.h"

#define URL	"https://client.example/c.json"
#define ID	"\"client_id\":\"" URL "\""
#define NAME	"\"client_name\":\"A client\""
#define URIS	"\"redirect_uris\":[\"http://127.0.0.1/cb\",\"https://client.example/cb\"]"
#define ALL	ID "," NAME "," URIS
#define KEY	"{\"kty\":\"EC\",\"crv\":\"P-256\"," \
	    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
	    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"%s}"	/* RFC 7515 appendix A.3 */

static struct client_document d;
static struct failure f;

static enum oauth_error
document(const char *members)
{
	const char *text = arena_printf(&a, "{%s}", members);
	AUTO(json) struct json_object *json = json_parse(&a, text, strlen(text));

	assert_non_null(json);
	memset(&d, 0, sizeof d);
	return client_document_read(&a, json, URL, NULL, &d, &f);
}

static enum oauth_error
with_keys(const char *members)
{
	return document(arena_printf(&a, ALL ",\"token_endpoint_auth_method\":\"private_key_jwt\"%s", members));
}

static void
a47_a_document_with_its_own_address_is_read(UNUSED void **state)
{
	assert_int_equal(document(ALL ",\"token_endpoint_auth_method\":\"none\",\"scope\":\"x\""), OAUTH_OK);
	assert_string_equal(d.metadata.client_name, "A client");
	assert_int_equal(d.metadata.redirect_uris, 2);
	assert_false(d.private_key_jwt);
	assert_int_equal(document(ALL), OAUTH_OK);
}

static void
a47_client_id_is_the_address_byte_for_byte(UNUSED void **state)
{
	static const char *const ids[] = { "\"" URL "/\"", "\"https://CLIENT.example/c.json\"",
	    "\"https://client.example:443/c.json\"", "\"https://client.example/%63.json\"", "\"\"", "7",
	    "[\"" URL "\"]", "null" };

	for (size_t i = 0; i < COUNT(ids); i++)
		assert_int_equal(document(arena_printf(&a, "\"client_id\":%s," NAME "," URIS, ids[i])),
		    INVALID_CLIENT_METADATA);
	assert_int_equal(document(NAME "," URIS), INVALID_CLIENT_METADATA);
}

static void
a47_name_and_redirect_uris_must_be_there(UNUSED void **state)
{
	assert_int_equal(document(ID "," URIS), INVALID_CLIENT_METADATA);
	assert_int_equal(document(ID "," URIS ",\"client_name\":\"\""), INVALID_CLIENT_METADATA);
	assert_int_equal(document(ID "," NAME), INVALID_REDIRECT_URI);
	assert_int_equal(document(ID "," NAME ",\"redirect_uris\":[]"), INVALID_REDIRECT_URI);
	assert_int_equal(document(ID "," NAME ",\"redirect_uris\":[\"javascript:alert(1)\"]"),
	    INVALID_REDIRECT_URI);
	assert_int_equal(document(ID "," NAME ",\"redirect_uris\":[\"http://evil.example/\"]"),
	    INVALID_REDIRECT_URI);
}

static void
a48_no_secret_and_no_way_to_authenticate_by_one(UNUSED void **state)
{
	static const char *const methods[] = { "client_secret_basic", "client_secret_post",
	    "client_secret_jwt", "tls_client_auth", "" };

	assert_int_equal(document(ALL ",\"client_secret\":\"s\""), INVALID_CLIENT_METADATA);
	assert_int_equal(document(ALL ",\"client_secret\":null"), INVALID_CLIENT_METADATA);
	assert_int_equal(document(ALL ",\"client_secret_expires_at\":0"), INVALID_CLIENT_METADATA);
	for (size_t i = 0; i < COUNT(methods); i++)
		assert_int_equal(document(arena_printf(&a, ALL ",\"token_endpoint_auth_method\":\"%s\"",
		    methods[i])), INVALID_CLIENT_METADATA);
	assert_int_equal(document(ALL ",\"token_endpoint_auth_method\":7"), INVALID_CLIENT_METADATA);
}

static void
a48_private_key_jwt_needs_keys_at_one_place(UNUSED void **state)
{
	const char *jwks = arena_printf(&a, ",\"jwks\":{\"keys\":[" KEY "]}", "");

	assert_int_equal(with_keys(""), INVALID_CLIENT_METADATA);
	assert_int_equal(with_keys(jwks), OAUTH_OK);
	assert_true(d.private_key_jwt);
	assert_non_null(strstr(d.jwks, "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"));
	assert_null(d.jwks_uri);
	assert_int_equal(with_keys(",\"jwks_uri\":\"https://client.example/k\""), OAUTH_OK);
	assert_string_equal(d.jwks_uri, "https://client.example/k");
	assert_null(d.jwks);
	assert_int_equal(with_keys(arena_printf(&a, "%s,\"jwks_uri\":\"https://client.example/k\"", jwks)),
	    INVALID_CLIENT_METADATA);
	assert_int_equal(with_keys(",\"jwks_uri\":\"http://client.example/k\""), INVALID_CLIENT_METADATA);
	assert_int_equal(with_keys(",\"jwks\":{\"keys\":[]}"), INVALID_CLIENT_METADATA);
	assert_int_equal(with_keys(",\"jwks\":null"), INVALID_CLIENT_METADATA);
	assert_int_equal(with_keys(arena_printf(&a, ",\"jwks\":{\"keys\":[" KEY "]}", ",\"d\":\"AA\"")),
	    INVALID_CLIENT_METADATA);
}

static void
a51b_a_web_site_of_somebody_else_is_left_out(UNUSED void **state)
{
	assert_int_equal(document(ALL ",\"client_uri\":\"https://client.example/about\""), OAUTH_OK);
	assert_string_equal(d.metadata.client_uri, "https://client.example/about");
	assert_int_equal(document(ALL ",\"client_uri\":\"https://famous.example/\""), OAUTH_OK);
	assert_null(d.metadata.client_uri);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a47_a_document_with_its_own_address_is_read),
		cmocka_unit_test(a47_client_id_is_the_address_byte_for_byte),
		cmocka_unit_test(a47_name_and_redirect_uris_must_be_there),
		cmocka_unit_test(a48_no_secret_and_no_way_to_authenticate_by_one),
		cmocka_unit_test(a48_private_key_jwt_needs_keys_at_one_place),
		cmocka_unit_test(a51b_a_web_site_of_somebody_else_is_left_out),
	};

	return RUN(tests, open_arena, close_arena);
}
