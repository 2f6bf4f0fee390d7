/* SPDX-License-Identifier: MIT */
/*
 * peer.h - the web server's end of an answer that its worker has left
 *
 * The connection is written without waiting.  What it does not take is held, and the owner is told
 * when that has gone down: who sends much asks peer_full first.  Under FastCGI records are written
 * here, libfcgi has no part in it any more.
 */
#ifndef SERVICE_PEER_H
#define SERVICE_PEER_H

#include "base/fifo.h"
#include "service/io.h"
#include "service/loop.h"

#define PEER_FULL	((size_t)64 * 1024)	/* bytes held: an owner pauses */
#define PEER_STALL_MS	((int64_t)120 * 1000)	/* a peer that takes nothing for so long is gone */

struct peer {
	struct io_connection	 at;
	struct loop		*loop;
	struct fifo		 out;
	struct loop_watch	 watch;
	struct loop_timer	 stall;
	bool			 pollable;
	bool			 was_full;	/* since `drained` was last called */
	bool			 ending;	/* nothing follows what is held */
	bool			 gone;
	void			(*drained)(struct peer *);	/* it was full and is no longer */
	void			(*over)(struct peer *);	/* gone, or all is sent after peer_end; once */
};

/* Takes the connection over; the owner has set drained and over. */
void		 peer_begin(struct peer *, struct loop *, struct io_connection);
void		 peer_close(struct peer *);	/* at once, whatever is held */

/* False when the peer is gone; `over` then follows by itself, not within the call. */
bool		 peer_write(struct peer *, const void *, size_t n);
bool		 peer_full(const struct peer *);
/* The answer is whole: `over` follows. */
void		 peer_end(struct peer *);
/* The answer is broken off: the web server sees no proper end, and so does the client. */
void		 peer_break(struct peer *);

#endif
