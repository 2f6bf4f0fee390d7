/* SPDX-License-Identifier: MIT */
/*
 * admin.h - the administrator's commands about sessions, clients and keys
 *
 * They ask nothing, write what was found or done to `out` and everything else to `err`, and work on the
 * store that the programs read: what they end is over at the next request in every process.
 */
#ifndef SERVICE_ADMIN_H
#define SERVICE_ADMIN_H

#include "service/listing.h"
#include "service/request.h"

/* Exit statuses. */
enum { ADMIN_DONE = 0, ADMIN_FAILED = 1, ADMIN_NOTHING = 2, ADMIN_USAGE = 64 };

#define ADMIN_PAGE	100	/* rows read at once */

struct admin {
	const struct config	*config;
	FILE			*out, *err;
	bool			 utf8;		/* the terminal's characters */

	/* From here on the commands' own. */
	bool			 json;
	struct arena		 arena;
	struct io		 io;
	char			 id[REQUEST_ID + 1];
	struct request		 rq;
};

int		 admin_sessions(struct admin *, int argc, char **argv);
int		 admin_revoke(struct admin *, int argc, char **argv);
int		 admin_clients(struct admin *, int argc, char **argv);
int		 admin_keys(struct admin *, int argc, char **argv);

/* --- what they share ------------------------------------------------------------------------------ */

struct admin_option {
	const char	 *name;		/* with its dashes */
	const char	**value;	/* takes the next argument, whatever it looks like; or NULL */
	bool		 *flag;
};

/* False when an argument is none of them, or stands there twice, or lacks its value. */
MUST_CHECK bool	 admin_options(int argc, char **argv, const struct admin_option *, size_t count);

/* Opens the store; false with the reason on err.  Closed by admin_close in either case. */
MUST_CHECK bool	 admin_open(struct admin *);
void		 admin_close(struct admin *);

/* "sallyport: ..." on err, and ADMIN_FAILED. */
int		 admin_fail(struct admin *, const char *why);

struct listing	 admin_listing(struct admin *, const struct listing_column *, size_t columns);

#endif
