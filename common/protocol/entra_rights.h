/* SPDX-License-Identifier: MIT */
/* entra_rights.h - what a verified token of Entra's says of a person's rights and name */
#ifndef PROTOCOL_ENTRA_RIGHTS_H
#define PROTOCOL_ENTRA_RIGHTS_H

#include "protocol/tool_policy.h"

struct entra_rights {
	const char	*roles;		/* blank-separated; "" for none */
	const char	*groups;	/* the same */
	bool		 overage;	/* Entra left the groups out as too many */
	const char	*name;		/* for display; "" when absent */
};

/* The token's signature and claims were verified before.  Never NULL inside; unreadable is none. */
struct entra_rights entra_rights(struct arena *, const char *token);

#endif
