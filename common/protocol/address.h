/* SPDX-License-Identifier: MIT */
/* address.h - IP addresses and networks as text (RFC 4291, RFC 4632), and who stands behind proxies */
#ifndef PROTOCOL_ADDRESS_H
#define PROTOCOL_ADDRESS_H

#include "base/arena.h"

#define FORWARDED_HOPS_MAX	16	/* proxies behind one another; further ones are not looked for */

struct address {
	uint8_t		 bytes[16];	/* IPv4 as ::ffff:a.b.c.d, RFC 4291 section 2.5.5.2 */
};

struct network {
	struct address	 address;
	unsigned	 bits;		/* of the 128 */
};

/* The first n bytes of a text: an address alone, without port, brackets or zone. */
MUST_CHECK bool	 address_read(const char *, size_t n, struct address *);
bool		 address_is_v4(const struct address *);

/* "192.0.2.1"; of IPv6 with `bits` below 128 its network, "2001:db8:1:2::/64". */
NONNULL char	*address_text(struct arena *, const struct address *, unsigned bits);

/* "10.0.0.0/8", "2001:db8::/32", or an address alone. */
MUST_CHECK bool	 network_read(const char *, struct network *);
MUST_CHECK bool	 network_holds(const struct network *, const struct address *);

/*
 * Who a request is from: the peer itself, unless it is one of the trusted proxies (networks as text,
 * NULL at the end).  Then the nearest hop of X-Forwarded-For that is none of them: what stands
 * before it in the list is the client's own word.  A hop that cannot be read ends the search.
 */
struct address	 address_behind(const struct address *peer, const char *forwarded_for,
		    const char *const *trusted);

#endif
