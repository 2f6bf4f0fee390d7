/* SPDX-License-Identifier: MIT */
#include "protocol/client_metadata.h"

#include "metadata_expect.h"

#define URIS	"\"redirect_uris\":[\"https://client.example/cb\"]"

static struct client_metadata m;
static struct failure failure;

static enum oauth_error
read_client(const char *text)
{
	static const char *const schemes[] = { "com.example.app", NULL };
	AUTO(json) struct json_object *json = json_parse(&a, text, strlen(text));

	assert_non_null(json);
	m = (struct client_metadata){ .client_name = "untouched" };
	failure = (struct failure){ 0 };
	return client_metadata_read(&a, json, schemes, &m, &failure);
}

static void
rfc7591_s2_the_metadata_is_read(UNUSED void **state)
{
	assert_int_equal(read_client("{\"redirect_uris\":["
	    "\"http://127.0.0.1/cb\",\"com.example.app:/cb\"],"
	    "\"client_name\":\"A\xc3\xb6\",\"client_uri\":\"https://client.example\","
	    "\"application_type\":\"native\","
	    "\"grant_types\":[\"refresh_token\",\"authorization_code\"],"
	    "\"response_types\":[\"code\"],"
	    "\"token_endpoint_auth_method\":\"client_secret_basic\"}"), OAUTH_OK);
	assert_string_equal(m.client_name, "A\xc3\xb6");
	assert_string_equal(m.client_uri, "https://client.example");
	assert_string_equal(m.application_type, "native");
	assert_int_equal(m.redirect_uris, 2);
	assert_string_equal(m.redirect_uri[0], "http://127.0.0.1/cb");
	assert_string_equal(m.redirect_uri[1], "com.example.app:/cb");
}

static void
rfc7591_s2_everything_but_redirect_uris_may_be_absent(UNUSED void **state)
{
	assert_int_equal(read_client("{" URIS ",\"software_id\":7,\"jwks\":{}}"), OAUTH_OK);
	assert_string_equal(m.client_name, "");
	assert_null(m.client_uri);
	assert_null(m.application_type);
	assert_int_equal(read_client("{" URIS ",\"client_name\":\"\",\"client_uri\":\"\"}"),
	    OAUTH_OK);
	assert_string_equal(m.client_name, "");
	assert_null(m.client_uri);
}

static void
rfc7591_s3_2_2_wrong_redirect_uris_are_named_so(UNUSED void **state)
{
	static const char *const bad[] = {
		"{}", "{\"redirect_uris\":[]}", "{\"redirect_uris\":\"https://a/\"}",
		"{\"redirect_uris\":null}", "{\"redirect_uris\":{}}", "{\"redirect_uris\":[null]}",
		"{\"redirect_uris\":[1]}", "{\"redirect_uris\":[[\"https://a/\"]]}",
		"{\"redirect_uris\":[\"\"]}", "{\"redirect_uris\":[\"https://a/\",\"http://a/\"]}",
		"{\"redirect_uris\":[\"javascript:1\"]}", "{\"redirect_uris\":[\"https://a/#\"]}",
		"{\"redirect_uris\":[\"https://a/\",\"//a\"]}",
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(read_client(bad[i]), INVALID_REDIRECT_URI);
		assert_string_equal(m.client_name, "untouched");
	}
}

static void
redirect_uris_have_a_limit(UNUSED void **state)
{
	const char *list = "\"https://a/0\"";

	for (int i = 1; i < CLIENT_REDIRECT_URIS_MAX; i++)
		list = arena_printf(&a, "%s,\"https://a/%d\"", list, i);
	assert_int_equal(read_client(arena_printf(&a, "{\"redirect_uris\":[%s]}", list)), OAUTH_OK);
	assert_int_equal(m.redirect_uris, CLIENT_REDIRECT_URIS_MAX);
	assert_int_equal(read_client(arena_printf(&a, "{\"redirect_uris\":[%s,\"https://a/x\"]}",
	    list)),
	    INVALID_REDIRECT_URI);
}

static void
rfc7591_s3_2_2_other_wrong_members_are_invalid_client_metadata(UNUSED void **state)
{
	static const char *const bad[] = {
		"\"client_name\":7", "\"client_name\":[]", "\"client_name\":\"a\\nb\"",
		"\"client_name\":\"a\\u001bb\"", "\"client_uri\":7",
		"\"client_uri\":\"javascript:alert(1)\"", "\"client_uri\":\"ftp://a/\"",
		"\"client_uri\":\"not a uri\"", "\"client_uri\":\"https:x\"",
		"\"application_type\":\"service\"", "\"application_type\":1",
		"\"application_type\":\"Native\"", "\"grant_types\":[]",
		"\"grant_types\":[\"implicit\"]", "\"grant_types\":\"authorization_code\"",
		"\"grant_types\":[1]", "\"grant_types\":[\"client_credentials\",\"refresh_token\"]",
		"\"response_types\":[\"token\"]", "\"response_types\":[\"code token\"]",
		"\"response_types\":{}",
	};

	for (size_t i = 0; i < COUNT(bad); i++)
		if (read_client(arena_printf(&a, "{" URIS ",%s}",
		    bad[i])) != INVALID_CLIENT_METADATA)
			fail_msg("%s is accepted", bad[i]);
}

static void
names_have_a_limit(UNUSED void **state)
{
	assert_int_equal(read_client(arena_printf(&a, "{" URIS ",\"client_name\":\"%s\"}",
	    many('n', CLIENT_NAME_MAX))), OAUTH_OK);
	assert_int_equal(read_client(arena_printf(&a, "{" URIS ",\"client_name\":\"%s\"}",
	    many('n', CLIENT_NAME_MAX + 1))), INVALID_CLIENT_METADATA);
	assert_int_equal(read_client(arena_printf(&a, "{" URIS ",\"client_uri\":\"https://a/%s\"}",
	    many('u', CLIENT_URI_MAX))), INVALID_CLIENT_METADATA);
}

static void
rfc7591_s3_2_1_the_response_tells_what_was_registered(UNUSED void **state)
{
	struct buf b = buf_new(&a, 8192);

	assert_int_equal(read_client("{" URIS ",\"client_name\":\"\\\"</script>\","
	    "\"token_endpoint_auth_method\":\"client_secret_post\",\"client_secret\":\"mine\"}"),
	    OAUTH_OK);
	client_metadata_response(&b, "an-id", 1800000000, &m);
	must_be_json(&b);
	is("client_id", "an-id");
	is("client_name", "\"</script>");
	is("token_endpoint_auth_method", "none");
	lists("redirect_uris", "https://client.example/cb");
	lists("grant_types", "authorization_code refresh_token");
	lists("response_types", "code");
	assert_false(json_has(document, "client_secret"));
	assert_false(json_has(document, "client_uri"));
	assert_int_equal(json_object_object_length(document), 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc7591_s2_the_metadata_is_read),
		cmocka_unit_test(rfc7591_s2_everything_but_redirect_uris_may_be_absent),
		cmocka_unit_test(rfc7591_s3_2_2_wrong_redirect_uris_are_named_so),
		cmocka_unit_test(redirect_uris_have_a_limit),
		cmocka_unit_test(rfc7591_s3_2_2_other_wrong_members_are_invalid_client_metadata),
		cmocka_unit_test(names_have_a_limit),
		cmocka_unit_test(rfc7591_s3_2_1_the_response_tells_what_was_registered),
	};

	return RUN(tests, open_arena, release_document);
}
