/* SPDX-License-Identifier: MIT */
/*
 * io.h - where a request comes from and its answer goes to
 *
 * libfcgi moves no byte in CGI mode, so there are two makers: FCGX streams, and file descriptors
 * 0 and 1.
 */
#ifndef SERVICE_IO_H
#define SERVICE_IO_H

#include <fcgiapp.h>

#include "base/attr.h"

/* A connection that has left its worker; see peer.h. */
struct io_connection {
	int		 fd;
	bool		 fastcgi;	/* records, of this request */
	unsigned	 request;
	bool		 may_block;	/* a person's terminal or file: not ours to make non-blocking */
};

struct io {
	/* Up to n bytes; 0 at the end, -1 on an error. */
	ssize_t		(*read)(struct io *, void *, size_t n);
	bool		(*write)(struct io *, const void *, size_t n);
	bool		(*flush)(struct io *);			/* NULL: an answer goes out whole */
	void		(*end_connection)(struct io *);		/* after this answer */
	char		**envp;
	FCGX_Request	 *fcgx;		/* NULL in CGI mode */
	bool		  by_hand;	/* no web server: a person's terminal or script */
};

bool		 io_started_by_server(void);	/* CGI's or FastCGI's marks are there */
struct io	 io_cgi(void);
struct io	 io_fcgx(FCGX_Request *);

/*
 * Takes the connection out of the request, which is over for its worker: nothing may be read,
 * written or looked up in it any more.  What was written before must have been flushed.
 */
struct io_connection io_detach(struct io *);

#endif
