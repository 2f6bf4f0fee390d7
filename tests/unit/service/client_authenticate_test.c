/* SPDX-License-Identifier: MIT */
#include "service/client_authenticate.h"

#include "base/base64url.h"

#include "../protocol/client_signing.h"
#include "fixture.h"

/* SHA-256 of "abc". */
#define ABC	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SECRET_ABC	"secret:" ABC

static struct response rs;
static struct io io;
static char *no_variables[] = { NULL };
static const char *client_id;	/* of the one who was let in last */

/* Two configured clients, one with a secret, one with keys; and a registered one. */
static int
clients_open(void **state)
{
	static const struct config_client secret = { .section = "s", .client_id = "secret", .name = "S",
	    .redirect_uris = { "https://c.example/" }, .secret_sha256 = { ABC } };
	static const struct config_client keys = { .section = "k", .client_id = "keys", .name = "K",
	    .redirect_uris = { "https://c.example/" } };

	if (fixture_open(state) != 0)
		return -1;
	fix.config.client[0] = secret;
	fix.config.client[1] = keys;
	fix.config.clients = 2;
	fix.config.client[1].key_file = path_of("keys.json");
	write_file(path_of("keys.json"), arena_printf(&fix.arena, "{\"keys\":[%s,%s]}",
	    jwk_of(&fix.arena, rsa, ",\"kid\":\"r\""), jwk_of(&fix.arena, p256, ",\"kid\":\"e\"")));
	sql("INSERT INTO client (client_id, client_name, redirect_uris, created_at, expires_at) "
	    "VALUES ('public', '', '[]', 1, 2000000000)");
	io = (struct io){ .envp = no_variables };
	fix.rq.io = &io;
	return 0;
}

static enum oauth_error
authenticate(const struct client_credentials *in)
{
	AUTO(client) struct client c = { 0 };
	enum oauth_error error;

	rs = response_new(&fix.arena);
	error = client_authenticate(&fix.rq, &rs, in, &c);
	client_id = error == OAUTH_OK ? c.client_id : NULL;
	return error;
}

static enum oauth_error
basic(const char *pair, const struct client_credentials *in)
{
	static char header[512];
	static char *envp[] = { header, NULL };
	enum oauth_error error;

	(void)snprintf(header, sizeof header, "HTTP_AUTHORIZATION=Basic %s",
	    base64_encode(&fix.arena, pair, strlen(pair)));
	io.envp = envp;
	error = authenticate(in);
	io.envp = no_variables;
	return error;
}

static const char *
jwt(EVP_PKEY *key, const char *alg, const char *kid, const char *jti)
{
	return sign(&fix.arena, key, alg, arena_printf(&fix.arena, "{\"alg\":\"%s\"%s}", alg, kid),
	    arena_printf(&fix.arena, "{\"iss\":\"keys\",\"sub\":\"keys\",\"aud\":\"" ISSUER "/token\","
	    "\"jti\":\"%s\",\"exp\":%lld}", jti, (long long)fix.rq.now + 300));
}

static enum oauth_error
assertion(const char *token)
{
	return authenticate(&(struct client_credentials){ .client_assertion = token,
	    .client_assertion_type = CLIENT_ASSERTION_TYPE });
}

static void
a66_a_secret_is_taken_from_either_place(UNUSED void **state)
{
	assert_int_equal(basic("secret:abc", &(struct client_credentials){ 0 }), OAUTH_OK);
	assert_string_equal(client_id, "secret");
	assert_int_equal(basic("secret:%61bc", &(struct client_credentials){ .client_id = "secret" }),
	    OAUTH_OK);
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "secret",
	    .client_secret = "abc" }), OAUTH_OK);
}

static void
a66_a_wrong_one_is_refused_with_a_challenge_where_basic_was_tried(UNUSED void **state)
{
	static const char *const pairs[] = { "secret:abd", "secret:", SECRET_ABC, "unknown:abc", "public:abc",
	    "public:", "keys:abc", "nothing" };

	for (size_t i = 0; i < COUNT(pairs); i++) {
		assert_int_equal(basic(pairs[i], &(struct client_credentials){ 0 }), INVALID_CLIENT);
		assert_non_null(strstr(buf_text(&rs.headers), "WWW-Authenticate: Basic realm="));
	}
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "secret",
	    .client_secret = "abd" }), INVALID_CLIENT);
	assert_string_equal(buf_text(&rs.headers), "");
}

static void
no_client_steps_down(UNUSED void **state)
{
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "secret" }), INVALID_CLIENT);
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "keys" }), INVALID_CLIENT);
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "keys",
	    .client_secret = "abc" }), INVALID_CLIENT);
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "secret",
	    .client_assertion_type = CLIENT_ASSERTION_TYPE,
	    .client_assertion = jwt(rsa, "RS256", "", "j") }), INVALID_CLIENT);
}

static void
a_public_client_names_itself_and_brings_nothing(UNUSED void **state)
{
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "public" }), OAUTH_OK);
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "public",
	    .client_secret = "x" }), INVALID_CLIENT);
	assert_int_equal(authenticate(&(struct client_credentials){ 0 }), INVALID_CLIENT);
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "unknown" }),
	    INVALID_CLIENT);
}

static void
rfc6749_s2_3_two_ways_at_once_are_invalid_request(UNUSED void **state)
{
	assert_int_equal(basic("secret:abc", &(struct client_credentials){ .client_secret = "abc" }),
	    INVALID_REQUEST);
	assert_int_equal(basic("secret:abc", &(struct client_credentials){ .client_id = "public" }),
	    INVALID_REQUEST);
	assert_int_equal(basic("keys:abc", &(struct client_credentials){ .client_assertion = "x" }),
	    INVALID_REQUEST);
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "secret",
	    .client_secret = "abc", .client_assertion = "x" }), INVALID_REQUEST);
}

