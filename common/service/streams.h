/* SPDX-License-Identifier: MIT */
/* streams.h - the process's streams and their thread, for stream.c alone; see stream.h */
#ifndef SERVICE_STREAMS_H
#define SERVICE_STREAMS_H

#include <pthread.h>

#include "service/stream.h"

struct streams {
	const struct config	*config;
	struct loop		*loop;
	struct transfers	*transfers;
	struct arena		 arena;
	struct request		 request;	/* the thread's own */
	struct stream		*first;		/* those that run; the thread's alone */
	struct mailboxes	*mailboxes;	/* mailboxes.c's, NULL before the first */
	void			(*close_mailboxes)(struct streams *);
	pthread_mutex_t		 lock;		/* of what follows */
	struct stream		*all;		/* running, waiting and being made */
	int64_t			 count;
	struct stream		*waiting;	/* handed over, not yet started */
	bool			 threaded, stop;
	pthread_t		 thread;
};

/* Room for one more, of all and of its person; counted until it is released. */
MUST_CHECK bool	 streams_reserve(struct streams *, struct stream *);
void		 streams_release(struct streams *, struct stream *);
void		 streams_add(struct streams *, struct stream *, bool threaded);
void		 streams_remove(struct streams *, struct stream *);

/* stream.c's, for the thread. */
void		 stream_start(struct stream *);
void		 stream_abandon(struct stream *);

#endif
