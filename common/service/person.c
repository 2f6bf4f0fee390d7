/* SPDX-License-Identifier: MIT */
#include "service/person.h"

#include "protocol/entra_rights.h"
#include "service/entra_session.h"
#include "service/entra_verify.h"
#include "service/membership.h"
#include "service/store_failed.h"

#define RIGHTS_AGAIN	60	/* seconds until rights that could not be judged are looked at again */

static enum oauth_error
session_over(struct request *rq, const char *reason)
{
	return fail_because(&rq->failure, INVALID_TOKEN, "the session has ended; sign in again", reason);
}

static bool
names_groups(const char *const *words)
{
	for (; *words != NULL; words++)
		if (strncmp(*words, "group:", 6) == 0)
			return true;
	return false;
}

enum oauth_error
person_rights(struct request *rq, const struct session *s, const struct data_key *key,
    const char *entra_token, enum person_groups of, struct rights *out, const char **name)
{
	struct entra_rights rights = entra_rights(rq->arena, entra_token);

	if (rights.overage && (of == GROUPS_OF_ALL_RULES || names_groups(rq->config->entra.allow)))
		TRY(membership(rq, s, key, entra_token, &rights.groups));
	out->roles = rights.roles;
	out->groups = rights.groups;
	*name = rights.name;
	return tool_policy_judge(rq->config->entra.allow, out) == PERMITTED ? OAUTH_OK :
	    fail_because(&rq->failure, ACCESS_DENIED, "you may not sign in here; the administrator decides "
	    "who may", "[entra] allow");
}

static enum oauth_error
judge(struct request *rq, enum entra_outcome outcome)
{
	switch (outcome) {
	case ENTRA_GRANTED:
		return OAUTH_OK;
	case ENTRA_REFUSED:
		return session_over(rq, rq->failure.reason);
	case ENTRA_UNAVAILABLE:
		return fail_unavailable(&rq->failure, "Microsoft Entra ID does not answer just now",
		    rq->failure.reason, rq->failure.retry_after);
	default:
		return fail_because(&rq->failure, SERVER_ERROR,
		    "this server is not set up correctly at Microsoft Entra ID", rq->failure.reason);
	}
}

static enum oauth_error
read_entra(struct request *rq, struct person *p, enum entra_outcome outcome, enum person_groups of)
{
	const struct session *s = &p->access->session;
	enum oauth_error error;

	TRY(judge(rq, outcome));
	error = person_rights(rq, s, &p->key, p->entra_token, of, &p->rights, &p->name);
	if (error != ACCESS_DENIED)
		return error;
	session_end_now(rq, &s->sid, "the person is not among [entra] allow any more");
	return session_over(rq, "[entra] allow");
}

/* The clear hint may only say that it is time; the sealed time says that it is not. */
static bool
word_is_fresh(const struct request *rq, const struct session *s, const struct entra_tokens *tokens)
{
	return s->entra_until > rq->now && tokens->renew_at > rq->now &&
	    tokens->asked_at + ENTRA_WORD_LASTS > rq->now;
}

/*
 * Whoever holds our keys and writes to the database can seal what they like, and yet not sign for Entra.
 * The token may be over by now: what counts is who it was given to.
 */
static enum oauth_error
is_vouched_for(struct request *rq, const struct session *s, const struct entra_tokens *tokens)
{
	switch (entra_verify_access_token_at(rq, tokens->access_token, s->tenant_id, s->object_id,
	    tokens->asked_at)) {
	case OAUTH_OK:
		return OAUTH_OK;
	case TEMPORARILY_UNAVAILABLE:
		return judge(rq, ENTRA_UNAVAILABLE);
	default:
		return judge(rq, ENTRA_MISCONFIGURED);
	}
}

/* Silence of Entra or Graph is no refusal, for a day; and an answer is not what the request needs. */
static enum oauth_error
stands(struct request *rq, const struct person *p)
{
	const struct session *s = &p->access->session;
	struct person asked = *p;
	struct entra_tokens tokens = { 0 };
	enum entra_outcome outcome;
	enum oauth_error error;

	if (session_entra_tokens(rq, s, &p->key, &tokens) == STORED && word_is_fresh(rq, s, &tokens))
		return is_vouched_for(rq, s, &tokens);
	outcome = entra_session_check(rq, s, &p->key, &asked.entra_token);
	error = read_entra(rq, &asked, outcome, GROUPS_OF_ALLOW);
	if (error == INVALID_TOKEN || (outcome == ENTRA_GRANTED && error != OAUTH_OK &&
	    (error != TEMPORARILY_UNAVAILABLE || !membership_was_told(rq, s, &p->key))))
		return error;
	if (session_entra_tokens(rq, s, &p->key, &tokens) != STORED ||
	    (error != OAUTH_OK && tokens.asked_at + ENTRA_WORD_MOST <= rq->now))
		return fail_unavailable(&rq->failure, "Microsoft Entra ID has not answered for a day",
		    rq->failure.reason, rq->failure.retry_after);
	/* The token may be new while the rights could not be judged: they are, in a minute. */
	if (outcome == ENTRA_GRANTED)
		session_ask_entra_at(rq, &s->sid, error == OAUTH_OK ? session_entra_until(&tokens) :
		    rq->now + RIGHTS_AGAIN);
	rq->failure = (struct failure){ 0 };
	return is_vouched_for(rq, s, &tokens);
}

enum oauth_error
person_open(struct request *rq, const struct access *access, bool entra, struct person *out)
{
	struct person p = {
		.access = access, .name = "",
		.rights = { .scope = access->scope, .roles = "", .groups = "" },
	};

	switch (access_token_unseal(rq, access, &p.key)) {
	case STORED:
		break;
	case ABSENT:
		return session_over(rq, "the stored session does not open or was tampered with");
	default:
		return store_failed(rq);
	}
	if (!config_tenant_allowed(rq->config, access->session.tenant_id)) {
		session_end_now(rq, &access->session.sid, "its tenant is not among allowed_tenants any more");
		return session_over(rq, "allowed_tenants");
	}
	TRY(entra ?
	    read_entra(rq, &p, entra_session_token(rq, &access->session, &p.key, &p.entra_token),
	    GROUPS_OF_ALL_RULES) : stands(rq, &p));
	*out = p;
	return OAUTH_OK;
}

enum oauth_error
person_renew(struct request *rq, struct person *p, bool *renewed)
{
	const char *before = p->entra_token;
	struct failure failure = rq->failure;

	*renewed = false;
	switch (entra_session_renew(rq, &p->access->session, &p->key, &p->entra_token)) {
	case ENTRA_GRANTED:
		*renewed = p->entra_token != before;
		break;
	case ENTRA_REFUSED:
		return session_over(rq, rq->failure.reason);
	default:
		break;
	}
	rq->failure = failure;
	return OAUTH_OK;
}
