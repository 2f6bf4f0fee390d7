/* SPDX-License-Identifier: MIT */
/*
 * listing.h - rows for people, in columns, or for programs, as a JSON array with a row on each line
 *
 * Rows are written as they come, so widths are told beforehand.  Times are UTC for people and seconds
 * for programs.  Texts are safe for a terminal in either form.
 */
#ifndef SERVICE_LISTING_H
#define SERVICE_LISTING_H

#include "base/arena.h"

enum cell_kind {
	CELL_TEXT,		/* NULL is - or null */
	CELL_TIME,		/* 0 is - or null */
	CELL_NUMBER,
	CELL_FLAG,		/* yes or no */
	CELL_TEXTS,		/* a JSON array of strings, as stored: blanks between them for people */
};

struct listing_column {
	const char	*title;		/* for people; NULL: not shown to them */
	const char	*name;		/* for programs; NULL: likewise */
	enum cell_kind	 kind;
	size_t		 width;		/* at least; more where a text is longer */
};

struct listing_cell {
	const char	*text;
	int64_t		 number;
};

struct listing {
	FILE				*out;
	struct arena			*arena;		/* for the row that is written */
	const struct listing_column	*column;
	size_t				 columns;
	bool				 json, utf8;
	int64_t				 rows;		/* written so far */
	bool				 failed;
};

void		 listing_row(struct listing *, const struct listing_cell *);
/* False when not all could be written. */
MUST_CHECK bool	 listing_end(struct listing *);

#endif
