/* SPDX-License-Identifier: MIT */
#include "service/client_resolve.h"

#include "publishing.h"

#define HOUR	3600

static const char *name;	/* of the client that was found last */

static enum oauth_error
resolve_id(const char *client_id)
{
	AUTO(client) struct client c = { 0 };
	enum oauth_error error;

	fix.rq.failure = (struct failure){ 0 };
	error = client_resolve(&fix.rq, client_id, &c);
	name = error == OAUTH_OK ? c.client_name : NULL;
	if (error == OAUTH_OK && client_id[0] == 'h')
		assert_string_equal(c.host, "client.example");
	return error;
}

static enum oauth_error
resolve(void)
{
	return resolve_id(URL);
}

static void
a46_a_document_is_fetched_and_kept(UNUSED void **state)
{
	AUTO(client) struct client c = { 0 };

	assert_int_equal(client_find(&fix.rq, URL, &c), INVALID_CLIENT);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_string_equal(name, "A client");
	assert_int_equal(client_find(&fix.rq, URL, &c), OAUTH_OK);
	assert_true(client_allows(&fix.rq, &c, "https://client.example/cb"));
	assert_false(client_allows(&fix.rq, &c, "https://client.example/other"));
	assert_string_equal(c.host, "client.example");
	assert_false(c.used);
	assert_int_equal(calls, 1);
}

static void
a45_nothing_is_asked_for_an_id_that_is_not_taken(UNUSED void **state)
{
	static const char *const ids[] = { "https://client.example", "https://client.example:22/c",
	    "https://client.example/../c", "HTTPS://client.example/c", ISSUER "/c", "http://client.example/c",
	    "unknown" };

	for (size_t i = 0; i < COUNT(ids); i++)
		assert_int_equal(resolve_id(ids[i]), INVALID_CLIENT);
	fix.config.metadata_domains[0] = "other.example";
	assert_int_equal(resolve(), INVALID_CLIENT);
	fix.config.metadata_domains[0] = NULL;
	fix.config.registration[0] = "dynamic";
	fix.config.registration[1] = NULL;
	assert_int_equal(resolve(), INVALID_CLIENT);
	assert_int_equal(calls, 0);
}

static void
a50_it_is_asked_for_again_when_it_is_no_longer_fresh(UNUSED void **state)
{
	assert_int_equal(resolve(), OAUTH_OK);
	publish("Renamed", "");
	at(HOUR - 1);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_string_equal(name, "A client");
	assert_int_equal(calls, 1);
	at(HOUR);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_string_equal(name, "Renamed");
	assert_int_equal(calls, 2);
}

static void
a50_what_is_unchanged_stays(UNUSED void **state)
{
	say.answer.etag = "\"e\"";
	assert_int_equal(resolve(), OAUTH_OK);
	say.answer = (struct http_answer){ .status = 304, .body = "", .cache_control = "max-age=100" };
	at(HOUR);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_string_equal(asked.header[1], "If-None-Match: \"e\"");
	assert_string_equal(name, "A client");
	at(HOUR + 99);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_int_equal(calls, 2);
	at(HOUR + 100);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_int_equal(calls, 3);
}

static void
a50_an_error_is_not_kept(UNUSED void **state)
{
	const char *good = say.answer.body;

	say.answer.status = 404;
	assert_int_equal(resolve(), INVALID_CLIENT_METADATA);
	say.answer.status = 200;
	say.answer.body = "{}";
	assert_int_equal(resolve(), INVALID_CLIENT_METADATA);
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 0);
	say.answer.body = good;
	assert_int_equal(resolve(), OAUTH_OK);
	assert_int_equal(calls, 3);
}

static void
who_cannot_be_reached_is_left_alone_for_some_seconds(UNUSED void **state)
{
	say.outcome = HTTP_TIMED_OUT;
	assert_int_equal(resolve(), INVALID_CLIENT_METADATA);
	assert_int_equal(resolve(), INVALID_CLIENT_METADATA);
	assert_int_equal(calls, 1);
	say.outcome = HTTP_ANSWERED;
	at(5);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_int_equal(calls, 2);
}

