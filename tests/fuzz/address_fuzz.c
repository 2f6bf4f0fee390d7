/* SPDX-License-Identifier: MIT */
/*
 * address_fuzz - addresses and networks as text, and who stands behind proxies
 *
 * An address that is read is the one that the system reads; its own spelling is read as the same; a
 * network holds its own address; the outside is never a form that hides an address of the inside.
 */
#include <arpa/inet.h>

#include "fuzz.h"
#include "protocol/address.h"
#include "protocol/ip_address.h"

static const char *const proxies[] = { "127.0.0.1", "10.0.0.0/8", "2001:db8::/32", NULL };

static void
judge_address(struct arena *a, const char *text, const struct address *at)
{
	struct address again;
	uint8_t system[16];
	const char *said = address_text(a, at, 128);

	EXPECT(address_read(said, strlen(said), &again));
	EXPECT(memcmp(at->bytes, again.bytes, sizeof again.bytes) == 0);
	if (inet_pton(AF_INET, text, system) == 1)
		EXPECT(address_is_v4(at) && memcmp(at->bytes + 12, system, 4) == 0);
	else
		EXPECT(inet_pton(AF_INET6, text, system) == 1 && memcmp(at->bytes, system, 16) == 0);
}

static void
judge_network(const char *text)
{
	struct network n;
	struct ip_network guard;

	if (network_read(text, &n))
		EXPECT(n.bits <= 128 && network_holds(&n, &n.address));
	if (ip_network_read(text, &guard)) {
		EXPECT(guard.bits <= (guard.address.v6 ? 128u : 32u));
		EXPECT(ip_network_holds(&guard, &guard.address));
	}
}

/* The bytes as an address that somebody's name resolved to. */
static void
judge_public(const uint8_t *data, size_t size)
{
	static const char *const inside[] = {
		"127.0.0.0/8", "10.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16", "0.0.0.0/8", "::1/128",
		"fe80::/10", "fc00::/7", "::ffff:0:0/96", "64:ff9b::/96", "2002::/16",
	};
	struct ip_address at = { .v6 = size >= 16 };
	struct ip_network n;

	if (size < 4)
		return;
	memcpy(at.bytes, data, at.v6 ? 16 : 4);
	for (size_t i = 0; i < COUNT(inside); i++) {
		EXPECT(ip_network_read(inside[i], &n));
		EXPECT(!ip_network_holds(&n, &at) || !ip_address_is_public(&at));
	}
}

/* A stranger's own word never counts, however it is written: the nearest hop is a proxy's word. */
static void
judge_behind(struct arena *a, const char *text)
{
	const char *forwarded = arena_printf(a, "%s, 192.0.2.7", text);
	struct address stranger, proxy, seen, found;

	EXPECT(address_read("192.0.2.1", 9, &stranger) && address_read("127.0.0.1", 9, &proxy));
	EXPECT(address_read("192.0.2.7", 9, &seen));
	found = address_behind(&stranger, text, proxies);
	EXPECT(memcmp(&found, &stranger, sizeof found) == 0);
	found = address_behind(&proxy, forwarded, proxies);
	EXPECT(memcmp(&found, &seen, sizeof found) == 0);
	found = address_behind(&proxy, arena_printf(a, "%s, 10.1.2.3", forwarded), proxies);
	EXPECT(memcmp(&found, &seen, sizeof found) == 0);
	(void)address_behind(&proxy, text, proxies);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct address at;
	const char *text;

	if (size > 1024)
		return 0;
	arena_init(&a, (size_t)64 * 1024);
	text = arena_copy(&a, data, size);
	if (address_read(text, strlen(text), &at))
		judge_address(&a, text, &at);
	judge_network(text);
	judge_public(data, size);
	judge_behind(&a, text);
	arena_free(&a);
	return 0;
}
