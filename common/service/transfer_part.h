/* SPDX-License-Identifier: MIT */
/* transfer_part.h - what transfer.c and transfers.c share; see transfer.h */
#ifndef SERVICE_TRANSFER_PART_H
#define SERVICE_TRANSFER_PART_H

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
	bool				 head_over, paused, timed_out, overlong;
	int64_t				 silence_ms;
	struct loop_timer		 silence;
	char				 error[CURL_ERROR_SIZE];
};

/* transfers.c: libcurl on the loop. */
MUST_CHECK bool	 transfers_open(struct transfers *);	/* false without libcurl */
void		 transfers_finish(struct transfers *);	/* those that libcurl says are over */

/* transfer.c: one of them is; it is gone then. */
void		 transfer_over(struct transfer *, CURLcode);

#endif
