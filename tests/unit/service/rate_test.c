/* SPDX-License-Identifier: MIT */
#include "service/rate.h"

#include "fake_io.h"

/* A request to that program from that address. */
static enum oauth_error
ask(const char *program, const char *address)
{
	fix.rq.program = program;
	WEB_REQUEST("", arena_printf(&fix.arena, "REMOTE_ADDR=%s", address));
	return rate_take(&fix.rq);
}

static enum oauth_error
ask_through(const char *proxy, const char *forwarded_for)
{
	fix.rq.program = "token";
	WEB_REQUEST("", arena_printf(&fix.arena, "REMOTE_ADDR=%s", proxy),
	    arena_printf(&fix.arena, "HTTP_X_FORWARDED_FOR=%s", forwarded_for));
	return rate_take(&fix.rq);
}

/* How many of `most` come in. */
static int
admitted(const char *program, const char *address, int most)
{
	int n = 0;

	for (int i = 0; i < most; i++)
		n += ask(program, address) == OAUTH_OK;
	return n;
}

static void
set_rate(struct config_rate *rate, int64_t count, int64_t period)
{
	*rate = (struct config_rate){ .count = count, .period = period };
}

#define LIMITS	fix.config.limits

static void
so_many_come_in_at_once_and_then_one_at_a_time(UNUSED void **state)
{
	set_rate(&LIMITS.rate_token, 6, 60);
	assert_int_equal(admitted("token", "192.0.2.1", 9), 6);
	assert_int_equal(fix.rq.failure.error, TOO_MANY_REQUESTS);
	assert_int_equal(fix.rq.failure.retry_after, 10);
	at(9);
	assert_int_equal(admitted("token", "192.0.2.1", 1), 0);
	assert_int_equal(fix.rq.failure.retry_after, 1);
	at(10);
	assert_int_equal(admitted("token", "192.0.2.1", 2), 1);
	at(30);
	assert_int_equal(admitted("token", "192.0.2.1", 3), 2);
	at(1000);
	assert_int_equal(admitted("token", "192.0.2.1", 9), 6);
}

static void
whoever_waits_as_long_as_told_comes_in(UNUSED void **state)
{
	int64_t now = 0;

	set_rate(&LIMITS.rate_token, 7, 60);
	(void)admitted("token", "192.0.2.1", 7);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(ask("token", "192.0.2.1"), TOO_MANY_REQUESTS);
		at(now += fix.rq.failure.retry_after);
		assert_int_equal(ask("token", "192.0.2.1"), OAUTH_OK);
	}
}

static void
addresses_and_endpoints_have_buckets_of_their_own(UNUSED void **state)
{
	set_rate(&LIMITS.rate_token, 2, 60);
	assert_int_equal(admitted("token", "192.0.2.1", 3), 2);
	assert_int_equal(admitted("token", "192.0.2.2", 3), 2);
	assert_int_equal(admitted("revoke", "192.0.2.1", 3), 2);
	assert_int_equal(admitted("token", "::ffff:192.0.2.1", 1), 0);
}

static void
nobody_else_s_token_is_taken_where_one_s_own_are_gone(UNUSED void **state)
{
	set_rate(&LIMITS.rate_token, 2, 60);
	set_rate(&LIMITS.rate_all, 5, 60);
	assert_int_equal(admitted("token", "192.0.2.1", 100), 2);
	assert_int_equal(admitted("token", "192.0.2.2", 2), 2);
	assert_int_equal(admitted("token", "192.0.2.3", 2), 1);
	assert_non_null(strstr(fix.rq.failure.description, "in all"));
	at(12);
	assert_int_equal(admitted("token", "192.0.2.3", 2), 1);
}

/* One subscriber has a /64 at least, so its addresses are one; a /48 is four of them at most. */
static void
rotating_in_a_network_of_ipv6_helps_nobody(UNUSED void **state)
{
	int n = 0;

	set_rate(&LIMITS.rate_token, 3, 60);
	for (int i = 1; i <= 50; i++)
		n += ask("token", arena_printf(&fix.arena, "2001:db8:0:1::%x", i)) == OAUTH_OK;
	assert_int_equal(n, 3);
	for (int i = 2; i <= 200; i++)
		n += ask("token", arena_printf(&fix.arena, "2001:db8:0:%x::1", i)) == OAUTH_OK;
	assert_int_equal(n, 12);
	assert_non_null(strstr(fix.rq.failure.description, "network"));
	assert_int_equal(admitted("token", "2001:db8:1:1::1", 5), 3);
}

