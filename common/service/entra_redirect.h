/* SPDX-License-Identifier: MIT */
/* entra_redirect.h - the browser sent to Entra: OpenID Connect Core section 3.1.2.1 */
#ifndef SERVICE_ENTRA_REDIRECT_H
#define SERVICE_ENTRA_REDIRECT_H

#include "service/authorization_request.h"

struct entra_visit {
	const char	*endpoint;	/* Entra's authorization endpoint */
	const char	*prompt;	/* NULL for none */
	const char	*login_hint;	/* NULL for none */
	const char	*claims;	/* demanded; NULL for none */
};

/* Binds the browser to the transaction by its cookie and redirects. */
void		 entra_redirect(struct request *, struct response *, const uint8_t id_hash[static 32],
		    const struct entra_round *, const struct entra_visit *);

#endif
