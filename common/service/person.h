/* SPDX-License-Identifier: MIT */
/* person.h - who is behind a request: the opened session, Entra's token where asked for, rights */
#ifndef SERVICE_PERSON_H
#define SERVICE_PERSON_H

#include "protocol/tool_policy.h"
#include "service/access_token.h"

struct person {
	const struct access	*access;
	struct data_key		 key;
	const char		*entra_token;	/* NULL unless asked for */
	const char		*name;		/* for display; "" without Entra's token */
	struct rights		 rights;	/* roles and groups are "" without Entra's token */
};

/* Which groups Graph is asked about: at the sign-in, and where nothing needs Entra's token, allow alone judges. */
enum person_groups { GROUPS_OF_ALLOW, GROUPS_OF_ALL_RULES };

/*
 * What Entra's verified token, and Graph where the token holds too few groups, say of a person's
 * rights: roles and groups of `out`.  ACCESS_DENIED when [entra] allow does not let them in.  The
 * key may be NULL: there is no session yet.  `name` is for display.
 */
MUST_CHECK enum oauth_error person_rights(struct request *, const struct session *,
		    const struct data_key *, const char *entra_token, enum person_groups, struct rights *out,
		    const char **name);

/*
 * Opens the session with the token's secret, so that whoever writes to the database becomes nobody
 * else, and gets Entra's verified token for us if `entra`.  INVALID_TOKEN when the session is over,
 * TEMPORARILY_UNAVAILABLE when Entra is.  Also without `entra` Entra is asked when its word on the
 * person is old, so that one who was disabled there does not stay; but then its silence, or
 * Graph's, is no reason to refuse for a day.  SERVER_ERROR when Graph refuses to tell the groups
 * that [entra] allow names.  In any case it is Entra's signature that says who the person is.
 */
MUST_CHECK enum oauth_error person_open(struct request *, const struct access *, bool entra,
		    struct person *);

/*
 * For when Entra refuses to exchange the person's token: *renewed tells whether there is another one
 * to try.  INVALID_TOKEN when Entra does not stand by the person any more, and the session has ended.
 */
MUST_CHECK enum oauth_error person_renew(struct request *, struct person *, bool *renewed);

#endif
