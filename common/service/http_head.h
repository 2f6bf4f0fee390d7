/* SPDX-License-Identifier: MIT */
/* http_head.h - the head of an answer, line by line; for http_client.c */
#ifndef SERVICE_HTTP_HEAD_H
#define SERVICE_HTTP_HEAD_H

#include "base/buf.h"
#include "service/http_client.h"

#define HTTP_HEAD_TEXTS	5

struct http_head {
	struct arena		*arena;
	struct buf		 text[HTTP_HEAD_TEXTS];	/* fields that are handed on as they are */
	size_t			 bytes;		/* of all heads, those of 1xx too */
	struct http_answer	 answer;
};

struct http_head	 http_head_new(struct arena *);
/* False beyond HTTP_HEADERS_MAX. */
MUST_CHECK bool		 http_head_line(struct http_head *, const char *line, size_t n);
/* Without status and body. */
struct http_answer	 http_head_answer(const struct http_head *);

#endif
