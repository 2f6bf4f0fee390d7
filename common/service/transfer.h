/* SPDX-License-Identifier: MIT */
/*
 * transfer.h - HTTP calls on a loop: many at once, each handed on as it comes
 *
 * The answer's body is never held: its pieces go to the owner, who may pause.  Redirects are not
 * followed, certificates are verified, connections are kept.  Headers that matter are picked by
 * name; all of them together are bounded.
 */
#ifndef SERVICE_TRANSFER_H
#define SERVICE_TRANSFER_H

#include "service/config.h"
#include "service/http_client.h"
#include "service/loop.h"

struct transfers;		/* of one loop */
struct transfer;

struct transfer_call {
	const char		*method;	/* POST, GET, DELETE */
	const char		*url;
	const char		*socket;	/* path of a Unix socket, NULL for TCP */
	const char *const	*header;	/* "Name: value", NULL at the end */
	const char		*body;		/* must live as long as the transfer; NULL for none */
	size_t			 len;
	const char		*secret;	/* what was put into the call and may not come back; NULL for none */
	bool			 once;		/* never sent again: not over a connection that may be dead */
	int64_t			 silence_ms;	/* how long the answer may keep us waiting, at its head and in it */
};

/* Fields of the answer's head; NULL when absent. */
enum transfer_field {
	FIELD_CONTENT_TYPE,
	FIELD_SESSION_ID,
	FIELD_PROTOCOL_VERSION,
	FIELD_RETRY_AFTER,
	FIELD_ALLOW,
	FIELD_WWW_AUTHENTICATE,
	FIELD_COUNT
};

enum taken { TAKEN, TAKEN_PAUSE, TAKEN_STOP };

/* What the owner does; none of these may end the transfer, but `done` is its end. */
struct transfer_owner {
	void		(*head)(void *, struct transfer *);
	/* PAUSE: not taken, and asked again after transfer_resume.  STOP: done follows.  Never the secret. */
	enum taken	(*data)(void *, const char *, size_t n);
	void		(*done)(void *, enum http_outcome);	/* the transfer is gone after it */
};

struct transfers	*transfers_new(struct loop *, const struct config *);
void			 transfers_free(struct transfers *);	/* when no transfer is left */

/* NULL without libcurl. */
MUST_CHECK struct transfer *transfer_begin(struct transfers *, const struct transfer_call *,
			    const struct transfer_owner *, void *owner);
void			 transfer_cancel(struct transfer *);	/* without done; not within the owner's functions */
void			 transfer_resume(struct transfer *);

int			 transfer_status(const struct transfer *);
const char		*transfer_field(const struct transfer *, enum transfer_field);
/* An answer that is an event stream may be silent for as long as it lasts. */
void			 transfer_may_be_silent(struct transfer *);
NONNULL const char	*transfer_error(const struct transfer *);	/* for the log */

#endif
