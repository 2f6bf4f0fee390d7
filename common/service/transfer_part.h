/* SPDX-License-Identifier: MIT */
/* transfer_part.h - what transfer*.c share; see transfer.h */
#ifndef SERVICE_TRANSFER_PART_H
#define SERVICE_TRANSFER_PART_H

#include "base/secret_watch.h"
#include "service/curl_library.h"
#include "service/transfer.h"

struct transfers {
	struct loop			*loop;
	const struct config		*config;
	const struct curl_library	*lib;
	CURLM				*multi;
	struct loop_timer		 timer;		/* libcurl's own */
};

struct transfer {
	struct transfers		*home;
	CURL				*easy;
	struct curl_slist		*headers;
	const struct transfer_owner	*is;
	void				*owner;
	char				*field[FIELD_COUNT];
	size_t				 head_bytes;
	bool				 head_over, paused, timed_out, overlong, shows_secret;
	struct secret_watch		 watch;
	int64_t				 silence_ms;
	struct loop_timer		 silence;
	char				 error[CURL_ERROR_SIZE];
};

/* transfers.c: libcurl on the loop. */
MUST_CHECK bool	 transfers_open(struct transfers *);	/* false without libcurl */
void		 transfers_finish(struct transfers *);	/* those that libcurl says are over */

/* transfer.c: one of them is; it is gone then. */
void		 transfer_over(struct transfer *, CURLcode);

/* transfer_take.c: a line of a head; false beyond HTTP_HEADERS_MAX.  A piece of the body. */
MUST_CHECK bool	 transfer_take_line(struct transfer *, const char *, size_t n);
MUST_CHECK enum taken transfer_take_data(struct transfer *, const char *, size_t n);
void		 transfer_mind_silence(struct transfer *);
void		 transfer_forget_fields(struct transfer *);

#endif
