/* SPDX-License-Identifier: MIT */
#include "protocol/address.h"

#include "../test.h"

static struct arena arena;

static int
open_arena(UNUSED void **state)
{
	arena_init(&arena, (size_t)64 * 1024);
	return 0;
}

static int
close_arena(UNUSED void **state)
{
	arena_free(&arena);
	return 0;
}

static struct address
address(const char *text)
{
	struct address a = { 0 };

	if (!address_read(text, strlen(text), &a))
		fail_msg("%s", text);
	return a;
}

static const char *
text(const char *of, unsigned bits)
{
	struct address a = address(of);

	return address_text(&arena, &a, bits);
}

static void
addresses_are_read_and_written(UNUSED void **state)
{
	assert_string_equal(text("192.0.2.1", 64), "192.0.2.1");
	assert_string_equal(text("2001:db8:1:2:3:4:5:6", 128), "2001:db8:1:2:3:4:5:6");
	assert_string_equal(text("2001:db8:1:2:3:4:5:6", 64), "2001:db8:1:2::/64");
	assert_string_equal(text("2001:db8:1:2:3:4:5:6", 48), "2001:db8:1::/48");
	assert_string_equal(text("2001:db8:1:ffff::", 52), "2001:db8:1:f000::/52");
	assert_string_equal(text("::1", 64), "::/64");
}

static void
rfc4291_s2_5_5_2_a_mapped_address_is_the_one_of_ipv4(UNUSED void **state)
{
	struct address mapped = address("::ffff:192.0.2.1"), plain = address("192.0.2.1");

	assert_memory_equal(&mapped, &plain, sizeof plain);
	assert_true(address_is_v4(&mapped));
	assert_string_equal(text("::ffff:c000:201", 64), "192.0.2.1");
}

static void
what_is_no_address_is_not_read(UNUSED void **state)
{
	static const char *const bad[] = { "", " ", "192.0.2", "192.0.2.256", "192.0.2.1 ", "192.0.2.1:80",
	    "[::1]", "fe80::1%eth0", "localhost", "::g", "unix:/run/x", "1234", "0x7f.1",
	    "1111:2222:3333:4444:5555:6666:7777:8888:9999",
	    "00000000000000000000000000000000000000000000000000000000000001" };
	struct address a;
	struct network n;

	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_false(address_read(bad[i], strlen(bad[i]), &a));
		assert_false(network_read(bad[i], &n));
	}
	assert_true(address_read("192.0.2.1:80", 9, &a));
}

static bool
holds(const char *network, const char *of)
{
	struct address a = address(of);
	struct network n;

	if (!network_read(network, &n))
		fail_msg("%s", network);
	return network_holds(&n, &a);
}

