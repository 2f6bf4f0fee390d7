/* SPDX-License-Identifier: MIT */
/* second_round.h - a sign-in that is sent to Entra once more, with what Entra had demanded */
#ifndef SERVICE_SECOND_ROUND_H
#define SERVICE_SECOND_ROUND_H

#include "service/authorization_request.h"
#include "service/reauthentication.h"

/* What a transaction of the second round carries: of whom it demands what. */
NONNULL const char *second_round_name(struct request *, const struct session *, const char *claims);

/*
 * For the session that would be opened: the demand that this sign-in is about, without claims when
 * there is none.  In the first round it is to be asked for; in the second it has been met.
 * ACCESS_DENIED when the second round was of another person, or did not bring what can be seen.
 */
MUST_CHECK enum oauth_error second_round_find(struct request *, const struct authorization_request *,
		    const struct session *, const char *access_token, struct reauthentication *);

/* The person would not, or could not: see reauthentication_refused. */
void		 second_round_given_up(struct request *, const struct authorization_request *);

#endif
