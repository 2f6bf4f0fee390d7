/* SPDX-License-Identifier: MIT */
/* mailbox_part.h - the parts of mailboxes, for mailbox*.c alone; see mailbox.h */
#ifndef SERVICE_MAILBOX_PART_H
#define SERVICE_MAILBOX_PART_H

#include "service/mailbox.h"
#include "service/streams.h"

#define MAILBOX_AT_ONCE	16	/* messages taken from the store at once */

struct mailbox {
	struct stream			 s;
	struct mailbox_id		 id;
	const struct config_server	*server;
	char				*endpoint;	/* path and query */
	struct rights			 rights;	/* of a server with rules */
	char				*right[3];	/* owned texts of them */
	bool				 pulls, pulled;	/* an upstream's own stream: may be, is asked for */
	struct transfer			*transfer;
	struct sse_reader		 events;
	char				*header[RELAY_HEADERS_MAX + 2];
	size_t				 headers;
	char				*secret;	/* of them; NULL for none */
	struct loop_timer		 again;
};

extern const struct stream_kind mailbox_kind;

/* mailbox.c: hands on what waits, as far as the client takes it. */
void		 mailbox_deliver(struct mailbox *);

/* mailbox_pull.c: an upstream's own stream. */
void		 mailbox_pull(struct mailbox *);
void		 mailbox_pull_again(struct loop_timer *);

/* mailboxes.c: what the streams of one process share. */
NONNULL const char *mailboxes_socket(struct request *);	/* its name; from any thread */
void		 mailboxes_join(struct streams *);
void		 mailboxes_leave(struct streams *);
MUST_CHECK struct mailbox *mailboxes_find(struct streams *, const uint8_t *hash);	/* NULL: none */

#endif