static void
what_is_known_serves_for_a_while_when_its_server_is_down(UNUSED void **state)
{
	int64_t stale = fix.config.limits.document_stale;

	assert_int_equal(resolve(), OAUTH_OK);
	client_keep(&fix.rq, URL);
	say.outcome = HTTP_UNREACHABLE;
	at(HOUR);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_int_equal(fix.rq.failure.error, OAUTH_OK);
	at(HOUR + stale - 1);
	assert_int_equal(resolve(), OAUTH_OK);
	at(HOUR + stale);
	assert_int_equal(resolve(), INVALID_CLIENT_METADATA);
	say = (struct saying){ .answer = { .status = 503, .body = "" } };
	at(HOUR + stale + 10);
	assert_int_equal(resolve(), INVALID_CLIENT_METADATA);
}

static void
what_was_withdrawn_serves_no_longer(UNUSED void **state)
{
	assert_int_equal(resolve(), OAUTH_OK);
	say.answer.status = 410;
	at(HOUR);
	assert_int_equal(resolve(), INVALID_CLIENT_METADATA);
}

static void
keys_from_elsewhere_are_kept_with_it(UNUSED void **state)
{
	AUTO(client) struct client c = { 0 };

	publish("Signs", ",\"token_endpoint_auth_method\":\"private_key_jwt\","
	    "\"jwks_uri\":\"https://client.example/keys\"");
	assert_int_equal(resolve(), INVALID_CLIENT_METADATA);
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 0);
	keys_say = (struct saying){ .answer = { .status = 200, .content_type = "application/json",
	    .body = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
	    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}" } };
	at(10);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_int_equal(client_find(&fix.rq, URL, &c), OAUTH_OK);
	assert_non_null(strstr(c.jwks, "f83OJ3D2"));
}

static void
documents_have_a_limit_and_the_unused_make_room(UNUSED void **state)
{
	fix.config.limits.documents = 2;
	sql("INSERT INTO client (client_id, client_name, redirect_uris, created_at, expires_at, fetched_at, "
	    "fresh_until, used_at) VALUES ('https://a.example/', '', '[]', 1, 2000000000, 1, 1, 1), "
	    "('https://b.example/', '', '[]', 1, 2000000000, 1, 1, NULL), "
	    "('dynamic', '', '[]', 1, 2000000000, NULL, NULL, NULL)");
	assert_int_equal(resolve(), OAUTH_OK);
	assert_int_equal(sql_number("SELECT count(*) FROM client WHERE client_id = 'https://b.example/'"), 0);
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 3);
	sql("UPDATE client SET used_at = 1");
	sql("DELETE FROM client WHERE client_id = '" URL "'");
	sql("INSERT INTO client (client_id, client_name, redirect_uris, created_at, expires_at, fetched_at, "
	    "fresh_until, used_at) VALUES ('https://b.example/', '', '[]', 1, 2000000000, 1, 1, 1)");
	assert_int_equal(resolve(), TEMPORARILY_UNAVAILABLE);
	assert_string_equal(fix.rq.failure.reason, "limits.documents is reached");
}

static void
one_that_nobody_signs_in_through_runs_out(UNUSED void **state)
{
	AUTO(client) struct client c = { 0 }, used = { 0 };
	int64_t never = fix.config.limits.client_never_used;

	assert_int_equal(resolve(), OAUTH_OK);
	at(HOUR + never);
	assert_int_equal(client_find(&fix.rq, URL, &c), INVALID_CLIENT);
	assert_int_equal(resolve(), OAUTH_OK);
	client_keep(&fix.rq, URL);
	at(2 * (HOUR + never));
	assert_int_equal(client_find(&fix.rq, URL, &used), OAUTH_OK);
	assert_true(used.used);
}

