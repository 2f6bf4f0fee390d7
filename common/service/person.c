/* SPDX-License-Identifier: MIT */
#include "service/person.h"

#include "protocol/entra_rights.h"
#include "service/entra_session.h"

static enum oauth_error
session_over(struct request *rq, const char *reason)
{
	return fail_because(&rq->failure, INVALID_TOKEN, "the session has ended; sign in again", reason);
}

static enum oauth_error
read_entra(struct request *rq, struct person *p)
{
	struct entra_rights rights;

	switch (entra_session_token(rq, &p->access->session, &p->key, &p->entra_token)) {
	case ENTRA_GRANTED:
		break;
	case ENTRA_REFUSED:
		return session_over(rq, rq->failure.reason);
	case ENTRA_UNAVAILABLE:
		return fail_because(&rq->failure, TEMPORARILY_UNAVAILABLE,
		    "Microsoft Entra ID does not answer just now", rq->failure.reason);
	default:
		return fail_because(&rq->failure, SERVER_ERROR,
		    "this server is not set up correctly at Microsoft Entra ID", rq->failure.reason);
	}
	rights = entra_rights(rq->arena, p->entra_token);
	p->rights.roles = rights.roles;
	p->rights.groups = rights.groups;
	p->name = rights.name;
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
	if (entra)
		TRY(read_entra(rq, &p));
	*out = p;
	return OAUTH_OK;
}
