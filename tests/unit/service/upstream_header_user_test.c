/* SPDX-License-Identifier: MIT */
/* What an upstream is told of the person: X-Sallyport-*. */
#include "service/upstream_header.h"

#include "base/base64url.h"
#include "base/secret.h"
#include "protocol/json.h"
#include "protocol/jws.h"

#include "planned.h"

#define KEY	"0123456789abcdef0123456789abcdef"

static struct access access_of_person;
static struct person person;

static int
begin(void **state)
{
	(void)plan_open(state);
	access_of_person = (struct access){ .session = {
		.subject = "the-subject", .object_id = "the-oid", .tenant_id = TENANT,
		.client_id = "the-client", .scope = "mcp:tools mail", .expires_at = START + 1000,
	}, .scope = "mcp:tools" };
	person = (struct person){
		.access = &access_of_person, .name = "Ada Lovelace", .entra_token = "never-sent",
		.rights = { .scope = "mcp:tools", .roles = "Reader", .groups = "g" },
	};
	return 0;
}

static enum oauth_error
add(const char *kind)
{
	fix.config.server[0].upstream_user_headers = kind;
	fix.config.server[0].upstream_user_key = path_of("user.key");
	plan.headers = 0;
	return upstream_header_user(&fix.rq, &fix.config.server[0], &person, &plan);
}

static void
switched_off_nothing_is_told(UNUSED void **state)
{
	assert_int_equal(add("off"), OAUTH_OK);
	assert_int_equal(plan.headers, 0);
}

static void
plain_each_has_its_own_header(UNUSED void **state)
{
	assert_int_equal(add("plain"), OAUTH_OK);
	is_planned("X-Sallyport-Subject", "the-subject");
	is_planned("X-Sallyport-Object-Id", "the-oid");
	is_planned("X-Sallyport-Tenant", TENANT);
	is_planned("X-Sallyport-Name", "Ada Lovelace");
	assert_int_equal(plan.headers, 4);
}

static void
a_name_that_is_no_ascii_is_percent_encoded(UNUSED void **state)
{
	static const struct { const char *name, *field;
	} names[] = {
		{ "Zo\xc3\xab Q", "Zo%C3%AB%20Q" },
		{ "100% x", "100%25%20x" },
		{ "a\r\nX: y", "a%0D%0AX%3A%20y" },
		{ "", "" },
		{ "a\x7f", "a%7F" },
		{ "~!@#$^&*()", "~!@#$^&*()" },
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		person.name = names[i].name;
		assert_int_equal(add("plain"), OAUTH_OK);
		is_planned("X-Sallyport-Name", names[i].field);
	}
}

/* The claims of the signed header, whose signature and header must be right. */
static struct json_object *
claims(void)
{
	const char *token = planned("X-Sallyport-User");
	struct hmac *hmac = hmac_new(KEY, sizeof KEY - 1);
	struct json_object *json;
	struct jws jws;

	assert_non_null(token);
	assert_true(jws_split(&fix.arena, token, &jws));
	assert_string_equal((const char *)jws.header.data, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
	assert_string_equal(jws_sign_hs256(&fix.arena, hmac, (const char *)jws.header.data,
	    (const char *)jws.payload.data), token);
	hmac_free(hmac);
	json = json_parse(&fix.arena, (const char *)jws.payload.data, jws.payload.len);
	assert_non_null(json);
	return json;
}

static void
signed_all_is_one_token_for_this_upstream_and_a_minute(UNUSED void **state)
{
	AUTO(json) struct json_object *json = NULL;
	int64_t n = 0;

	write_file(path_of("user.key"), KEY "\n");
	assert_int_equal(add("signed"), OAUTH_OK);
	assert_int_equal(plan.headers, 1);
	json = claims();
	assert_string_equal(json_string(json, "iss"), ISSUER);
	assert_string_equal(json_string(json, "aud"), RESOURCE);
	assert_string_equal(json_string(json, "sub"), "the-subject");
	assert_string_equal(json_string(json, "oid"), "the-oid");
	assert_string_equal(json_string(json, "tid"), TENANT);
	assert_string_equal(json_string(json, "name"), "Ada Lovelace");
	assert_string_equal(json_string(json, "client_id"), "the-client");
	assert_string_equal(json_string(json, "scope"), "mcp:tools");
	assert_true(json_int(json, "iat", &n));
	assert_int_equal(n, START);
	assert_true(json_int(json, "exp", &n));
	assert_int_equal(n, START + UPSTREAM_USER_LIFE);
	assert_null(strstr(plan.header[0], "never-sent"));
}

static void
signed_no_two_tokens_are_the_same(UNUSED void **state)
{
	AUTO(json) struct json_object *first = NULL, *second = NULL;

	write_file(path_of("user.key"), KEY);
	assert_int_equal(add("signed"), OAUTH_OK);
	first = claims();
	assert_int_equal(add("signed"), OAUTH_OK);
	second = claims();
	assert_true(strlen(json_string(first, "jti")) >= 20);
	assert_string_not_equal(json_string(first, "jti"), json_string(second, "jti"));
}

static void
signed_a_name_of_any_characters_is_one_claim(UNUSED void **state)
{
	AUTO(json) struct json_object *json = NULL;

	write_file(path_of("user.key"), KEY);
	person.name = "Zo\xc3\xab \"}\\\r\n,\"sub\":\"x\"";
	assert_int_equal(add("signed"), OAUTH_OK);
	json = claims();
	assert_string_equal(json_string(json, "name"), person.name);
	assert_string_equal(json_string(json, "sub"), "the-subject");
}

static void
signed_a_key_that_is_missing_or_short_is_our_fault(UNUSED void **state)
{
	static const char *const keys[] = { NULL, "", "\n", "0123456789abcdef0123456789abcde\n" };

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (keys[i] != NULL)
			write_file(path_of("user.key"), keys[i]);
		assert_int_equal(add("signed"), SERVER_ERROR);
		assert_non_null(strstr(fix.rq.failure.reason, "upstream_user_key"));
		assert_int_equal(plan.headers, 0);
	}
}

static void
without_room_for_them_the_request_is_refused(UNUSED void **state)
{
	static const char *const kinds[] = { "plain", "signed" };

	write_file(path_of("user.key"), KEY);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		fix.config.server[0].upstream_user_headers = kinds[i];
		fix.config.server[0].upstream_user_key = path_of("user.key");
		plan.headers = RELAY_HEADERS_MAX;
		assert_int_equal(
		    upstream_header_user(&fix.rq, &fix.config.server[0], &person, &plan),
		    INVALID_REQUEST);
	}
}

#define PERSON_CASE(test)	cmocka_unit_test_setup_teardown(test, begin, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PERSON_CASE(switched_off_nothing_is_told),
		PERSON_CASE(plain_each_has_its_own_header),
		PERSON_CASE(a_name_that_is_no_ascii_is_percent_encoded),
		PERSON_CASE(signed_all_is_one_token_for_this_upstream_and_a_minute),
		PERSON_CASE(signed_no_two_tokens_are_the_same),
		PERSON_CASE(signed_a_name_of_any_characters_is_one_claim),
		PERSON_CASE(signed_a_key_that_is_missing_or_short_is_our_fault),
		PERSON_CASE(without_room_for_them_the_request_is_refused),
	};

	return RUN(tests, NULL, NULL);
}
