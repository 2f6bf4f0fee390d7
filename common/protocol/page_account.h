/* SPDX-License-Identifier: MIT */
/*
 * page_account.h - the page on which people see what is connected to them, and disconnect it
 *
 * As in page.h: no script, the style sheet of all pages, text from outside escaped.
 */
#ifndef PROTOCOL_PAGE_ACCOUNT_H
#define PROTOCOL_PAGE_ACCOUNT_H

#include "base/buf.h"
#include "protocol/page_text.h"

/* One server that an application may use. */
struct account_connection {
	const char	*resource;
	const char	*scope;			/* blank-separated */
	int64_t		 since;			/* seconds since 1970 */
	int64_t		 used;
};

struct account_application {
	const char		*client_id;
	bool			 registered;	/* else nothing is known of it but what follows `local` */
	const char		*name;		/* unverified unless `known`; "" when it gave none */
	bool			 known;		/* the administrator has set it up */
	const char		*host;		/* where its metadata document is; NULL when it has none */
	const char *const	*leads_to;	/* hosts of its redirect URIs, or schemes; NULL at the end */
	bool			 local;		/* one of them is on a person's own computer */
	const struct account_connection *connection;
	size_t			 connections;
};

struct account_page {
	const char	*service;		/* our own host name */
	const char	*action;		/* where the form posts: absolute path */
	const char	*logout;		/* the page for signing out of Microsoft: absolute path */
	const char	*csrf;			/* hidden */
	enum page_text	 said;			/* what was done a moment ago; TEXT_COUNT: nothing */

	const char	*name;			/* who is signed in, from here on; "" when not known */
	const char	*username;
	const struct account_application *application;
	size_t		 applications;
	bool		 more;			/* there are more than these */
};

/* The form posts csrf and either end = a client_id or decision = end-all | signout. */
void		 page_account(struct buf *, const struct account_page *);

/* Nobody is signed in: the form posts csrf and decision = signin | switch ("use another account"). */
void		 page_account_closed(struct buf *, const struct account_page *);

#endif
