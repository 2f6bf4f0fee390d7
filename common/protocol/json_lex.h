/* SPDX-License-Identifier: MIT */
/*
 * json_lex.h - the tokens of RFC 8259, and the weight of a text, for json_scan.c and json.c alone
 *
 * Each function moves the cursor past what it names.  When it returns false the text is not JSON
 * and the cursor's place means nothing; json_next alone leaves it where another token may begin.
 */
#ifndef PROTOCOL_JSON_LEX_H
#define PROTOCOL_JSON_LEX_H

#include "protocol/json.h"

struct json_cursor {
	const char	*at;
	const char	*end;
	size_t		 bytes;		/* of the strings that it has passed, unescaped */
};

MUST_CHECK bool	 json_is_at(const struct json_cursor *, const char *any);	/* one of those */
void		 json_blanks(struct json_cursor *);
MUST_CHECK bool	 json_next(struct json_cursor *, char);		/* blanks, then that character */
MUST_CHECK bool	 json_literal(struct json_cursor *, const char *word);
MUST_CHECK bool	 json_number(struct json_cursor *);

/* After a backslash; a surrogate pair is taken whole.  See json_quoted for out. */
MUST_CHECK bool	 json_escape(struct json_cursor *, char **out);

/*
 * At a quotation mark.  Unless out is NULL the unescaped bytes go to *out, which moves; they are
 * never more than the source has between its quotation marks.
 */
MUST_CHECK bool	 json_quoted(struct json_cursor *, char **out);

/*
 * json_scan, with the text's weight: one for each value but null, at all levels, and the bytes of
 * all strings and names, unescaped.  Untouched on a fault.
 */
MUST_CHECK enum json_fault	 json_scan_weighing(struct arena *, const char *text, size_t n,
				    struct json_members *, size_t *weight);

#endif
