/* SPDX-License-Identifier: MIT */
/* relay_refusal.c - an upstream's 401 and 403: whose fault it is, and what the client is told to do */
#include "protocol/entra_claims.h"
#include "protocol/jsonrpc.h"
#include "service/on_behalf_of.h"
#include "service/reauthentication.h"
#include "service/relay.h"

/* A token that the upstream does not take is not kept for the next request. */
static void
forget_exchanged(struct relay *r)
{
	struct request *rq = stream_request(&r->s);

	if (rq->store != NULL && r->exchanged != NULL)
		on_behalf_of_forget(rq, &(struct session){ .sid = r->s.sid }, r->exchanged);
}

void
relay_refusal_read(struct relay *r, const char *www_authenticate)
{
	struct arena *a = stream_request(&r->s)->arena;

	r->lacks_scope = www_authenticate != NULL && strstr(www_authenticate, "insufficient_scope") != NULL;
	/* Only who was given a token of the person's can ask for a better one. */
	stream_free_text(&r->claims);
	if (r->unauthorized != NULL)
		r->claims = stream_text(entra_claims_challenge(a, www_authenticate));
}

/*
 * The upstream wants more of the person than Entra's token for it says: that is asked of them at
 * their next sign-in.  False when it would be of no use.
 */
static bool
demand(struct relay *r)
{
	struct request *rq = stream_request(&r->s);
	struct bytes identity;
	struct session session;

	return r->claims != NULL && rq->store != NULL &&
	    session_get(rq, &r->s.sid, &session, &identity) == STORED &&
	    session_identity_agrees(rq, &session, &r->s.key, identity) &&
	    reauthentication_demand(rq, &session, r->claims) == INVALID_TOKEN;
}

void
relay_refused(struct relay *r)
{
	bool demanded;

	if (r->status == 401 && r->unauthorized == NULL) {
		relay_fault(r, HTTP_ANSWERED, NULL);
		return;
	}
	stream_failed(&r->s, "upstream: refused with status %d%s", r->status,
	    r->claims == NULL ? "" : ", and demands more of the person");
	if ((demanded = demand(r)) || (r->status == 401 && r->claims == NULL)) {
		forget_exchanged(r);
		relay_error(r, 401, JSONRPC_INVALID_REQUEST, demanded ?
		    "The MCP server behind this gateway asks for one more step; sign in again" :
		    "The MCP server behind this gateway does not accept this sign-in; sign in again",
		    r->unauthorized);
	} else if (r->claims != NULL) {
		relay_error(r, 403, JSONRPC_INVALID_REQUEST, "The MCP server behind this gateway asks the user "
		    "for a step that they have just taken; its administrator must look at its log", NULL);
	} else {
		relay_error(r, 403, JSONRPC_INVALID_REQUEST,
		    "The MCP server behind this gateway does not allow this", r->lacks_scope ? r->forbidden : NULL);
	}
}
