/* SPDX-License-Identifier: MIT */
/*
 * stream.h - answers that outlive their request: one thread writes them all
 *
 * A handler that finds that its answer will last makes a stream, with copies of all that it needs,
 * and the endpoint then moves the connection there: the worker is free.
 * A FastCGI process runs its streams on one thread of their own; a CGI program runs its one stream
 * to its end.  `limits.streams_max` bounds them, `limits.stream` the life of each, and each ends
 * with the session that it belongs to.
 */
#ifndef SERVICE_STREAM_H
#define SERVICE_STREAM_H

#include "service/peer.h"
#include "service/seal.h"
#include "service/request.h"
#include "service/transfer.h"

struct streams;			/* of the process */
struct session;
struct stream;

/* What a kind of stream does; all of it on the streams' thread. */
struct stream_kind {
	void		(*start)(struct stream *);
	void		(*beat)(struct stream *);	/* each heartbeat, from its opening on */
	void		(*drained)(struct stream *);	/* the peer takes more again */
	void		(*stop)(struct stream *);	/* end it well: its session, its time or the process is over */
	/* The mailbox of that hash takes more again; NULL where that is no matter. */
	void		(*room)(struct stream *, const uint8_t hash[static SHA256_SIZE]);
	void		(*free)(struct stream *);	/* what it owns beside itself; the peer is gone */
};

/* The first member of each stream of a kind. */
struct stream {
	struct continuation		 continuation;
	struct peer			 peer;
	const struct stream_kind	*is;
	struct streams			*home;
	struct stream			*next, *previous;
	struct stream			*all_next, *all_previous;	/* streams.c's */
	char				*person;	/* whose it is: a session's subject */
	struct loop_timer		 beat;
	int64_t				 began_ms, until_ms;
	int				 status;	/* of its head; 0 before it */
	bool				 lasts;		/* the work goes on when the peer is over, until stream_finish */
	bool				 finished, logged;
	int				 unanswered;	/* questions about the session, one after the other */
	struct sid			 sid;
	struct data_key			 key;
	char				*method, *path, *id, *client_id;	/* for the log */
	char				*headers;	/* lines that its head must have */
	char				*reason;	/* for the log; NULL when all went well */
};

extern const struct service streams_service;

/*
 * A stream of `size` bytes for this request and session, zeroed behind its first member: the
 * handler completes it and leaves its continuation in rq->goes_on.  NULL with the failure recorded
 * when there are too many.
 */
MUST_CHECK void	*stream_new(struct request *, const struct response *, const struct session *,
		    const struct data_key *, const struct stream_kind *, size_t size);
/* A string of the heap; NULL for NULL.  stream_free_text wipes. */
char		*stream_text(const char *);
void		 stream_free_text(char **);

struct stream_field {
	const char	*name, *value;	/* left out when the value is NULL */
};

/* Sends the head; length < 0: not known.  Events get a heartbeat from now on. */
void		 stream_open(struct stream *, int status, const char *content_type, int64_t length,
		    const struct stream_field *, size_t fields);
/* A whole answer. */
void		 stream_answer(struct stream *, int status, const char *content_type, const char *body,
		    size_t n, const struct stream_field *, size_t fields);
/* It is whole: logged, and over when it is sent. */
void		 stream_end(struct stream *);
void		 stream_comment(struct stream *);	/* the heartbeat itself */
void		 stream_beat_at(struct stream *, int64_t at_ms);
/* Ends one that lasts; from any of its kind's functions. */
void		 stream_finish(struct stream *);
/* Why it did not go well, for the log. */
PRINTF(2, 3) void	 stream_failed(struct stream *, const char *fmt, ...);

/* The thread's own: a request that belongs to nobody, with arena, store (or NULL), keys and time. */
struct request		*stream_request(struct stream *);
struct transfers	*stream_transfers(struct stream *);
struct loop		*stream_loop(struct stream *);

#endif
