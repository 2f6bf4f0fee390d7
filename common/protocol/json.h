/* SPDX-License-Identifier: MIT */
/*
 * json.h - JSON from outside: first a validating scanner, then json-c
 *
 * json-c keeps the last of two members of one name, saturates large integers and misreads some
 * surrogate pairs; a gateway that judges one reading and forwards another can be bypassed.  So
 * every text from outside passes json_scan first: RFC 8259 grammar, valid UTF-8, no duplicate
 * member name at any level (compared after unescaping), no unpaired surrogate escape, no U+0000,
 * bounded depth, bounded number of values.
 */
#ifndef PROTOCOL_JSON_H
#define PROTOCOL_JSON_H

#include <json-c/json_object.h>

#include "base/arena.h"
#include "base/buf.h"

#define JSON_DEPTH_MAX	32	/* levels of objects and arrays */
#define JSON_COST_MAX	250000	/* a value costs 1, an object or array 16 */

enum json_fault {
	JSON_FINE,
	JSON_SYNTAX,		/* not RFC 8259, bytes after the value, \u0000, a lone surrogate */
	JSON_NOT_UTF8,
	JSON_TOO_DEEP,
	JSON_TOO_MANY,		/* values: three bytes of text become a kilobyte of json-c's memory */
	JSON_DUPLICATE,		/* a member name twice in one object */
};

/* The source text of one member of the outermost object. */
struct json_member {
	const char	*name;		/* unescaped, in the arena; "" for an array's element */
	const char	*text;		/* the value's first byte, in the scanned text */
	size_t		 len;		/* bytes of the value */
};

struct json_members {
	struct json_member	*member;
	size_t			 count;
};

/*
 * Scans n bytes (they need no NUL).  When the value is an object and `members` is not NULL, its
 * members are listed in order; for another value the list is empty.  Nothing is written on a
 * fault.  Time is n log n at worst, the arena gives at most eight bytes for each byte scanned.
 */
MUST_CHECK enum json_fault json_scan(struct arena *, const char *text, size_t n,
		    struct json_members *members);

/* The same, but the list is of an array's elements: 24 bytes each, so know their number first. */
MUST_CHECK enum json_fault json_scan_elements(struct arena *, const char *text, size_t n,
		    struct json_members *elements);

/*
 * Scans, then parses with json-c.  NULL on any fault, and for the text `null`, which is json-c's
 * NULL.  The caller owns the object: AUTO(json).
 */
MUST_CHECK struct json_object *json_parse(struct arena *, const char *text, size_t n);

/* The same in one scan with json_scan's list; nothing is written when NULL is returned. */
MUST_CHECK struct json_object *json_parse_listed(struct arena *, const char *text, size_t n,
		    struct json_members *members);
void		 json_auto(struct json_object **);

/*
 * Members of an object by type.  NULL (or false) when the object is NULL or no object, the member
 * is absent, or it is of another type.  Strings belong to the object; one that holds U+0000 is
 * refused by the scanner already.  json_int reads what lies strictly between INT64_MIN and
 * INT64_MAX and is written without point or exponent.  json_has: present, null included.
 */
MUST_CHECK const char		*json_string(struct json_object *, const char *name);
MUST_CHECK struct json_object	*json_object_member(struct json_object *, const char *name);
MUST_CHECK struct json_object	*json_array_member(struct json_object *, const char *name);
MUST_CHECK bool			 json_int(struct json_object *, const char *name, int64_t *out);
MUST_CHECK bool			 json_has(struct json_object *, const char *name);

/* True when it is an array and one of its elements is that string. */
MUST_CHECK bool			 json_array_has(struct json_object *, const char *text);

#endif
