/* SPDX-License-Identifier: MIT */
#include "service/store_failed.h"

#include "service/store.h"

enum oauth_error
store_failed(struct request *rq)
{
	return fail_because(&rq->failure, TEMPORARILY_UNAVAILABLE,
	    "the server cannot store or read just now; try again",
	    arena_string(rq->arena, store_error(rq->store)));
}
