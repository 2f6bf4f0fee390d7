/* SPDX-License-Identifier: MIT */
#include "service/entra_code.h"

#include "protocol/entra_fault.h"
#include "service/entra_verify.h"

/* Entra's error words as ours; its description goes nowhere. */
enum oauth_error
entra_code_refused(struct request *rq, const char *error, const char *description)
{
	static const struct {
		const char		*entra;
		enum oauth_error	 ours;
		const char		*description;
	} rows[] = {
		{ "access_denied",	     ACCESS_DENIED, "sign-in was cancelled or refused" },
		{ "consent_required",	     ACCESS_DENIED, "the organisation has not allowed this yet" },
		{ "interaction_required",    ACCESS_DENIED, "Microsoft Entra ID asks for more" },
		{ "login_required",	     ACCESS_DENIED, "nobody signed in" },
		{ "temporarily_unavailable", TEMPORARILY_UNAVAILABLE,
		  "Microsoft Entra ID is not available just now" },
		{ NULL,			     SERVER_ERROR, "Microsoft Entra ID refused the sign-in" },
	};
	size_t i = 0;

	while (rows[i].entra != NULL && strcmp(rows[i].entra, error) != 0)
		i++;
	return fail_because(&rq->failure, rows[i].ours, rows[i].description, arena_printf(rq->arena,
	    "entra sign-in: %s AADSTS%lld", entra_fault_word(rq->arena, error),
	    (long long)entra_fault_number(description)));
}

static enum oauth_error
redeem(struct request *rq, const char *code, const char *verifier, struct entra_reply *reply)
{
	struct buf form = entra_form(rq, "authorization_code");
	const char *reason;

	entra_form_add(&form, "code", code);
	entra_form_add(&form, "redirect_uri", arena_printf(rq->arena, "%s/oauth-callback",
	    rq->config->public_url));
	entra_form_add(&form, "code_verifier", verifier);
	entra_form_add(&form, "scope", arena_printf(rq->arena, "openid profile offline_access %s",
	    rq->config->entra.scope));
	switch (entra_token_call(rq, &(struct entra_call){ .once = true }, &form, reply)) {
	case ENTRA_GRANTED:
		return OAUTH_OK;
	case ENTRA_UNAVAILABLE:
		return fail_unavailable(&rq->failure, "Microsoft Entra ID does not answer just now",
		    rq->failure.reason, rq->failure.retry_after);
	case ENTRA_INTERACTION:
	case ENTRA_REFUSED:
		reason = rq->failure.reason;
		return fail_because(&rq->failure, ACCESS_DENIED,
		    "Microsoft Entra ID refused the sign-in", reason);
	default:
		reason = rq->failure.reason;
		return fail_because(&rq->failure, SERVER_ERROR,
		    "this server is not set up correctly at Microsoft Entra ID", reason);
	}
}

/* Who it is: the ID token names the person, and the access token must be theirs and for us. */
static enum oauth_error
identify(struct request *rq, const struct entra_reply *reply, const char *nonce,
    struct entra_identity *who)
{
	enum oauth_error error = entra_verify_id_token(rq, reply->id_token, nonce, who);
	const char *reason;

	if (error == OAUTH_OK)
		error = entra_verify_access_token(rq, reply->access_token, who->tenant_id, who->object_id);
	if (error == OAUTH_OK || error == TEMPORARILY_UNAVAILABLE)
		return error;
	reason = rq->failure.reason;
	return fail_because(&rq->failure, ACCESS_DENIED,
	    "Microsoft Entra ID's answer is not acceptable here", reason);
}

enum oauth_error
entra_code_redeem(struct request *rq, const char *code, const char *verifier, const char *nonce,
    struct entra_reply *reply, struct entra_identity *who)
{
	TRY(redeem(rq, code, verifier, reply));
	return identify(rq, reply, nonce, who);
}
