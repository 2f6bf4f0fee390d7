/* SPDX-License-Identifier: MIT */
/*
 * key_use.h - which generations of a key are still needed
 *
 * A generation that was replaced is needed while a living row names it, and until what no row tells of
 * can have run out: our access tokens under sign, consent pages that stand open under browser.
 */
#ifndef SERVICE_KEY_USE_H
#define SERVICE_KEY_USE_H

#include "service/key_file.h"
#include "service/request.h"

/* A process may have begun something with the key that it had read; by then it is done. */
#define KEY_LINGER	60	/* seconds */

enum key_state {
	KEY_SETTLING,		/* verifies, and is not yet used for new work */
	KEY_CURRENT,
	KEY_OLD,		/* verifies what it made */
};

struct key_use {
	enum key_state	 state;
	int64_t		 rows;		/* that name it */
	int64_t		 until;		/* of an old one: needed till then whatever the rows say */
	bool		 needed;
};

extern const char *const key_state_names[];

/* One struct for each generation.  False if the store failed. */
MUST_CHECK bool	 key_use_read(struct request *, enum key_purpose, const struct generations *,
		    struct key_use out[static KEY_GENERATIONS_MAX]);

#endif
