/* SPDX-License-Identifier: MIT */
/* demanding.h - a session of a person of whom Entra demands more */
#ifndef UNIT_SERVICE_DEMANDING_H
#define UNIT_SERVICE_DEMANDING_H

#include "service/reauthentication.h"

#include "signed_in.h"

#define DEMAND	"{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}}"
#define OTHER	"{\"access_token\":{\"nbf\":{\"value\":\"1\"}}}"
#define BOTH	"{\"access_token\":{\"acrs\":{\"value\":\"c1\"},\"nbf\":{\"value\":\"1\"}}}"

static struct signed_in in;
static struct reauthentication found;

static inline enum stored
find(const struct session *s)
{
	found = (struct reauthentication){ .claims = NULL };
	return reauthentication_find(&fix.rq, s, &found);
}

static inline void
keep(const char *claims)
{
	assert_int_equal(reauthentication_keep(&fix.rq, &in.session, claims), STORED);
}

/* The person comes with a new session, and was asked for what is there. */
static inline void
sign_in_asked(void)
{
	open_session(&in);
	assert_int_equal(find(&in.session), STORED);
	assert_int_equal(reauthentication_asked(&fix.rq, &in.session, &found), STORED);
	assert_int_equal(find(&in.session), STORED);
}

/* What becomes of a demand that comes with a call of that session. */
static inline enum oauth_error
demand_of(const struct session *s, const char *claims)
{
	fix.rq.failure = (struct failure){ .reason = "entra token: interaction_required AADSTS50076" };
	return reauthentication_demand(&fix.rq, s, claims);
}

static inline enum oauth_error
demand(const char *claims)
{
	return demand_of(&in.session, claims);
}

/* Whether the client's next refresh is the one to be refused. */
static inline bool
is_stepped_up(void)
{
	return session_step_up_take(&fix.rq, &in.session.sid) == STORED;
}

static inline bool
awaits(void)
{
	return reauthentication_awaits(&fix.rq, &in.session, &found);
}

#endif
