/* SPDX-License-Identifier: MIT */
/* resource_metadata.h - RFC 9728: what a protected MCP endpoint tells of itself */
#ifndef PROTOCOL_RESOURCE_METADATA_H
#define PROTOCOL_RESOURCE_METADATA_H

#include "base/buf.h"

/* Writes the JSON document: section 2.  `name` is the [server] section's own. */
void		 resource_metadata(struct buf *, const char *resource, const char *issuer, const char *scope,
		    const char *name);

#endif
