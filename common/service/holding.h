/* SPDX-License-Identifier: MIT */
/*
 * holding.h - what each program may open, beside what all may
 *
 * One table for whoever enforces it or looks after it: the sandbox at each start, `sallyport check`, and the
 * README's "What each program may hold".
 */
#ifndef SERVICE_HOLDING_H
#define SERVICE_HOLDING_H

#include "service/keyring.h"

enum holds {
	HOLDS_STORE	 = 1 << 0,
	HOLDS_NETWORK	 = 1 << 1,	/* calls others: libcurl, certificates, names of hosts */
	HOLDS_CREDENTIAL = 1 << 2,	/* towards Entra */
	HOLDS_CLIENTS	 = 1 << 3,	/* key_file of each [client] */
	HOLDS_ASKERS	 = 1 << 4,	/* introspection_key of each [server] */
	HOLDS_UPSTREAMS	 = 1 << 5,	/* header files and keys of each upstream; the sockets in run */
};

#define HOLDS_KEY(purpose)	(UINT32_C(1) << (8 + (purpose)))

struct holding {
	const char	*program;
	uint32_t	 holds;
};

extern const struct holding holdings[];
extern const size_t holding_count;

/* 0 for a program that is not in the table. */
uint32_t	 holding_of(const char *program);

#endif
