/* SPDX-License-Identifier: MIT */
/*
 * page_part.h - what the pages are put together from
 *
 * Text from outside goes through buf_html in each of them; `before` and `after` are our own markup.
 */
#ifndef PROTOCOL_PAGE_PART_H
#define PROTOCOL_PAGE_PART_H

#include "base/buf.h"
#include "protocol/page_text.h"

/* Neither NULL nor "". */
bool		 page_given(const char *text);

void		 page_say(struct buf *, enum page_text);
void		 page_wrap(struct buf *, const char *before, const char *text, const char *after);
void		 page_address(struct buf *, const char *text);
void		 page_hidden(struct buf *, const char *name, const char *value);

/* From the doctype to the heading, and from the end of <main> on.  `owner` is who shows the page. */
void		 page_open(struct buf *, const char *title, const char *owner);
void		 page_close(struct buf *);

/* One group of a <dl>; the caller writes the <dd>. */
void		 page_row_open(struct buf *, enum page_text label);
void		 page_row_close(struct buf *);

/* A host as a <dd> that stands out. */
void		 page_host(struct buf *, const char *text);

/* What scopes allow, blank-separated, as a <ul>. */
void		 page_scopes(struct buf *, const char *scope);

/* How sure we are of a client's name: `known` is one that the administrator has set up. */
NONNULL const char *page_name_sureness(const char *name, bool known);

#endif
