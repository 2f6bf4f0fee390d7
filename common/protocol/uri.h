/* SPDX-License-Identifier: MIT */
/* uri.h - RFC 3986, the part with an authority or a bare scheme that redirects and issuers need */
#ifndef PROTOCOL_URI_H
#define PROTOCOL_URI_H

#include "base/buf.h"

#define URI_MAX		2048	/* bytes */

/* Each part as it was written, without its delimiter; NULL where the part is absent. */
struct uri {
	const char	*scheme;	/* lower case */
	const char	*userinfo;
	const char	*host;		/* NULL without an authority; an IPv6 literal keeps its [] */
	int		 port;		/* -1 when absent */
	const char	*path;		/* "" when empty */
	const char	*query;
	const char	*fragment;
};

/* False unless absolute and made of RFC 3986's characters alone: no backslash, blank, control or
 * byte beyond ASCII, no bad escape, no empty or malformed host under an authority. */
MUST_CHECK bool	 uri_parse(struct arena *, const char *, struct uri *);

/* Syntax function for parameters: uri_parse without keeping the parts. */
MUST_CHECK bool	 is_uri(const char *);

/* localhost, 127.0.0.0/8 in four decimal numbers, [::1]: exactly so, lower case. */
MUST_CHECK bool	 uri_host_is_loopback(const char *host);

/* scheme://host[:port], the port left out where it is the scheme's own; scheme and host lower. */
NONNULL char	*uri_origin(struct arena *, const struct uri *);

/* Appends ?name=value or &name=value to a URI's text, as its text needs; RFC 6749 section 3.1.2. */
void		 uri_add_query(struct buf *, const char *name, const char *value);

#endif