static void
a_forwarded_address_counts_from_a_trusted_proxy_alone(UNUSED void **state)
{
	set_rate(&LIMITS.rate_token, 1, 60);
	assert_int_equal(ask_through("192.0.2.1", "198.51.100.1"), OAUTH_OK);
	assert_int_equal(ask_through("192.0.2.1", "198.51.100.2"), TOO_MANY_REQUESTS);
	fix.config.trusted_proxies[0] = "192.0.2.1";
	assert_int_equal(ask_through("192.0.2.1", "198.51.100.1"), OAUTH_OK);
	assert_int_equal(ask_through("192.0.2.1", "198.51.100.2"), OAUTH_OK);
	assert_int_equal(ask_through("192.0.2.1", "203.0.113.1, 198.51.100.2"), TOO_MANY_REQUESTS);
	assert_int_equal(ask_through("192.0.2.2", "198.51.100.9"), OAUTH_OK);
	assert_int_equal(ask_through("192.0.2.2", "198.51.100.10"), TOO_MANY_REQUESTS);
}

static void
a_client_has_a_bucket_of_its_own(UNUSED void **state)
{
	set_rate(&LIMITS.rate_client, 2, 60);
	fix.rq.program = "token";
	fix.rq.client_id = "a";
	assert_int_equal(rate_take_client(&fix.rq), OAUTH_OK);
	assert_int_equal(rate_take_client(&fix.rq), OAUTH_OK);
	assert_int_equal(rate_take_client(&fix.rq), TOO_MANY_REQUESTS);
	assert_int_equal(fix.rq.failure.retry_after, 30);
	fix.rq.client_id = "b";
	assert_int_equal(rate_take_client(&fix.rq), OAUTH_OK);
	fix.rq.program = "consent";
	fix.rq.client_id = "a";
	assert_int_equal(rate_take_client(&fix.rq), OAUTH_OK);
	fix.rq.program = NULL;
	assert_int_equal(rate_take_client(&fix.rq), OAUTH_OK);
}

static void
without_an_address_all_are_counted_together_alone(UNUSED void **state)
{
	struct address a;

	set_rate(&LIMITS.rate_token, 1, 60);
	set_rate(&LIMITS.rate_all, 3, 60);
	assert_int_equal(admitted("token", "unix:", 5), 3);
	assert_false(rate_address(&fix.rq, &a));
	assert_int_equal(sql_number("SELECT count(*) FROM rate"), 1);
}

static void
switched_off_nothing_is_counted(UNUSED void **state)
{
	set_rate(&LIMITS.rate_token, 1, 60);
	LIMITS.rates = "off";
	assert_int_equal(admitted("token", "192.0.2.1", 5), 5);
	assert_int_equal(sql_number("SELECT count(*) FROM rate"), 0);
}

static void
a_program_without_a_row_is_not_counted(UNUSED void **state)
{
	assert_int_equal(admitted("mcp", "192.0.2.1", 3), 3);
	assert_int_equal(admitted("oauth-callback", "192.0.2.1", 3), 3);
	assert_int_equal(sql_number("SELECT count(*) FROM rate"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(so_many_come_in_at_once_and_then_one_at_a_time),
		CASE(whoever_waits_as_long_as_told_comes_in),
		CASE(addresses_and_endpoints_have_buckets_of_their_own),
		CASE(nobody_else_s_token_is_taken_where_one_s_own_are_gone),
		CASE(rotating_in_a_network_of_ipv6_helps_nobody),
		CASE(a_forwarded_address_counts_from_a_trusted_proxy_alone),
		CASE(a_client_has_a_bucket_of_its_own),
		CASE(without_an_address_all_are_counted_together_alone),
		CASE(switched_off_nothing_is_counted),
		CASE(a_program_without_a_row_is_not_counted),
	};

	return RUN(tests, NULL, NULL);
}
