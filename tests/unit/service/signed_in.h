/* SPDX-License-Identifier: MIT */
/* signed_in.h - a person signed in at one client: session, data key, first tokens */
#ifndef UNIT_SERVICE_SIGNED_IN_H
#define UNIT_SERVICE_SIGNED_IN_H

#include "service/access_token.h"
#include "service/authorization_code.h"
#include "service/refresh_token.h"
#include "service/session.h"

#include "fixture.h"

#define CLIENT		"a-client-of-the-tests"
#define OTHER_CLIENT	"another-client"
#define PERSON		"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define SCOPE		"mcp:tools offline_access"
#define SESSION_LIFE	INT64_C(7776000)

struct signed_in {
	struct session		 session;
	struct data_key		 key;
	struct opaque_token	 refresh;
	struct grant		 grant;
};

/* Inserts a session without any token. */
static inline void
open_session(struct signed_in *in)
{
	static const struct entra_tokens tokens = {
		.access_token = "entra-access", .refresh_token = "entra-refresh",
		.expires_at = START + 3600, .renew_at = START + 3600 - 300, .asked_at = START,
	};

	*in = (struct signed_in){
		.session = {
			.sid = sid_new(), .client_id = CLIENT, .resource = RESOURCE, .scope = SCOPE,
			.subject = session_subject(&fix.rq, TENANT, PERSON), .tenant_id = TENANT,
			.object_id = PERSON, .expires_at = fix.rq.now + SESSION_LIFE,
			.created_at = fix.rq.now, .last_used_at = fix.rq.now,
		},
		.key = data_key_new(),
	};
	assert_int_equal(session_insert(&fix.rq, &in->session, &in->key, &tokens), STORED);
}

/* Inserts a session with a refresh token and an access token beside it. */
static inline void
sign_in(struct signed_in *in)
{
	open_session(in);
	assert_int_equal(refresh_token_issue(&fix.rq, &in->session, &in->key, NULL, &in->refresh),
	    OAUTH_OK);
	assert_int_equal(access_token_issue(&fix.rq, &in->session, &in->key, SCOPE, &in->refresh,
	    NULL,
	    &in->grant), OAUTH_OK);
}

/* Whether the session lives, by its row. */
static inline bool
session_lives(const struct session *s)
{
	struct session now;
	struct bytes identity;

	return session_get(&fix.rq, &s->sid, &now, &identity) == STORED;
}

static inline enum oauth_error
verify(const char *token)
{
	struct access access;

	return access_token_verify(&fix.rq, token, RESOURCE, &access);
}

/* Presents a refresh token as its own client. */
static inline enum oauth_error
redeem(const char *refresh_token, struct grant *out)
{
	struct refresh_request in = { .refresh_token = refresh_token, .client_id = CLIENT };

	return refresh_token_redeem(&fix.rq, &in, out);
}

#endif
