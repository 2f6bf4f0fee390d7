/* SPDX-License-Identifier: MIT */
/* form.h - application/x-www-form-urlencoded, in queries and bodies (WHATWG URL, RFC 6749 B) */
#ifndef PROTOCOL_FORM_H
#define PROTOCOL_FORM_H

#include "base/arena.h"

#define FORM_PAIRS_MAX	64	/* name=value pairs in one form */

enum form_step { FORM_PAIR, FORM_END, FORM_MALFORMED };

/*
 * Takes the next pair off *cursor and decodes it into the arena; an empty pair is passed over.
 * FORM_MALFORMED for a bad escape, a zero byte, or text that is not UTF-8.
 */
MUST_CHECK enum form_step form_next(struct arena *, const char **cursor, const char **name,
		    const char **value);

#endif
