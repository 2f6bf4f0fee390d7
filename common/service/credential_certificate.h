/* SPDX-License-Identifier: MIT */
/*
 * credential_certificate.h - certificate:PATH[,PATH], a client assertion signed with its key
 *
 * RFC 7523 section 2.2, PS256 and x5t#S256.  Of two files the newest serves that is valid: it can be
 * read, its key is its certificate's, and now is within the certificate's time; newest is the latest
 * beginning of that time.  So a successor can be put beside its predecessor before its time has come.
 */
#ifndef SERVICE_CREDENTIAL_CERTIFICATE_H
#define SERVICE_CREDENTIAL_CERTIFICATE_H

#include <openssl/evp.h>

#include "service/request.h"

#define ENTRA_ASSERTION_LIFE	300	/* seconds */

struct certificate {
	const char	*path;
	const char	*why;		/* the file is of no use, whatever the time; NULL: it is */
	EVP_PKEY	*key;
	const char	*x5t;		/* SHA-256 of the certificate, base64url */
	int64_t		 not_before;
	int64_t		 not_after;
};

struct certificates {
	struct certificate	 file[CONFIG_LIST_MAX];
	size_t			 count;
};

/* Reads an application's files; AUTO(certificates) frees the keys. */
void		 certificates_read(struct arena *, const struct config_app *, struct certificates *);
void		 certificates_auto(struct certificates *);

/* The one that serves at that time, NULL if none does. */
MUST_CHECK const struct certificate *certificates_choose(const struct certificates *, int64_t now);

/* Why this one does not serve at that time. */
NONNULL const char *certificate_fault(struct arena *, const struct certificate *, int64_t now);

/*
 * An assertion for one call, which carries an id of its own: it is never kept, since Entra may refuse
 * an id that it has seen, and whoever finds a kept one could use it.  SERVER_ERROR with the reason
 * when no file serves.
 */
MUST_CHECK enum oauth_error credential_certificate(struct request *, const struct config_app *,
		    const char *token_endpoint, int64_t now, const char **assertion);

#endif
