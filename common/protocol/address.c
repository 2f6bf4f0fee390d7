/* SPDX-License-Identifier: MIT */
#include "protocol/address.h"

#include <arpa/inet.h>

#include "base/number.h"

#define V4_BITS	96	/* before an IPv4 address */

static const uint8_t v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

bool
address_read(const char *text, size_t n, struct address *out)
{
	char copy[INET6_ADDRSTRLEN];
	struct address a;

	if (n == 0 || n >= sizeof copy)
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (inet_pton(AF_INET, copy, a.bytes + sizeof v4_prefix) == 1)
		memcpy(a.bytes, v4_prefix, sizeof v4_prefix);
	else if (inet_pton(AF_INET6, copy, a.bytes) != 1)
		return false;
	*out = a;
	return true;
}

bool
address_is_v4(const struct address *a)
{
	return memcmp(a->bytes, v4_prefix, sizeof v4_prefix) == 0;
}

/* The bits behind the first ones are cleared. */
static struct address
cut(const struct address *a, unsigned bits)
{
	struct address out = *a;

	for (unsigned i = bits / 8; i < sizeof out.bytes; i++)
		out.bytes[i] &= (uint8_t)(i == bits / 8 ? 0xff00 >> bits % 8 : 0);
	return out;
}

char *
address_text(struct arena *a, const struct address *address, unsigned bits)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct address network = cut(address, bits);

	if (address_is_v4(address)) {
		(void)inet_ntop(AF_INET, address->bytes + sizeof v4_prefix, text, sizeof text);
		return arena_string(a, text);
	}
	(void)inet_ntop(AF_INET6, network.bytes, text, sizeof text);
	return bits < 128 ? arena_printf(a, "%s/%u", text, bits) : arena_string(a, text);
}

bool
network_read(const char *text, struct network *out)
{
	size_t n = strcspn(text, "/");
	struct address a;
	int64_t bits, most;

	if (!address_read(text, n, &a))
		return false;
	bits = most = memchr(text, ':', n) == NULL ? 128 - V4_BITS : 128;
	if (text[n] == '/' && !number_read(text + n + 1, most, &bits))
		return false;
	*out = (struct network){ .bits = (unsigned)(128 - most + bits) };
	out->address = cut(&a, out->bits);
	return true;
}

bool
network_holds(const struct network *n, const struct address *a)
{
	struct address in = cut(a, n->bits);

	return memcmp(in.bytes, n->address.bytes, sizeof in.bytes) == 0;
}

static bool
is_trusted(const struct address *a, const char *const *trusted)
{
	struct network n;

	for (; *trusted != NULL; trusted++)
		if (network_read(*trusted, &n) && network_holds(&n, a))
			return true;
	return false;
}

/* One hop as proxies write it: an address, perhaps with a port, an IPv6 one then in brackets. */
static bool
read_hop(const char *hop, size_t n, struct address *out)
{
	const char *bracket, *colon;

	while (n > 0 && (*hop == ' ' || *hop == '\t')) {
		hop++;
		n--;
	}
	while (n > 0 && (hop[n - 1] == ' ' || hop[n - 1] == '\t'))
		n--;
	if (n > 0 && *hop == '[' && (bracket = memchr(hop, ']', n)) != NULL)
		return (bracket + 1 == hop + n || bracket[1] == ':') &&
		    address_read(hop + 1, (size_t)(bracket - hop) - 1, out);
	colon = memchr(hop, ':', n);
	if (colon != NULL && memchr(colon + 1, ':', (size_t)(hop + n - colon) - 1) == NULL)
		n = (size_t)(colon - hop);
	return address_read(hop, n, out);
}

struct address
address_behind(const struct address *peer, const char *forwarded_for, const char *const *trusted)
{
	struct address at = *peer;
	size_t end = forwarded_for == NULL ? 0 : strlen(forwarded_for);

	for (int i = 0; end > 0 && i < FORWARDED_HOPS_MAX && is_trusted(&at, trusted); i++) {
		size_t begin = end;

		while (begin > 0 && forwarded_for[begin - 1] != ',')
			begin--;
		if (!read_hop(forwarded_for + begin, end - begin, &at))
			break;
		end = begin > 0 ? begin - 1 : 0;
	}
	return at;
}
