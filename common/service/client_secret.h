/* SPDX-License-Identifier: MIT */
/* client_secret.h - the secret of a configured client: 32 random bytes, kept as a hash alone */
#ifndef SERVICE_CLIENT_SECRET_H
#define SERVICE_CLIENT_SECRET_H

#include "service/config.h"

/* A new secret; *hash is what secret_sha256 takes. */
NONNULL const char	*client_secret_new(struct arena *, const char **hash);

/* In time that does not depend on where they differ. */
MUST_CHECK bool		 client_secret_matches(struct arena *, const struct config_client *,
			    const char *secret);

#endif
