/* SPDX-License-Identifier: MIT */
/* refreshing.h - a session with Entra tokens, and an Entra that renews them or does not */
#ifndef UNIT_SERVICE_REFRESHING_H
#define UNIT_SERVICE_REFRESHING_H

#include "service/entra_session.h"

#include "entra_sign.h"

#define LIFE	3600	/* seconds of an access token of Entra's */

static struct signed_in in;
static const char *first;	/* the token that the session begins with */

/* A session whose Entra tokens are these. */
static inline void
begin(const char *refresh_token)
{
	struct opaque_token owner = opaque_token_new(&fix.arena);
	struct entra_tokens tokens = { .refresh_token = refresh_token, .expires_at = START + LIFE,
	    .renew_at = START + LIFE - ENTRA_EARLY, .asked_at = START };

	open_session(&in);
	tokens.access_token = first = access_token_of(PERSON, LIFE);
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 1));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &tokens),
	    STORED);
}

/* What Entra grants next. */
static inline const char *
will_grant(const char *object_id)
{
	const char *token = access_token_of(object_id, LIFE);

	atomic_store(&server.status, 200);
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"token_type\":\"Bearer\","
	    "\"expires_in\":%d,\"access_token\":\"%s\",\"refresh_token\":\"next\"}", LIFE, token));
	return token;
}

static inline void
will_refuse(int status, const char *error)
{
	atomic_store(&server.status, status);
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"error\":\"%s\"}", error));
}

static const char *token;

static inline enum entra_outcome
ask(void)
{
	token = NULL;
	fix.rq.failure = (struct failure){ 0 };
	return entra_session_token(&fix.rq, &in.session, &in.key, &token);
}

#endif
