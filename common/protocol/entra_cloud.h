/* SPDX-License-Identifier: MIT */
/* entra_cloud.h - the clouds that Entra ID lives in: where it is, where Graph is, what exchanges are for */
#ifndef PROTOCOL_ENTRA_CLOUD_H
#define PROTOCOL_ENTRA_CLOUD_H

#include "base/attr.h"

struct entra_cloud {
	const char	*name;
	const char	*authority_host;
	const char	*graph_url;
	const char	*exchange_audience;	/* what a federated credential's token must be for */
};

/* NULL when no cloud has that name. */
MUST_CHECK const struct entra_cloud *entra_cloud(const char *name);

/* The cloud of that authority; the global one for any that is not Microsoft's own (tests). */
NONNULL const struct entra_cloud *entra_cloud_of(const char *authority_host);

#define ENTRA_CLOUDS	"global usgov usgov-dod china"	/* the names, for the configuration's table */

#endif
