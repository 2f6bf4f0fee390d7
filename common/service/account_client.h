/* SPDX-License-Identifier: MIT */
/* account_client.h - what is connected to one person, over all their sessions */
#ifndef SERVICE_ACCOUNT_CLIENT_H
#define SERVICE_ACCOUNT_CLIENT_H

#include "protocol/page_account.h"
#include "service/account_session.h"

#define ACCOUNT_CLIENTS		50	/* clients that are shown */
#define ACCOUNT_CONNECTIONS	200	/* and with how many servers and scopes in all */

/* Fills in application, applications and more: those used last come first. */
MUST_CHECK enum oauth_error account_clients(struct request *, const struct account_session *,
		    struct account_page *);

/*
 * Ends all sessions of the person, or those at one client; client_id NULL: all.  *said is what the
 * page says of it.  Each is an event of its own in the audit.
 */
MUST_CHECK enum oauth_error account_disconnect(struct request *, const struct account_session *,
		    const char *client_id, enum page_text *said);

#endif
