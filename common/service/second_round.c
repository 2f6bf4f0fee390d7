/* SPDX-License-Identifier: MIT */
#include "service/second_round.h"

#include "base/base64url.h"
#include "protocol/entra_claims.h"
#include "service/store_failed.h"

const char *
second_round_name(struct request *rq, const struct session *s, const char *claims)
{
	uint8_t digest[SHA256_SIZE];

	sha256(claims, strlen(claims), digest);
	return arena_printf(rq->arena, "%s %s", s->subject,
	    base64url_encode(rq->arena, digest, sizeof digest));
}

/* "SUBJECT HASH", as above. */
static const char *
subject_of(struct request *rq, const char *round)
{
	return arena_copy(rq->arena, round, strcspn(round, " "));
}

enum oauth_error
second_round_find(struct request *rq, const struct authorization_request *asked,
    const struct session *s, const char *access_token, struct reauthentication *out)
{
	const char *of = asked->reauthenticates;
	struct reauthentication demand;

	*out = (struct reauthentication){ 0 };
	if (of != NULL && strcmp(subject_of(rq, of), s->subject) != 0)
		return fail(&rq->failure, ACCESS_DENIED,
		    "another person signed in than the one of whom Microsoft Entra ID had asked for more");
	switch (reauthentication_find(rq, s, &demand)) {
	case STORE_FAILED:
		return store_failed(rq);
	case ABSENT:
		return OAUTH_OK;
	default:
		break;
	}
	/* Another demand that was made meanwhile is for the next sign-in. */
	if (!reauthentication_waits(rq, &demand) ||
	    (of != NULL && strcmp(of, second_round_name(rq, s, demand.claims)) != 0))
		return OAUTH_OK;
	*out = demand;
	if (of == NULL || entra_claims_met(rq->arena, demand.claims, access_token))
		return OAUTH_OK;
	if (reauthentication_refused(rq, s, &demand) == STORE_FAILED)
		return store_failed(rq);
	return fail(&rq->failure, ACCESS_DENIED, "what Microsoft Entra ID asks for was not given");
}

void
second_round_given_up(struct request *rq, const struct authorization_request *asked)
{
	struct session s = { .client_id = asked->client_id, .resource = asked->resource };
	struct reauthentication demand;

	if (asked->reauthenticates == NULL)
		return;
	s.subject = subject_of(rq, asked->reauthenticates);
	if (reauthentication_find(rq, &s, &demand) == STORED &&
	    strcmp(asked->reauthenticates, second_round_name(rq, &s, demand.claims)) == 0 &&
	    reauthentication_refused(rq, &s, &demand) == STORE_FAILED)
		return;		/* it is asked once more */
}
