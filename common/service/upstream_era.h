/* SPDX-License-Identifier: MIT */
/* upstream_era.h - what the store knows of upstreams: their eras, and sessions that we keep there */
#ifndef SERVICE_UPSTREAM_ERA_H
#define SERVICE_UPSTREAM_ERA_H

#include "protocol/mcp_bridge.h"
#include "service/request.h"
#include "service/seal.h"
#include "service/store.h"

#define UPSTREAM_ERA_LIFE	600	/* seconds that an answer about eras is believed */
#define UPSTREAM_SESSION_LIFE	86400	/* seconds that a session at an upstream is kept at most */

enum spoken { NOT_SPOKEN, SPOKEN, UNKNOWN };

struct upstream_eras {
	enum spoken	 modern, legacy;
};

/* UNKNOWN where nothing is known, and where the store failed. */
struct upstream_eras upstream_eras(struct request *, const char *url);
void		 upstream_eras_put(struct request *, const char *url, struct upstream_eras);

struct upstream_kept {
	const char		*session;	/* Mcp-Session-Id; NULL for an upstream without sessions */
	struct mcp_upstream	 is;
};

/* The request has a store. */
MUST_CHECK bool	 upstream_kept_get(struct request *, const struct sid *, const struct data_key *,
		    const char *server, struct upstream_kept *);
/* One that cannot be kept serves this request, and is made again by the next. */
void		 upstream_kept_put(struct request *, const struct sid *, const struct data_key *,
		    const char *server, const struct upstream_kept *);
void		 upstream_kept_delete(struct request *, const struct sid *, const char *server);

#endif
