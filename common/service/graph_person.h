/* SPDX-License-Identifier: MIT */
/* graph_person.h - Graph asked in a person's name: exchange, call, and once more when it is the token */
#ifndef SERVICE_GRAPH_PERSON_H
#define SERVICE_GRAPH_PERSON_H

#include "service/graph.h"
#include "service/on_behalf_of.h"

struct graph_person {
	const struct session	*session;
	const struct data_key	*key;		/* NULL: there is no session yet, and nothing is kept */
	const char		*entra_token;	/* verified */
	const char		*graph_token;	/* of an earlier call of this request; NULL to begin with */

	enum entra_outcome	 entra;		/* unless granted, Graph was not asked */
	enum graph_outcome	 graph;
	const char		*claims;	/* what Entra or Graph demands of the person; may be NULL */
	struct graph_reply	 reply;
};

/*
 * `path` and `json` as in struct graph_call.  True when there is a reply, whose object the caller
 * releases with json_auto; otherwise the failure's reason says why.  A kept token that Graph does not
 * take is exchanged once more; one that does not do for its claims is kept no longer.
 */
MUST_CHECK bool	 graph_person_call(struct request *, struct graph_person *, const char *path,
		    const char *json);

#endif
