/* SPDX-License-Identifier: MIT */
/* person_in.h - a person signed in, with Entra tokens that say what a test wants */
#ifndef UNIT_SERVICE_PERSON_IN_H
#define UNIT_SERVICE_PERSON_IN_H

#include "service/person.h"

#include "service/entra_session.h"

#include "entra_sign.h"

#define LIFE	3000	/* seconds of an access token of Entra's */
#define RIGHTS	",\"roles\":[\"Reader\",\"Auditor\"],\"groups\":[\"g1\"],\"name\":\"Ada\"}"

static struct signed_in in;
static struct access access_of_person;
static struct person person;
static const char *entra_token;

/* A session whose Entra tokens have those members beside the usual claims, and its token presented. */
static void
sign_in_with(const char *members, int64_t life)
{
	struct opaque_token owner = opaque_token_new(&fix.arena);
	struct entra_tokens tokens = { .refresh_token = "rt", .expires_at = fix.clock + life,
	    .renew_at = fix.clock + life - ENTRA_EARLY, .asked_at = fix.clock };
	const char *claims = access_claims(PERSON, life);

	sign_in(&in);
	tokens.access_token = entra_token = sign_token(entra_key, ENTRA_HEADER,
	    arena_printf(&fix.arena, "%.*s%s", (int)strlen(claims) - 1, claims, members));
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 1));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &tokens),
	    STORED);
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE,
	    &access_of_person), OAUTH_OK);
	memset(&person, 0xff, sizeof person);
}

#endif