static void
rfc7523_an_assertion_is_signed_by_a_key_of_the_client(UNUSED void **state)
{
	assert_int_equal(assertion(jwt(rsa, "RS256", "", "1")), OAUTH_OK);
	assert_string_equal(client_id, "keys");
	assert_int_equal(assertion(jwt(rsa, "PS256", ",\"kid\":\"r\"", "2")), OAUTH_OK);
	assert_int_equal(assertion(jwt(p256, "ES256", ",\"kid\":\"e\"", "3")), OAUTH_OK);
	assert_int_equal(assertion(jwt(other_rsa, "RS256", "", "4")), INVALID_CLIENT);
	assert_int_equal(assertion(jwt(rsa, "RS256", ",\"kid\":\"e\"", "5")), INVALID_CLIENT);
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = "secret",
	    .client_assertion_type = CLIENT_ASSERTION_TYPE,
	    .client_assertion = jwt(rsa, "RS256", "", "6") }), INVALID_CLIENT);
	assert_int_equal(authenticate(&(struct client_credentials){
	    .client_assertion = jwt(rsa, "RS256", "", "7") }), INVALID_CLIENT);
}

static void
rfc7523_s3_an_assertion_is_good_once(UNUSED void **state)
{
	const char *token = jwt(rsa, "RS256", "", "once");

	assert_int_equal(assertion(jwt(other_rsa, "RS256", "", "once")), INVALID_CLIENT);
	assert_int_equal(assertion(token), OAUTH_OK);
	assert_int_equal(assertion(token), INVALID_CLIENT);
	assert_int_equal(assertion(jwt(p256, "ES256", "", "once")), INVALID_CLIENT);
	assert_true(sql_number("SELECT expires_at FROM client_assertion") > START + 360);
	assert_int_equal(sql_number("SELECT count(*) FROM client_assertion"), 1);
}

/* A client that sends nonsense with each good assertion makes nobody sweep, and yet fills no table. */
static void
assertions_that_are_over_go_with_those_that_are_written(UNUSED void **state)
{
	sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO client_assertion "
	    "(jti_hash, expires_at) SELECT CAST(printf('%032d', i) AS BLOB), 1800000000 + (i > 19) FROM n");
	assert_int_equal(sql_number("SELECT count(*) FROM client_assertion"), 20);
	for (int i = 0; i < 3; i++)
		assert_int_equal(assertion(jwt(p256, "ES256", "", arena_printf(&fix.arena, "%d", i))), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM client_assertion"), 1 + 3);
}

static void
a_pem_is_a_key_too(UNUSED void **state)
{
	write_file(path_of("keys.json"), pem_of(&fix.arena, p256));
	assert_int_equal(assertion(jwt(p256, "ES256", ",\"kid\":\"any\"", "1")), OAUTH_OK);
	assert_int_equal(assertion(jwt(rsa, "RS256", "", "2")), INVALID_CLIENT);
}

static void
keys_that_cannot_be_read_are_our_fault(UNUSED void **state)
{
	write_file(path_of("keys.json"), "{}");
	assert_int_equal(assertion(jwt(rsa, "RS256", "", "1")), SERVER_ERROR);
	assert_int_equal(unlink(path_of("keys.json")), 0);
	assert_int_equal(assertion(jwt(rsa, "RS256", "", "2")), SERVER_ERROR);
	assert_non_null(strstr(fix.rq.failure.reason, "key_file"));
}

static void
a48_the_keys_of_a_metadata_document_count_the_same(UNUSED void **state)
{
	const char *url = "https://c.example/c.json", *token;

	sql(arena_printf(&fix.arena, "INSERT INTO client (client_id, client_name, redirect_uris, created_at, "
	    "expires_at, fetched_at, fresh_until, jwks) VALUES ('%s', '', '[]', 1, 2000000000, 1, 1, "
	    "'{\"keys\":[%s]}')", url, jwk_of(&fix.arena, p256, "")));
	assert_int_equal(authenticate(&(struct client_credentials){ .client_id = url }), INVALID_CLIENT);
	token = sign(&fix.arena, p256, "ES256", "{\"alg\":\"ES256\"}", arena_printf(&fix.arena,
	    "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"" ISSUER "\",\"jti\":\"1\",\"exp\":1800000300}", url,
	    url));
	assert_int_equal(assertion(token), OAUTH_OK);
	assert_string_equal(client_id, url);
	fix.config.metadata_domains[0] = "other.example";
	assert_int_equal(assertion(token), INVALID_CLIENT);
}

static int
open_keys(void **state)
{
	return make_keys(state);
}

static int
close_keys(UNUSED void **state)
{
	free_keys();
	return 0;
}

#define KNOWN(test)	cmocka_unit_test_setup_teardown(test, clients_open, fixture_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KNOWN(a66_a_secret_is_taken_from_either_place),
		KNOWN(a66_a_wrong_one_is_refused_with_a_challenge_where_basic_was_tried),
		KNOWN(no_client_steps_down),
		KNOWN(a_public_client_names_itself_and_brings_nothing),
		KNOWN(rfc6749_s2_3_two_ways_at_once_are_invalid_request),
		KNOWN(rfc7523_an_assertion_is_signed_by_a_key_of_the_client),
		KNOWN(rfc7523_s3_an_assertion_is_good_once),
		KNOWN(assertions_that_are_over_go_with_those_that_are_written),
		KNOWN(a_pem_is_a_key_too),
		KNOWN(keys_that_cannot_be_read_are_our_fault),
		KNOWN(a48_the_keys_of_a_metadata_document_count_the_same),
	};

	return RUN(tests, open_keys, close_keys);
}
