/* SPDX-License-Identifier: MIT */
/*
 * rotation.h - what the store keeps of a refresh token's rotation until it is confirmed
 *
 * The first use of anything issued in a rotation confirms it.  Once that is so and refresh_grace is
 * over, the predecessor's copy of its successor and its old wrap are erased: clients send several
 * requests at once, and when their access token has expired each of them refreshes on its own, so
 * one of them may use its new token before another has asked for its own.
 */
#ifndef SERVICE_ROTATION_H
#define SERVICE_ROTATION_H

#include "service/session.h"

/* Within the caller's transaction; false if the store failed.  Both may be done twice. */
MUST_CHECK bool	 rotation_confirm(struct request *, const struct sid *, struct bytes predecessor);
MUST_CHECK bool	 rotation_supersede(struct request *, struct bytes successor_hash);

/* The first use of an access token: the same in a transaction of its own. */
MUST_CHECK bool	 rotation_confirm_use(struct request *, const struct sid *,
		    struct bytes predecessor);

#endif
