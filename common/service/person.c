/* SPDX-License-Identifier: MIT */
#include "service/person.h"

#include "protocol/entra_rights.h"
#include "service/entra_session.h"
#include "service/membership.h"

static enum oauth_error
session_over(struct request *rq, const char *reason)
{
	return fail_because(&rq->failure, INVALID_TOKEN, "the session has ended; sign in again", reason);
}

enum oauth_error
person_rights(struct request *rq, const struct session *s, const struct data_key *key,
    const char *entra_token, struct rights *out, const char **name)
{
	struct entra_rights rights = entra_rights(rq->arena, entra_token);

	if (rights.overage)
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
read_entra(struct request *rq, struct person *p, enum entra_outcome outcome)
{
	const struct session *s = &p->access->session;
	enum oauth_error error;

	TRY(judge(rq, outcome));
	error = person_rights(rq, s, &p->key, p->entra_token, &p->rights, &p->name);
	if (error != ACCESS_DENIED)
		return error;
	session_end_now(rq, &s->sid, "the person is not among [entra] allow any more");
	return session_over(rq, "[entra] allow");
}

/* Entra's silence is no refusal, and its answer is not what the request needs. */
static enum oauth_error
stands(struct request *rq, const struct person *p)
{
	struct person asked = *p;
	enum oauth_error error;

	if (p->access->session.entra_until > rq->now)
		return OAUTH_OK;
	error = read_entra(rq, &asked, entra_session_check(rq, &p->access->session, &p->key,
	    &asked.entra_token));
	if (error == INVALID_TOKEN)
		return error;
	rq->failure = (struct failure){ 0 };
	return OAUTH_OK;
}

enum oauth_error
person_open(struct request *rq, const struct access *access, bool entra, struct person *out)
{
	struct person p = {
		.access = access, .name = "",
		.rights = { .scope = access->scope, .roles = "", .groups = "" },
	};

	if (!access_token_unseal(rq, access, &p.key))
		return session_over(rq, "the stored session does not open or was tampered with");
	if (!config_tenant_allowed(rq->config, access->session.tenant_id)) {
		session_end_now(rq, &access->session.sid, "its tenant is not among allowed_tenants any more");
		return session_over(rq, "allowed_tenants");
	}
	TRY(entra ? read_entra(rq, &p, entra_session_token(rq, &access->session, &p.key, &p.entra_token)) :
	    stands(rq, &p));
	*out = p;
	return OAUTH_OK;
}
