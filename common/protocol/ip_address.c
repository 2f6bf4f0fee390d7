/* SPDX-License-Identifier: MIT */
#include "protocol/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/number.h"

#define TEXT_MAX	45	/* characters of an address */

/* What is not for everybody to reach: IANA's registries of special-purpose addresses, and more. */
static const char *const special_v4[] = {
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16",	/* Azure's own services for a virtual machine */
};

/* All global unicast is 2000::/3; of it these are not. */
static const char *const special_v6[] = {
	"2001::/23",		/* protocol assignments, Teredo and ORCHID among them */
	"2001:db8::/32", "3fff::/20",	/* documentation */
	"2002::/16",		/* 6to4 */
};

bool
ip_address_of(const struct sockaddr *sa, struct ip_address *out)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	memset(out, 0, sizeof *out);
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof in);
		memcpy(out->bytes, &in.sin_addr, 4);
		return true;
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&in6, sa, sizeof in6);
	memcpy(out->bytes, &in6.sin6_addr, 16);
	out->v6 = true;
	return true;
}

/* The bits of an address from `from` on are zero. */
static bool
ends_in_zeros(const struct ip_address *a, unsigned from)
{
	for (unsigned bit = from; bit < (a->v6 ? 128U : 32U); bit++)
		if ((a->bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
			return false;
	return true;
}

bool
ip_network_read(const char *text, struct ip_network *out)
{
	char address[TEXT_MAX + 1] = "";
	size_t n = strcspn(text, "/");
	struct ip_network net = { .address.v6 = strchr(text, ':') != NULL };
	int64_t bits = net.address.v6 ? 128 : 32;

	if (n > TEXT_MAX)
		return false;
	memcpy(address, text, n);
	if (inet_pton(net.address.v6 ? AF_INET6 : AF_INET, address, net.address.bytes) != 1 ||
	    (text[n] == '/' && !number_read(text + n + 1, bits, &bits)))
		return false;
	net.bits = (unsigned)bits;
	if (!ends_in_zeros(&net.address, net.bits))
		return false;
	*out = net;
	return true;
}

bool
ip_network_holds(const struct ip_network *net, const struct ip_address *a)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	if (net->address.v6 != a->v6 || memcmp(net->address.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 || (net->address.bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0;
}

static bool
is_among(const struct ip_address *a, const char *const *networks, size_t count)
{
	struct ip_network net;

	for (size_t i = 0; i < count; i++)
		if (!ip_network_read(networks[i], &net) || ip_network_holds(&net, a))
			return true;
	return false;
}

/* RFC 5214 section 6.1: the interface identifier carries an IPv4 address, under any prefix. */
static bool
is_isatap(const struct ip_address *a)
{
	return (a->bytes[8] & 0xfd) == 0 && a->bytes[9] == 0 && a->bytes[10] == 0x5e && a->bytes[11] == 0xfe;
}

bool
ip_address_is_public(const struct ip_address *a)
{
	if (!a->v6)
		return !is_among(a, special_v4, COUNT(special_v4));
	return (a->bytes[0] & 0xe0) == 0x20 && !is_isatap(a) && !is_among(a, special_v6, COUNT(special_v6));
}
