/* SPDX-License-Identifier: MIT */
/*
 * buf.h - text that grows in an arena, up to a limit
 *
 * Every append is named for the context it writes into; there is no raw append of text from
 * outside.  What does not fit, and what a context cannot hold, sticks: look once, at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/arena.h"

struct buf {
	struct arena	*arena;
	char		*text;		/* NUL-terminated once anything was appended */
	size_t		 len;
	size_t		 room;
	size_t		 limit;		/* bytes */
	bool		 overflow;
};

struct buf	 buf_new(struct arena *, size_t limit);

void		 buf_lit(struct buf *, const char *);		/* our own text */
void		 buf_bytes(struct buf *, const void *, size_t);	/* bytes known to fit the context */
void		 buf_number(struct buf *, int64_t);
void		 buf_html(struct buf *, const char *);		/* HTML text, quoted attribute value */
void		 buf_query(struct buf *, const char *);		/* one query or form value */
void		 buf_json(struct buf *, const char *);		/* one JSON string, with its quotes */
void		 buf_quoted(struct buf *, const char *);	/* RFC 9110 5.6.4, with its quotes */
void		 buf_header(struct buf *, const char *);	/* field value: CR, LF, NUL, controls stick */
MUST_CHECK bool	 buf_header_takes(const char *, size_t n);	/* whether none of these is in n bytes */

/*
 * One string member of a flat JSON object, behind the brace that opens the text or a comma; nothing
 * when the value is NULL.  The name is ours.
 */
void		 buf_member(struct buf *, const char *name, const char *value);

/* The text, "" when nothing was appended; NULL if anything did not fit. */
MUST_CHECK const char *buf_text(const struct buf *);

#endif
