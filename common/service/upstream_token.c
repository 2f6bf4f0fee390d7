/* SPDX-License-Identifier: MIT */
#include "service/upstream_token.h"

#include "service/challenge.h"
#include "service/on_behalf_of.h"
#include "service/reauthentication.h"
#include "service/upstream_header.h"

/* Entra's refusal may be of the token alone: then a renewed one does. */
static enum oauth_error
exchange_once_more(struct request *rq, const struct person *p, const char *scope,
    enum entra_outcome *outcome, struct exchanged *got)
{
	struct person person = *p;
	bool renewed;

	TRY(person_renew(rq, &person, &renewed));
	if (renewed)
		*outcome = on_behalf_of(rq, &p->access->session, &p->key, person.entra_token, scope, false, got);
	return OAUTH_OK;
}

static enum oauth_error
exchange(struct request *rq, const struct config_server *server, const struct person *p,
    const char **token)
{
	const char *scope = server->upstream_token + sizeof "obo:" - 1;
	struct exchanged got;
	enum entra_outcome outcome = on_behalf_of(rq, &p->access->session, &p->key, p->entra_token, scope,
	    false, &got);

	if (outcome == ENTRA_REFUSED)
		TRY(exchange_once_more(rq, p, scope, &outcome, &got));
	switch (outcome) {
	case ENTRA_GRANTED:
		*token = got.access_token;
		return OAUTH_OK;
	case ENTRA_UNAVAILABLE:
		return fail_unavailable(&rq->failure, arena_printf(rq->arena,
		    "Microsoft Entra ID does not answer just now; try again in %lld seconds",
		    (long long)(rq->failure.retry_after > 0 ? rq->failure.retry_after : 60)),
		    rq->failure.reason, rq->failure.retry_after);
	case ENTRA_INTERACTION:
	case ENTRA_REFUSED:
		if (got.claims != NULL)
			TRY(reauthentication_demand(rq, &p->access->session, got.claims));
		return fail_because(&rq->failure, FORBIDDEN, "The user's organisation asks for one more step "
		    "before this server may be used. Ask the user to disconnect it in their client and to "
		    "connect it again; if that does not help, their administrator must allow it.",
		    rq->failure.reason);
	default:
		return fail_because(&rq->failure, SERVER_ERROR, "this server is not set up correctly at "
		    "Microsoft Entra ID; its administrator must look at its log", rq->failure.reason);
	}
}

bool
upstream_token_wants_entra(const struct config_server *server)
{
	return server->asks_entra || strcmp(server->upstream_token, "entra") == 0 ||
	    strncmp(server->upstream_token, "obo:", 4) == 0 ||
	    strcmp(server->upstream_user_headers, "off") != 0;
}

enum oauth_error
upstream_token(struct request *rq, const struct config_server *server, const struct person *p,
    struct relay_plan *plan, const char **token)
{
	*token = NULL;
	if (strncmp(server->upstream_token, "header-file:", 12) == 0)
		return upstream_header_file(rq, server->upstream_token + 12, plan);
	if (strcmp(server->upstream_token, "none") == 0)
		return OAUTH_OK;
	plan->unauthorized = challenge_text(rq, server, INVALID_TOKEN, "sign in again", NULL);
	if (strcmp(server->upstream_token, "entra") == 0) {
		*token = p->entra_token;
		return OAUTH_OK;
	}
	plan->exchanged = server->upstream_token + sizeof "obo:" - 1;
	return exchange(rq, server, p, token);
}
