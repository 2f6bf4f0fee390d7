/* SPDX-License-Identifier: MIT */
#include "service/client_url.h"

#include "fixture.h"

static bool
taken(const char *url)
{
	return client_url_check(&fix.rq, url) == OAUTH_OK;
}

static void
a51c_any_host_is_taken_unless_some_are_named(UNUSED void **state)
{
	assert_true(taken("https://client.example/c"));
	fix.config.metadata_domains[0] = "client.example";
	fix.config.metadata_domains[1] = "*.vendor.example";
	assert_true(taken("https://client.example/c"));
	assert_true(taken("https://a.vendor.example/c"));
	assert_true(taken("https://a.b.vendor.example/c"));
	assert_false(taken("https://vendor.example/c"));
	assert_false(taken("https://a.client.example/c"));
	assert_false(taken("https://evilclient.example/c"));
	assert_false(taken("https://evilvendor.example/c"));
	assert_false(taken("https://client.example.evil.example/c"));
	assert_int_equal(fix.rq.failure.error, INVALID_CLIENT);
}

static void
a51_the_port_is_that_of_https_unless_others_are_named(UNUSED void **state)
{
	assert_true(taken("https://client.example:443/c"));
	assert_false(taken("https://client.example:8443/c"));
	assert_false(taken("https://client.example:22/c"));
	fix.config.metadata_ports[0] = "8443";
	assert_true(taken("https://client.example:8443/c"));
	assert_false(taken("https://client.example/c"));
}

static void
our_own_host_publishes_no_clients(UNUSED void **state)
{
	assert_false(taken(ISSUER "/authorize?client_id=x"));
	assert_false(taken(ISSUER ":443/c"));
	assert_true(taken(ISSUER ".example/c"));
}

static void
documents_can_be_switched_off(UNUSED void **state)
{
	fix.config.registration[0] = "configured";
	fix.config.registration[1] = NULL;
	assert_false(taken("https://client.example/c"));
}

static void
the_host_is_shown_as_it_is_reached(UNUSED void **state)
{
	assert_string_equal(client_url_host(&fix.arena, "https://client.example/c"), "client.example");
	assert_string_equal(client_url_host(&fix.arena, "https://client.example:443/c"), "client.example");
	assert_string_equal(client_url_host(&fix.arena, "https://client.example:8443/c"),
	    "client.example:8443");
	assert_null(client_url_host(&fix.arena, "AbC"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a51c_any_host_is_taken_unless_some_are_named),
		CASE(a51_the_port_is_that_of_https_unless_others_are_named),
		CASE(our_own_host_publishes_no_clients),
		CASE(documents_can_be_switched_off),
		CASE(the_host_is_shown_as_it_is_reached),
	};

	return RUN(tests, NULL, NULL);
}
