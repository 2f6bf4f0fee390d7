/* SPDX-License-Identifier: MIT */
/* entra_answer.h - an answer of Entra's token endpoint judged, for entra_client.c alone */
#ifndef SERVICE_ENTRA_ANSWER_H
#define SERVICE_ENTRA_ANSWER_H

#include "service/entra_client.h"
#include "service/http_client.h"

/* Branches on error, suberror and claims; the failure's reason says why in word and number. */
MUST_CHECK enum entra_outcome entra_answer_read(struct request *, const struct http_answer *,
		    struct entra_reply *);

/* ENTRA_UNAVAILABLE with that reason. */
enum entra_outcome	 entra_unavailable(struct request *, const char *reason);
/* The same, and asking again at once would make it worse; 0 seconds: nobody said for how long. */
enum entra_outcome	 entra_busy(struct request *, const char *reason, int64_t seconds);

#endif
