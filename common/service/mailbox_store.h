/* SPDX-License-Identifier: MIT */
/*
 * mailbox_store.h - the rows of open streams and of the messages for them
 *
 * A message is sealed under the data key of the session that both its sender and its stream belong
 * to, with the stream's hash: in another stream's place it does not open.
 */
#ifndef SERVICE_MAILBOX_STORE_H
#define SERVICE_MAILBOX_STORE_H

#include "service/request.h"
#include "service/seal.h"
#include "service/store.h"

#define MAILBOX_MESSAGES_MAX	1000	/* waiting for one stream */
#define MAILBOX_BYTES_MAX	(8 * 1024 * 1024)	/* of them, before the last one */
#define MAILBOX_LIST_MAX	((size_t)256 * 1024)	/* bytes after which no other message is listed */
#define MAILBOX_MESSAGE_LIFE	300	/* seconds: a stream that lives takes its messages at once */

struct mailbox_id {
	struct sid	 sid;
	const char	*server;
	uint8_t		 hash[SHA256_SIZE];
};

/* How far client and upstream have come with each other. */
enum mailbox_state { MAILBOX_OPEN, MAILBOX_INITIALIZED, MAILBOX_READY };

struct mailbox_row {
	const char	*socket;
	const char	*upstream;	/* the upstream's session id; NULL for none */
	enum mailbox_state state;
};

MUST_CHECK enum stored mailbox_insert(struct request *, const struct mailbox_id *, const char *socket,
		    int64_t expires_at);
/* ABSENT for another session's stream too. */
MUST_CHECK enum stored mailbox_get(struct request *, const struct mailbox_id *,
		    const struct data_key *, struct mailbox_row *);
MUST_CHECK enum stored mailbox_set_upstream(struct request *, const struct mailbox_id *,
		    const struct data_key *, const char *upstream);
/* ABSENT when it has come so far already. */
MUST_CHECK enum stored mailbox_set_state(struct request *, const struct mailbox_id *,
		    enum mailbox_state);
void		 mailbox_delete(struct request *, const struct mailbox_id *);	/* with its messages */
/* Deletes the streams of processes that are no more. */
void		 mailbox_delete_dead(struct request *);

/*
 * Puts a message in and hints.  ABSENT when too many wait, or its process is gone: the rows go
 * with it.
 */
MUST_CHECK enum stored mailbox_put(struct request *, const struct mailbox_id *,
		    const struct data_key *, const char *socket, const char *message, size_t n);

struct mailbox_message {
	int64_t		 seq;
	const char	*text;		/* NULL when it does not open */
};

/* Up to `most` messages and MAILBOX_LIST_MAX bytes, the oldest first; -1 when the store failed. */
MUST_CHECK int	 mailbox_list(struct request *, const struct mailbox_id *, const struct data_key *,
		    struct mailbox_message *, int most);
/* Those up to this one have been written. */
MUST_CHECK enum stored mailbox_written(struct request *, const struct mailbox_id *, int64_t seq);

#endif
