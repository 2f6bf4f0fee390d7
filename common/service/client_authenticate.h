/* SPDX-License-Identifier: MIT */
/*
 * client_authenticate.h - RFC 6749 section 2.3: who the client is, at token and revoke
 *
 * client_secret_basic, client_secret_post, private_key_jwt (RFC 7523), or nothing for a public
 * client.  What a client is known with decides which of them it must use, never what it sends.
 */
#ifndef SERVICE_CLIENT_AUTHENTICATE_H
#define SERVICE_CLIENT_AUTHENTICATE_H

#include "protocol/client_assertion.h"
#include "service/client.h"

#define CLIENT_SECRET_MAX	512	/* bytes of a client_secret parameter */

/* As parameters of the body, NULL where absent; CLIENT_PARAMS are their rows. */
struct client_credentials {
	const char	*client_id;
	const char	*client_secret;
	const char	*client_assertion_type;
	const char	*client_assertion;
};

/* The rows of a table whose struct has such a member, named `credentials`. */
#define CLIENT_PARAM(type, member, limit) \
	{ #member, offsetof(struct type, credentials.member), OPTIONAL, limit, is_vschar }
#define CLIENT_PARAMS(type)						\
	CLIENT_PARAM(type, client_id, CLIENT_ID_MAX),			\
	CLIENT_PARAM(type, client_secret, CLIENT_SECRET_MAX),		\
	CLIENT_PARAM(type, client_assertion_type, 128),			\
	CLIENT_PARAM(type, client_assertion, CLIENT_ASSERTION_MAX)

/*
 * INVALID_CLIENT when it is unknown or not who it says, with a challenge where Basic was tried;
 * INVALID_REQUEST for two ways at once.
 */
MUST_CHECK enum oauth_error client_authenticate(struct request *, struct response *,
		    const struct client_credentials *, struct client *out);

#endif
