/* SPDX-License-Identifier: MIT */
/* http.h - the header fields that we read, RFC 9110 and RFC 6265 */
#ifndef PROTOCOL_HTTP_H
#define PROTOCOL_HTTP_H

#include "base/arena.h"

/* "application/json; charset=utf-8" is application/json; case does not matter.  NULL is nothing. */
MUST_CHECK bool	 http_media_type_is(const char *content_type, const char *type);

/* application/json, or application/ANYTHING+json (RFC 6839). */
MUST_CHECK bool	 http_media_type_is_json(const char *content_type);

/*
 * Whether an Accept value lets `type` through: an absent or empty value, type itself, its
 * type/ *, or * / *, unless its q is 0.
 */
MUST_CHECK bool	 http_accepts(const char *accept, const char *type);

/* A cookie's value, arena copy; NULL when absent, sent twice, or longer than COOKIE_MAX. */
MUST_CHECK const char *http_cookie(struct arena *, const char *cookies, const char *name);

/* The name of the n-th cookie whose name begins so, arena copy; NULL when there are fewer.  One that
 * is too long or not printable does not count. */
MUST_CHECK const char *http_cookie_name(struct arena *, const char *cookies, const char *prefix,
		    size_t n);

#define COOKIE_MAX	256	/* bytes of a cookie's value of ours */
#define COOKIE_NAME_MAX	128	/* and of its name */

/* "host[:port]" against "host[:port]", case aside. */
MUST_CHECK bool	 http_host_equal(const char *, const char *);

/* An IMF-fixdate (RFC 9110 section 5.6.7) as seconds since 1970; false for anything else. */
MUST_CHECK bool	 http_date_read(const char *, int64_t *seconds);

#endif
