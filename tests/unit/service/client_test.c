/* SPDX-License-Identifier: MIT */
#include "service/client.h"

#include "fixture.h"

#define DAY	86400

static const struct client_metadata metadata = {
	.client_name = "A \"client\"", .client_uri = "https://client.example",
	    .application_type = "web",
	.redirect_uri = { "https://client.example/cb?a=\"b\"", "http://127.0.0.1/cb" },
	    .redirect_uris = 2,
};

static const char *
registered(void)
{
	const char *id = NULL;

	assert_int_equal(client_register(&fix.rq, &metadata, &id), OAUTH_OK);
	return id;
}

static enum oauth_error
find(const char *id)
{
	AUTO(client) struct client c = { 0 };

	return client_find(&fix.rq, id, &c);
}

static void
rfc7591_s3_2_1_a_registered_client_is_found_as_it_registered(UNUSED void **state)
{
	AUTO(client) struct client c = { 0 };
	const char *id = registered();

	assert_int_equal(client_find(&fix.rq, id, &c), OAUTH_OK);
	assert_string_equal(c.client_id, id);
	assert_string_equal(c.client_name, "A \"client\"");
	assert_string_equal(c.client_uri, "https://client.example");
	assert_int_equal(json_object_array_length(c.redirect_uris), 2);
	assert_string_equal(fix.rq.client_id, id);
}

static void
ids_are_128_random_bits_and_never_look_like_a_url(UNUSED void **state)
{
	const char *one = registered(), *two = registered();

	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), 22);
	assert_null(strpbrk(one, ":/."));
}

static void
an_unknown_client_is_invalid_client(UNUSED void **state)
{
	const char *id = registered();

	assert_int_equal(find("unknown"), INVALID_CLIENT);
	assert_int_equal(find(""), INVALID_CLIENT);
	assert_int_equal(find("' OR 1=1 --"), INVALID_CLIENT);
	assert_int_equal(find(arena_printf(&fix.arena, "%s ", id)), INVALID_CLIENT);
	assert_int_equal(find(id), OAUTH_OK);
}

static void
only_registered_redirect_uris_are_allowed(UNUSED void **state)
{
	AUTO(client) struct client c = { 0 }, none = { 0 };

	assert_int_equal(client_find(&fix.rq, registered(), &c), OAUTH_OK);
	assert_true(client_allows(&fix.rq, &c, "https://client.example/cb?a=\"b\""));
	assert_true(client_allows(&fix.rq, &c, "http://127.0.0.1:49152/cb"));
	assert_false(client_allows(&fix.rq, &c, "https://client.example/cb"));
	assert_false(client_allows(&fix.rq, &c, "http://127.0.0.1:49152/other"));
	assert_false(client_allows(&fix.rq, &c, ""));
	assert_false(client_allows(&fix.rq, &none, "https://client.example/cb"));
}

static void
redirect_uris_that_are_no_json_allow_nothing(UNUSED void **state)
{
	static const char *const values[] = { "", "[", "7", "null", "{}",
	    "\"https://client.example/\"",
	    "[null]", "[[\"https://client.example/\"]]" };
	const char *id = registered();

	for (size_t i = 0; i < COUNT(values); i++) {
		AUTO(client) struct client c = { 0 };

		sql(arena_printf(&fix.arena, "UPDATE client SET redirect_uris = '%s'", values[i]));
		assert_int_equal(client_find(&fix.rq, id, &c), OAUTH_OK);
		assert_false(client_allows(&fix.rq, &c, "https://client.example/"));
	}
}

static void
a_registration_runs_out_unless_it_is_kept(UNUSED void **state)
{
	const char *kept = registered(), *left = registered();
	int64_t never = fix.config.limits.client_never_used;

	at(never - 1);
	client_keep(&fix.rq, kept);
	assert_int_equal(find(left), OAUTH_OK);
	at(never);
	assert_int_equal(find(left), INVALID_CLIENT);
	assert_int_equal(find(kept), OAUTH_OK);
	at(never - 2 + fix.config.limits.client_unused);
	assert_int_equal(find(kept), OAUTH_OK);
	at(never - 1 + fix.config.limits.client_unused);
	assert_int_equal(find(kept), INVALID_CLIENT);
	client_keep(&fix.rq, "unknown");
}

static void
keeping_writes_at_most_once_a_day(UNUSED void **state)
{
	const char *id = registered();
	int64_t until = START + fix.config.limits.client_unused;

	at(1);
	client_keep(&fix.rq, id);
	assert_int_equal(sql_number("SELECT expires_at FROM client"), until + 1);
	at(DAY / 2);
	client_keep(&fix.rq, id);
	assert_int_equal(sql_number("SELECT expires_at FROM client"), until + 1);
	at(DAY + 2);
	client_keep(&fix.rq, id);
	assert_int_equal(sql_number("SELECT expires_at FROM client"), until + DAY + 2);
}

static void
a_flood_of_registrations_takes_no_used_ones_place(UNUSED void **state)
{
	const char *used = registered(), *unused;

	client_keep(&fix.rq, used);
	at(1);
	unused = registered();
	fix.config.limits.clients = 2;
	for (int i = 2; i < 50; i++) {
		at(i);
		assert_int_equal(find(registered()), OAUTH_OK);
	}
	assert_int_equal(find(unused), INVALID_CLIENT);
	assert_int_equal(find(used), OAUTH_OK);
	assert_true(sql_number("SELECT count(*) FROM client") <= 2);
}

static void
registrations_have_a_limit_once_all_are_used(UNUSED void **state)
{
	const char *id = NULL;

	fix.config.limits.clients = 2;
	client_keep(&fix.rq, registered());
	client_keep(&fix.rq, registered());
	assert_int_equal(client_register(&fix.rq, &metadata, &id), TEMPORARILY_UNAVAILABLE);
	assert_null(id);
	assert_int_equal(sql_number("SELECT count(*) FROM client"), 2);
	assert_string_equal(fix.rq.failure.reason, "limits.clients is reached");
}

static void
a_store_that_fails_is_temporarily_unavailable(UNUSED void **state)
{
	const char *id = registered();

	sql("ALTER TABLE client RENAME TO gone");
	assert_int_equal(find(id), TEMPORARILY_UNAVAILABLE);
	assert_non_null(strstr(fix.rq.failure.reason, "client"));
	assert_null(strstr(fix.rq.failure.description, "table"));
	assert_int_equal(client_register(&fix.rq, &metadata, &id), TEMPORARILY_UNAVAILABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc7591_s3_2_1_a_registered_client_is_found_as_it_registered),
		CASE(ids_are_128_random_bits_and_never_look_like_a_url),
		CASE(an_unknown_client_is_invalid_client),
		CASE(only_registered_redirect_uris_are_allowed),
		CASE(redirect_uris_that_are_no_json_allow_nothing),
		CASE(a_registration_runs_out_unless_it_is_kept),
		CASE(keeping_writes_at_most_once_a_day),
		CASE(registrations_have_a_limit_once_all_are_used),
		CASE(a_flood_of_registrations_takes_no_used_ones_place),
		CASE(a_store_that_fails_is_temporarily_unavailable),
	};

	return RUN(tests, NULL, NULL);
}
