/* SPDX-License-Identifier: MIT */
/*
 * json_edit.h - an object's text with some members changed, the others as they stand in the source
 *
 * A gateway that parses and prints again changes numbers and escapes; here only what must change
 * does.  The members are json_scan's list.
 */
#ifndef PROTOCOL_JSON_EDIT_H
#define PROTOCOL_JSON_EDIT_H

#include "protocol/json.h"

struct json_edit {
	const char	*name;
	const char	*value;		/* JSON text; NULL takes the member away */
};

/* The object with each edit made: in the member's place where there is one, else at the end. */
void		 json_edit(struct buf *, const struct json_members *, const struct json_edit *,
		    size_t edits);

/* The same as a text of at most `room` bytes; NULL when it is longer. */
MUST_CHECK const char *json_edit_text(struct arena *, const struct json_members *,
		    const struct json_edit *, size_t edits, size_t room);

/* The members of a text that must be an object.  A NUL follows the n bytes. */
MUST_CHECK bool	 json_edit_read(struct arena *, const char *text, size_t n, struct json_members *out);

/* A member's source text, NULL when it is absent. */
MUST_CHECK const char *json_edit_source(struct arena *, const struct json_members *, const char *name);

/* The members of a member that is an object; false when it is absent or none. */
MUST_CHECK bool	 json_edit_open(struct arena *, const struct json_members *, const char *name,
		    struct json_members *out);

#endif