static void
networks_hold_what_begins_like_them(UNUSED void **state)
{
	assert_true(holds("10.0.0.0/8", "10.255.0.1"));
	assert_true(holds("10.1.2.3/8", "10.255.0.1"));
	assert_false(holds("10.0.0.0/8", "11.0.0.1"));
	assert_true(holds("192.0.2.128/25", "192.0.2.129"));
	assert_false(holds("192.0.2.128/25", "192.0.2.127"));
	assert_true(holds("192.0.2.1", "::ffff:192.0.2.1"));
	assert_false(holds("192.0.2.1", "192.0.2.2"));
	assert_true(holds("0.0.0.0/0", "8.8.8.8"));
	assert_false(holds("0.0.0.0/0", "2001:db8::1"));
	assert_true(holds("::/0", "8.8.8.8"));
	assert_true(holds("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(holds("2001:db8::/33", "2001:db8:8000::1"));
	assert_false(holds("::1", "::2"));
}

static void
a_network_s_bits_are_a_number_that_fits(UNUSED void **state)
{
	static const char *const bad[] = { "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", "/8",
	    "2001:db8::/129", "10.0.0.0/8 ", "10.0.0.0/1h" };
	struct network n;

	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(network_read(bad[i], &n));
}

static const char *
behind(const char *peer, const char *forwarded_for)
{
	static const char *const trusted[] = { "10.0.0.0/8", "2001:db8::/32", NULL };
	struct address p = address(peer), a = address_behind(&p, forwarded_for, trusted);

	return address_text(&arena, &a, 128);
}

static void
only_a_trusted_proxy_says_who_asks(UNUSED void **state)
{
	assert_string_equal(behind("192.0.2.1", "198.51.100.7"), "192.0.2.1");
	assert_string_equal(behind("192.0.2.1", NULL), "192.0.2.1");
	assert_string_equal(behind("10.0.0.1", "198.51.100.7"), "198.51.100.7");
	assert_string_equal(behind("2001:db8::1", "198.51.100.7"), "198.51.100.7");
	assert_string_equal(behind("10.0.0.1", NULL), "10.0.0.1");
	assert_string_equal(behind("10.0.0.1", ""), "10.0.0.1");
}

/* The list grows at its end: what the client wrote stands before the hop that is not trusted. */
static void
what_a_client_writes_before_its_own_hop_counts_for_nothing(UNUSED void **state)
{
	assert_string_equal(behind("10.0.0.1", "203.0.113.9, 198.51.100.7"), "198.51.100.7");
	assert_string_equal(behind("10.0.0.1", "10.9.9.9,198.51.100.7"), "198.51.100.7");
	assert_string_equal(behind("10.0.0.1", "203.0.113.9, 198.51.100.7 , 10.0.0.2"), "198.51.100.7");
	assert_string_equal(behind("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
	assert_string_equal(behind("10.0.0.1", "203.0.113.9, nonsense, 10.0.0.2"), "10.0.0.2");
	assert_string_equal(behind("10.0.0.1", "203.0.113.9, "), "10.0.0.1");
	assert_string_equal(behind("10.0.0.1", ","), "10.0.0.1");
	assert_string_equal(behind("10.0.0.1", "203.0.113.9,,"), "10.0.0.1");
}

static void
a_hop_may_have_a_port(UNUSED void **state)
{
	assert_string_equal(behind("10.0.0.1", "198.51.100.7:4711"), "198.51.100.7");
	assert_string_equal(behind("10.0.0.1", "[2001:4860::7]:4711"), "2001:4860::7");
	assert_string_equal(behind("10.0.0.1", "[2001:4860::7]"), "2001:4860::7");
	assert_string_equal(behind("10.0.0.1", "2001:4860::7"), "2001:4860::7");
	assert_string_equal(behind("10.0.0.1", "[2001:4860::7"), "10.0.0.1");
	assert_string_equal(behind("10.0.0.1", "[2001:4860::7]x"), "10.0.0.1");
	assert_string_equal(behind("10.0.0.1", "\"198.51.100.7\""), "10.0.0.1");
}

static void
a_list_without_end_ends(UNUSED void **state)
{
	static char many[64 * 1024];

	for (size_t i = 0; i + 9 < sizeof many; i += 9)
		memcpy(many + i, "10.0.0.3,", 10);
	many[sizeof many - 16] = '\0';
	assert_memory_equal(behind("10.0.0.1", many), "10.0.0.", 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_and_written),
		cmocka_unit_test(rfc4291_s2_5_5_2_a_mapped_address_is_the_one_of_ipv4),
		cmocka_unit_test(what_is_no_address_is_not_read),
		cmocka_unit_test(networks_hold_what_begins_like_them),
		cmocka_unit_test(a_network_s_bits_are_a_number_that_fits),
		cmocka_unit_test(only_a_trusted_proxy_says_who_asks),
		cmocka_unit_test(what_a_client_writes_before_its_own_hop_counts_for_nothing),
		cmocka_unit_test(a_hop_may_have_a_port),
		cmocka_unit_test(a_list_without_end_ends),
	};

	return RUN(tests, open_arena, close_arena);
}
