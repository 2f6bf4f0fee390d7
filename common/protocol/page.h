/* SPDX-License-Identifier: MIT */
/*
 * page.h - the pages a person sees: consent, signing out, and errors
 *
 * Pure HTML builders: no script, one inline style sheet whose hash the policy names, all text from
 * outside through buf_html.  The caller sends page_policy with each of them.
 */
#ifndef PROTOCOL_PAGE_H
#define PROTOCOL_PAGE_H

#include "base/buf.h"
#include "protocol/page_text.h"

struct consent_page {
	const char	*service;		/* our own host name */
	const char	*client_name;		/* as the client registered it: unverified */
	const char	*client_uri;		/* NULL when none; shown as text, not as a link */
	const char	*client_host;		/* where its metadata document is; NULL when it has none */
	bool		 known;			/* the administrator has set the client up */
	const char	*redirect_host;		/* host (and port) of the redirect URI */
	const char	*redirect_uri;		/* whole */
	const char	*resource;		/* the MCP endpoint asked for */
	const char	*scope;			/* granted if approved, blank-separated */
	bool		 loopback;		/* the redirect leads to this very computer */
	const char	*account;		/* the page where it can be disconnected again: URL */
	const char	*action;		/* where the form posts: absolute path */
	const char	*transaction;		/* hidden fields */
	const char	*csrf;
};

/* The form posts transaction, csrf and decision = approve | switch | deny ("use another account"
 * is switch). */
void		 page_consent(struct buf *, const struct consent_page *);

/* What signing out ends, with a form that posts decision = signout to `action`. */
void		 page_logout(struct buf *, const char *service, const char *action);
/* The way back from Entra, where nothing is left to do. */
void		 page_signed_out(struct buf *, const char *service);
/* For nobody's eyes: a frame in Entra's sign-out page, sent with page_policy_framed. */
void		 page_logout_heard(struct buf *);

/* What went wrong and what to do next, in sentences of ours. */
struct error_page {
	int		 status;
	const char	*title;
	const char	*what;			/* NULL when the title says it all */
	const char	*next;			/* NULL when there is nothing to be done */
	const char	*link;			/* where it is done: absolute path; NULL: not here */
	enum page_text	 link_text;
	const char	*reference;		/* the request's id, for the administrator; NULL: none */
	const char	*detail;		/* for whoever wrote the application, in English; NULL: none */
};

void		 page_error(struct buf *, const struct error_page *);

/* The Content-Security-Policy for these pages.  `form_action` is a blank-separated list of origins
 * the form's navigation may pass, NULL for none ('none' is sent). */
NONNULL char	*page_policy(struct arena *, const char *form_action);

/* The policy of a page without style and form that pages of one origin may frame. */
NONNULL char	*page_policy_framed(struct arena *, const char *ancestor);

#endif
