/* SPDX-License-Identifier: MIT */
/* exchanging.h - a session whose token is exchanged, and an Entra that does it or does not */
#ifndef UNIT_SERVICE_EXCHANGING_H
#define UNIT_SERVICE_EXCHANGING_H

#include "service/on_behalf_of.h"

#include "answering.h"
#include "signed_in.h"

#define SCOPE_A		"https://graph.microsoft.com/User.Read"

static struct signed_in in;
static struct exchanged got;

static inline void
begin(void)
{
	open_session(&in);
	serve_discovery();
	write_file(path_of("secret"), "s3cret\n");
	write_file(path_of("api"), "of the api\n");
}

static inline void
will_grant(const char *token)
{
	atomic_store(&server.status, 200);
	atomic_store(&server.body, arena_printf(&fix.arena, "{\"token_type\":\"Bearer\","
	    "\"expires_in\":600,\"access_token\":\"%s\"}", token));
}

static inline void
will_refuse(const char *members)
{
	atomic_store(&server.status, 400);
	atomic_store(&server.body, arena_printf(&fix.arena, "{%s}", members));
}

static inline enum entra_outcome
exchange(const struct signed_in *who, const char *scope, bool fresh)
{
	got = (struct exchanged){ .claims = "left over" };
	fix.rq.failure = (struct failure){ 0 };
	return on_behalf_of(&fix.rq, &who->session, &who->key, "the.users.token", scope, fresh, &got);
}

/* The token for that scope, NULL unless granted. */
static inline const char *
token_for(const struct signed_in *who, const char *scope, bool fresh)
{
	if (exchange(who, scope, fresh) != ENTRA_GRANTED)
		assert_null(got.access_token);
	else
		assert_null(got.claims);
	return got.access_token;
}

static inline int
asked(void)
{
	return atomic_load(&server.requests);
}

#endif