/* Another process has it, and lands while we wait. */
static void
lands(void)
{
	sql("INSERT INTO client (client_id, client_name, redirect_uris, created_at, expires_at, fetched_at, "
	    "fresh_until) VALUES ('" URL "', 'Theirs', '[]', 1, 2000000000, 1800000000, 1800001000) "
	    "ON CONFLICT DO NOTHING");
}

static void
one_request_fetches_for_all(UNUSED void **state)
{
	uint8_t hash[SHA256_SIZE];
	const char *flight = "client document " URL, *hex = "";

	sha256(flight, strlen(flight), hash);
	for (size_t i = 0; i < sizeof hash; i++)
		hex = arena_printf(&fix.arena, "%s%02x", hex, hash[i]);
	sql(arena_printf(&fix.arena, "INSERT INTO lease (name_hash, owner, expires_at) VALUES "
	    "(x'%s', x'00', 1800000500)", hex));
	calls = 0;
	assert_int_equal(resolve(), TEMPORARILY_UNAVAILABLE);
	fix.asleep = lands;
	assert_int_equal(resolve(), OAUTH_OK);
	assert_string_equal(name, "Theirs");
	assert_int_equal(calls, 0);
}

/* What somebody is told who asks for another client, or the same, meanwhile. */
static const char *second_id;
static enum oauth_error second;

static void
somebody_asks(void)
{
	AUTO(client) struct client c = { 0 };
	struct request other = fix.rq;

	other.failure = (struct failure){ 0 };
	second = client_resolve(&other, second_id, &c);
}

/* The one document of `say` is not that of the second client: it is refused once it is read. */
static enum oauth_error
second_of(int64_t workers)
{
	fix.config.workers = workers;
	sql("DELETE FROM client");
	second_id = "https://client.example/other.json";
	meanwhile = somebody_asks;
	assert_int_equal(resolve(), OAUTH_OK);
	return second;
}

static void
some_workers_never_wait_for_a_document(UNUSED void **state)
{
	static const int64_t few[] = { 1, 2 }, enough[] = { 3, 4, 8 };

	for (size_t i = 0; i < COUNT(few); i++) {
		assert_int_equal(second_of(few[i]), TEMPORARILY_UNAVAILABLE);
		assert_int_equal(calls, (int)i + 1);
	}
	for (size_t i = 0; i < COUNT(enough); i++)
		assert_int_equal(second_of(enough[i]), INVALID_CLIENT_METADATA);
	say.answer.status = 404;
	at(HOUR);
	assert_int_equal(resolve(), INVALID_CLIENT_METADATA);
	say.answer.status = 200;
	assert_int_equal(second_of(1), TEMPORARILY_UNAVAILABLE);
	fix.config.workers = 1;
	meanwhile = somebody_asks;
	second_id = URL;
	at(2 * HOUR);
	assert_int_equal(resolve(), OAUTH_OK);
	assert_int_equal(second, OAUTH_OK);	/* what is known of it serves */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PUBLISHED(a46_a_document_is_fetched_and_kept),
		PUBLISHED(a45_nothing_is_asked_for_an_id_that_is_not_taken),
		PUBLISHED(a50_it_is_asked_for_again_when_it_is_no_longer_fresh),
		PUBLISHED(a50_what_is_unchanged_stays),
		PUBLISHED(a50_an_error_is_not_kept),
		PUBLISHED(who_cannot_be_reached_is_left_alone_for_some_seconds),
		PUBLISHED(what_is_known_serves_for_a_while_when_its_server_is_down),
		PUBLISHED(what_was_withdrawn_serves_no_longer),
		PUBLISHED(keys_from_elsewhere_are_kept_with_it),
		PUBLISHED(documents_have_a_limit_and_the_unused_make_room),
		PUBLISHED(one_that_nobody_signs_in_through_runs_out),
		PUBLISHED(one_request_fetches_for_all),
		PUBLISHED(some_workers_never_wait_for_a_document),
	};

	return RUN(tests, NULL, NULL);
}
