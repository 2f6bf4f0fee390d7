/* SPDX-License-Identifier: MIT */
/*
 * ip_address.h - which addresses belong to the public internet, RFC 6890
 *
 * A guard against requests that a stranger makes us send: an address is judged as the bytes that a
 * connection is about to be made to, never as text, so no spelling of it matters.
 */
#ifndef PROTOCOL_IP_ADDRESS_H
#define PROTOCOL_IP_ADDRESS_H

#include <sys/socket.h>

#include "base/attr.h"

struct ip_address {
	bool	v6;
	uint8_t	bytes[16];	/* in network order; four of them for IPv4 */
};

struct ip_network {
	struct ip_address	address;
	unsigned		bits;
};

/* False for another family than IPv4 and IPv6. */
MUST_CHECK bool	 ip_address_of(const struct sockaddr *, struct ip_address *out);

/*
 * Global unicast, and no form that carries another address in itself: mapped, 6to4, NAT64, Teredo
 * and ISATAP addresses are not public, nor are those at which clouds serve metadata.
 */
MUST_CHECK bool	 ip_address_is_public(const struct ip_address *);

/* ADDRESS/BITS in the usual notation, bits beyond the prefix zero; an address alone is itself. */
MUST_CHECK bool	 ip_network_read(const char *, struct ip_network *out);
MUST_CHECK bool	 ip_network_holds(const struct ip_network *, const struct ip_address *);

#endif
