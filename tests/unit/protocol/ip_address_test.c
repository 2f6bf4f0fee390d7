/* SPDX-License-Identifier: MIT */
#include "protocol/ip_address.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include "../test.h"

static struct ip_address
read_address(const char *text)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} sa = { .any.sa_family = strchr(text, ':') == NULL ? AF_INET : AF_INET6 };
	struct ip_address out;

	if (sa.any.sa_family == AF_INET)
		assert_int_equal(inet_pton(AF_INET, text, &sa.in.sin_addr), 1);
	else
		assert_int_equal(inet_pton(AF_INET6, text, &sa.in6.sin6_addr), 1);
	assert_true(ip_address_of(&sa.any, &out));
	return out;
}

static void
a51_rfc6890_special_addresses_are_not_public(UNUSED void **state)
{
	static const char *const special[] = {
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
		"100.100.100.200", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
		"192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1",
		"203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"168.63.129.16",
		"::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
		"64:ff9b:1::1", "100::1", "2001::1", "2001:0:1::1", "2001:10::1", "2001:20::1",
		"2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1",
		"fec0::1", "ff02::1", "4000::1", "2600::5efe:7f00:1", "2600::200:5efe:10.0.0.1",
	};

	for (size_t i = 0; i < COUNT(special); i++) {
		struct ip_address x = read_address(special[i]);

		if (ip_address_is_public(&x))
			fail_msg("%s", special[i]);
	}
}

static void
their_neighbours_are(UNUSED void **state)
{
	static const char *const public[] = {
		"1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
		"126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
		"172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
		"198.20.0.0", "223.255.255.255", "168.63.129.15",
		"2000::1", "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700::1111", "3ffe::1",
	};

	for (size_t i = 0; i < COUNT(public); i++) {
		struct ip_address x = read_address(public[i]);

		if (!ip_address_is_public(&x))
			fail_msg("%s", public[i]);
	}
}

static void
networks_are_read_in_one_notation(UNUSED void **state)
{
	static const char *const good[] = { "127.0.0.0/8", "10.20.0.0/16", "192.0.2.7", "192.0.2.7/32",
	    "0.0.0.0/0", "fd00:1::/32", "::1", "::/0", "172.16.0.0/12" };
	static const char *const bad[] = { "", "/8", "127.0.0.1/8", "127.0.0.0/33", "127.0.0.0/",
	    "127.0.0.0/-1", "127/8", "0x7f.0.0.0/8", "127.0.0.0/8 ", "fd00::1/32", "fd00::/129",
	    "localhost", "fe80::1%eth0", "10.0.0.0/8/8",
	    "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/128" };
	struct ip_network net;

	for (size_t i = 0; i < COUNT(good); i++)
		if (!ip_network_read(good[i], &net))
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (ip_network_read(bad[i], &net))
			fail_msg("%s", bad[i]);
}

static void
a_network_holds_its_own_alone(UNUSED void **state)
{
	static const struct {
		const char	*network, *address;
		bool		 holds;
	} cases[] = {
		{ "127.0.0.0/8", "127.1.2.3", true }, { "127.0.0.0/8", "128.0.0.0", false },
		{ "172.16.0.0/12", "172.31.255.255", true }, { "172.16.0.0/12", "172.32.0.0", false },
		{ "192.0.2.7", "192.0.2.7", true }, { "192.0.2.7", "192.0.2.6", false },
		{ "0.0.0.0/0", "8.8.8.8", true }, { "0.0.0.0/0", "::1", false },
		{ "fd00:1::/32", "fd00:1:ffff::1", true }, { "fd00:1::/32", "fd00:2::1", false },
		{ "::/0", "127.0.0.1", false }, { "127.0.0.0/8", "::ffff:127.0.0.1", false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ip_address x = read_address(cases[i].address);
		struct ip_network net;

		assert_true(ip_network_read(cases[i].network, &net));
		if (ip_network_holds(&net, &x) != cases[i].holds)
			fail_msg("%s %s", cases[i].network, cases[i].address);
	}
}

static void
other_families_are_no_address(UNUSED void **state)
{
	struct sockaddr sa = { .sa_family = AF_UNIX };
	struct ip_address out;

	assert_false(ip_address_of(&sa, &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a51_rfc6890_special_addresses_are_not_public),
		cmocka_unit_test(their_neighbours_are),
		cmocka_unit_test(networks_are_read_in_one_notation),
		cmocka_unit_test(a_network_holds_its_own_alone),
		cmocka_unit_test(other_families_are_no_address),
	};

	return RUN(tests, NULL, NULL);
}
