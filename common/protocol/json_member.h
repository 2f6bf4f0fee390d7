/* SPDX-License-Identifier: MIT */
/*
 * json_member.h - reading an object's members where json_scan listed them
 *
 * For flat objects that are read on the way of every request: json-c would allocate and free some
 * fifty times for one, and take a lock of the whole process for its locale.
 */
#ifndef PROTOCOL_JSON_MEMBER_H
#define PROTOCOL_JSON_MEMBER_H

#include "protocol/json.h"

/* NULL when absent. */
MUST_CHECK const struct json_member *json_member_find(const struct json_members *,
			    const char *name);

/* Unescaped, in the arena.  NULL when absent or no string. */
MUST_CHECK const char	*json_member_string(struct arena *, const struct json_members *,
			    const char *name);

/* A number in digits alone, below INT64_MAX.  False when absent or anything else. */
MUST_CHECK bool		 json_member_int(struct arena *, const struct json_members *,
			    const char *name, int64_t *out);

/* Present, null included. */
MUST_CHECK bool		 json_member_has(const struct json_members *, const char *name);

#endif
