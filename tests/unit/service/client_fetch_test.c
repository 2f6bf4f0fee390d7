/* SPDX-License-Identifier: MIT */
#include "service/client_fetch.h"

#include <arpa/inet.h>

#include "publishing.h"

static struct client_published p;

static enum client_fetched
fetch(const char *etag)
{
	memset(&p, 0, sizeof p);
	fix.rq.failure = (struct failure){ 0 };
	return client_fetch(&fix.rq, URL, etag, &p);
}

static bool
may_connect(const char *address)
{
	union { struct sockaddr any; struct sockaddr_in in; struct sockaddr_in6 in6; } sa;

	memset(&sa, 0, sizeof sa);
	sa.any.sa_family = strchr(address, ':') == NULL ? AF_INET : AF_INET6;
	assert_int_equal(inet_pton(sa.any.sa_family, address, sa.any.sa_family == AF_INET ?
	    (void *)&sa.in.sin_addr : (void *)&sa.in6.sin6_addr), 1);
	return client_may_connect(&fix.config, &sa.any);
}

static void
a51_the_public_internet_alone_is_asked(UNUSED void **state)
{
	const struct sockaddr local = { .sa_family = AF_UNIX };

	assert_true(may_connect("8.8.8.8"));
	assert_true(may_connect("2606:4700::1111"));
	assert_false(may_connect("127.0.0.1"));
	assert_false(may_connect("169.254.169.254"));
	assert_false(may_connect("::ffff:8.8.8.8"));
	assert_false(client_may_connect(&fix.config, &local));
	fix.config.metadata_networks[0] = "10.20.0.0/16";
	assert_true(may_connect("10.20.1.2"));
	assert_false(may_connect("10.21.1.2"));
	assert_false(may_connect("127.0.0.1"));
	assert_false(may_connect("::ffff:10.20.1.2"));
}

static void
a46_a_document_is_asked_for_with_every_guard(UNUSED void **state)
{
	assert_int_equal(fetch(NULL), CLIENT_FETCHED);
	assert_string_equal(p.document.metadata.client_name, "A client");
	assert_string_equal(asked.url, URL);
	assert_ptr_equal(asked.may_connect, client_may_connect);
	assert_int_equal(asked.most, CLIENT_DOCUMENT_MAX);
	assert_int_equal(asked.timeout, fix.config.limits.document_timeout);
	assert_null(asked.form);
	assert_null(asked.header[1]);
}

static void
a46_any_other_status_is_an_error(UNUSED void **state)
{
	static const int statuses[] = { 201, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 404, 410, 429 };

	for (size_t i = 0; i < COUNT(statuses); i++) {
		say.answer.status = statuses[i];
		assert_int_equal(fetch(NULL), CLIENT_REFUSED);
		assert_int_equal(fix.rq.failure.error, INVALID_CLIENT_METADATA);
	}
	for (int status = 500; status <= 504; status++) {
		say.answer.status = status;
		assert_int_equal(fetch(NULL), status == 501 ? CLIENT_REFUSED : CLIENT_UNREACHABLE);
	}
}

static void
a51_nobody_learns_why_an_address_was_not_reached(UNUSED void **state)
{
	static const enum http_outcome outcomes[] = { HTTP_UNREACHABLE, HTTP_TIMED_OUT, HTTP_NO_CLIENT };

	for (size_t i = 0; i < COUNT(outcomes); i++) {
		say.outcome = outcomes[i];
		assert_int_equal(fetch(NULL), CLIENT_UNREACHABLE);
		assert_string_equal(fix.rq.failure.description,
		    "the client's metadata document cannot be fetched");
		assert_string_equal(fix.rq.failure.reason, "it does not answer");
	}
	say.outcome = HTTP_TOO_LONG;
	assert_int_equal(fetch(NULL), CLIENT_REFUSED);
}

static void
a48_it_is_json_by_type_and_by_content(UNUSED void **state)
{
	static const char *const bodies[] = { "", "[]", "7", "null", "{", "{\"a\":1,\"a\":2}" };

	say.answer.content_type = "text/html";
	assert_int_equal(fetch(NULL), CLIENT_REFUSED);
	say.answer.content_type = NULL;
	assert_int_equal(fetch(NULL), CLIENT_REFUSED);
	say.answer.content_type = "application/client+json";
	assert_int_equal(fetch(NULL), CLIENT_FETCHED);
	for (size_t i = 0; i < COUNT(bodies); i++) {
		say.answer.body = bodies[i];
		assert_int_equal(fetch(NULL), CLIENT_REFUSED);
	}
}

static void
a50_it_is_fresh_as_http_says_between_our_limits(UNUSED void **state)
{
	static const struct {
		const char	*cache_control;
		int64_t		 seconds;
	} cases[] = {
		{ NULL, 3600 }, { "max-age=600", 600 }, { "no-store", 60 }, { "max-age=1", 60 },
		{ "max-age=31536000", 86400 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		say.answer.cache_control = cases[i].cache_control;
		assert_int_equal(fetch(NULL), CLIENT_FETCHED);
		assert_int_equal(p.fresh_for, cases[i].seconds);
	}
}

static void
a50_it_is_asked_for_again_by_its_entity_tag(UNUSED void **state)
{
	say.answer.etag = "\"one\"";
	assert_int_equal(fetch(NULL), CLIENT_FETCHED);
	assert_string_equal(p.etag, "\"one\"");
	say.answer.status = 304;
	say.answer.content_type = NULL;
	assert_int_equal(fetch("\"one\""), CLIENT_UNCHANGED);
	assert_string_equal(asked.header[1], "If-None-Match: \"one\"");
	assert_int_equal(p.fresh_for, 3600);
}

static void
keys_are_asked_for_in_the_same_way(UNUSED void **state)
{
	const char *jwks = NULL;

	keys_say = (struct saying){ .answer = { .status = 200, .content_type = "application/json",
	    .body = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
	    "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
	    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}" } };
	assert_int_equal(client_fetch_keys(&fix.rq, "https://client.example/keys", &jwks), CLIENT_FETCHED);
	assert_ptr_equal(asked.may_connect, client_may_connect);
	assert_non_null(strstr(jwks, "f83OJ3D2"));
	keys_say.answer.body = "{\"keys\":[]}";
	assert_int_equal(client_fetch_keys(&fix.rq, "https://client.example/keys", &jwks), CLIENT_REFUSED);
	calls = 0;
	assert_int_equal(client_fetch_keys(&fix.rq, "https://client.example:22/keys", &jwks),
	    CLIENT_REFUSED);
	assert_int_equal(client_fetch_keys(&fix.rq, "http://client.example/keys", &jwks), CLIENT_REFUSED);
	assert_int_equal(calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PUBLISHED(a51_the_public_internet_alone_is_asked),
		PUBLISHED(a46_a_document_is_asked_for_with_every_guard),
		PUBLISHED(a46_any_other_status_is_an_error),
		PUBLISHED(a51_nobody_learns_why_an_address_was_not_reached),
		PUBLISHED(a48_it_is_json_by_type_and_by_content),
		PUBLISHED(a50_it_is_fresh_as_http_says_between_our_limits),
		PUBLISHED(a50_it_is_asked_for_again_by_its_entity_tag),
		PUBLISHED(keys_are_asked_for_in_the_same_way),
	};

	return RUN(tests, NULL, NULL);
}
