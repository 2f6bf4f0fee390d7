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

/*
 * Opens the session with the token's secret, so that whoever writes to the database becomes nobody
 * else, and gets Entra's verified token for us if `entra`.  INVALID_TOKEN when the session is over,
 * TEMPORARILY_UNAVAILABLE when Entra is.
 */
MUST_CHECK enum oauth_error person_open(struct request *, const struct access *, bool entra,
		    struct person *);

#endif
