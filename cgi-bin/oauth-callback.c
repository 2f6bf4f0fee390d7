/* SPDX-License-Identifier: MIT */
/*
 * oauth-callback: our own redirect URI at Entra, where the sign-in comes back.
 *
 * Only the browser that approved may go on: its transaction cookie is checked before Entra's code
 * is redeemed, and a second browser gets 403 and no code.  Then: redeem with our credential,
 * verify the ID token (OpenID Connect Core 3.1.3.7), open the session with Entra's tokens sealed
 * inside, and return our own code to the client (RFC 6749 section 4.1.2).  Where the person's own
 * page began it, that person is signed in there instead.
 *
 * When Entra has demanded more of this person since (reauthentication.h), the same browser is sent
 * to it once more, with that demand, before a session exists.
 */
#include "base/secret.h"
#include "base/utf8.h"
#include "protocol/page_text.h"
#include "protocol/param.h"
#include "service/account_session.h"
#include "service/audit.h"
#include "service/authorization_code.h"
#include "service/authorization_request.h"
#include "service/authorization_response.h"
#include "service/browser.h"
#include "service/client.h"
#include "service/endpoint.h"
#include "service/entra_code.h"
#include "service/entra_endpoints.h"
#include "service/entra_redirect.h"
#include "service/entra_sid.h"
#include "service/person.h"
#include "service/second_round.h"
#include "service/store_failed.h"

#define ENTRA_CODE_MAX	8192	/* bytes */

static enum oauth_error	oauth_callback(struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name    = "oauth-callback",
		.path    = "/oauth-callback",
		.methods = "GET",
		.needs   = { &store_service, &keyring_service, &http_service, &verdict_service },
		.handle  = oauth_callback,
		.refuse  = refuse_page,
	});
}

struct callback_request {
	const char	*code;
	const char	*state;
	const char	*error;
	const char	*error_description;
};

/* Entra writes line breaks into its descriptions. */
static bool
is_any_text(const char *text)
{
	return utf8_valid(text, strlen(text));
}

static const struct param callback_params[] = {
	PARAM(callback_request, code,  OPTIONAL, ENTRA_CODE_MAX,    is_vschar),
	PARAM(callback_request, state, REQUIRED, OPAQUE_TOKEN_TEXT, is_vschar),
	PARAM(callback_request, error, OPTIONAL, 64,		    is_vschar),
	PARAM(callback_request, error_description, OPTIONAL, ENTRA_CODE_MAX, is_any_text),
};


struct pending {
	struct authorization_request	 transaction;
	const char			*nonce;
	const char			*code_verifier;
};

/* State, cookie, and that nobody was quicker. */
static enum oauth_error
take_transaction(struct request *rq, struct response *rs, const char *state, struct pending *out)
{
	struct opaque_token token, cookie;
	struct bytes cookie_hash, sealed;

	if (!opaque_token_read(rq->arena, state, &token))
		return fail(&rq->failure, INVALID_REQUEST, "state is malformed");
	switch (authorization_request_by_state(rq, &token, &out->transaction, &cookie_hash, &sealed)) {
	case STORED:
		break;
	case ABSENT:
		return fail(&rq->failure, INVALID_REQUEST, page_text(TEXT_WHY_OVER));
	default:
		return store_failed(rq);
	}
	rq->client_id = out->transaction.account ? NULL : out->transaction.client_id;
	if (out->transaction.id_hash.len != SHA256_SIZE || cookie_hash.len != SHA256_SIZE ||
	    !browser_transaction_read(rq, out->transaction.id_hash.data, &cookie) ||
	    !secret_bytes_equal(cookie.hash, cookie_hash.data, SHA256_SIZE))
		return fail_because(&rq->failure, FORBIDDEN,
		    page_text(TEXT_WHY_OTHER_BROWSER), "no transaction cookie");
	browser_transaction_clear(rq, rs, out->transaction.id_hash.data);
	if (!authorization_request_unseal(rq, &out->transaction, &cookie, sealed, &out->nonce,
	    &out->code_verifier))
		return fail_because(&rq->failure, SERVER_ERROR, page_text(TEXT_WHY_NOT_READY),
		    "the transaction does not open or was tampered with; run `sallyport check`");
	switch (authorization_request_close(rq, out->transaction.id_hash)) {
	case STORED:
		return OAUTH_OK;
	case ABSENT:
		return fail(&rq->failure, INVALID_REQUEST, page_text(TEXT_WHY_USED));
	default:
		return store_failed(rq);
	}
}

/* What has come back from Entra, and what it leads to. */
struct arrival {
	struct pending		 pending;
	struct entra_reply	 reply;
	struct entra_identity	 who;
	struct session		 session;	/* as it would be opened */
	struct reauthentication	 demand;	/* Entra's, that the person has not been asked for; no claims: none */
	struct opaque_token	 code;
};

static struct session
session_of(struct request *rq, const struct arrival *a)
{
	const struct authorization_request *asked = &a->pending.transaction;

	return (struct session){
		.sid = sid_new(), .client_id = rq->client_id, .resource = asked->resource,
		.scope = asked->scope, .tenant_id = a->who.tenant_id, .object_id = a->who.object_id,
		.subject = session_subject(rq, a->who.tenant_id, a->who.object_id),
		.created_at = rq->now, .expires_at = rq->now + rq->config->limits.session,
	};
}

/* Roles and groups decide before anything is stored. */
static enum oauth_error
admit(struct request *rq, const struct arrival *a)
{
	struct rights rights = { .scope = a->session.scope };
	const char *name;

	return person_rights(rq, &a->session, NULL, a->reply.access_token, GROUPS_OF_ALLOW,
	    &rights, &name);
}

static enum oauth_error
open_session(struct request *rq, struct arrival *a)
{
	AUTO(transaction) struct transaction t = transaction_begin(rq->store);
	const struct authorization_request *asked = &a->pending.transaction;
	struct data_key key = data_key_new();
	struct entra_tokens tokens = {
		.access_token = a->reply.access_token, .refresh_token = a->reply.refresh_token,
		.expires_at = a->reply.expires_at, .renew_at = a->reply.renew_at,
		.asked_at = rq->now,
	};

	TRY(entra_sid_mark(rq, a->who.sid, &a->session.entra_sid));
	if (t.store == NULL || session_insert(rq, &a->session, &key, &tokens) != STORED ||
	    (a->demand.claims != NULL && a->demand.asked_at == 0 &&
	    reauthentication_asked(rq, &a->session, &a->demand) == STORE_FAILED))
		return store_failed(rq);
	TRY(authorization_code_issue(rq, &a->session, &key, asked->redirect_uri, asked->code_challenge,
	    &a->code));
	client_keep(rq, asked->client_id);
	return transaction_commit(&t) ? OAUTH_OK : store_failed(rq);
}

/* The same transaction once more, with a state, nonce, verifier and cookie of its own. */
static enum oauth_error
send_again(struct request *rq, struct response *rs, const struct arrival *a)
{
	struct authorization_request again = a->pending.transaction;
	struct entra_visit visit = { .claims = a->demand.claims, .login_hint = a->who.username };
	AUTO(transaction) struct transaction t = { 0 };
	struct entra_endpoints entra;
	struct opaque_token id, browser;
	struct entra_round round;

	TRY(entra_endpoints(rq, NULL, &entra));
	t = transaction_begin(rq->store);
	visit.endpoint = entra.authorization_endpoint;
	if (*visit.login_hint == '\0')
		visit.login_hint = NULL;
	if (!browser_cookie_read(rq, &browser))
		browser = opaque_token_new(rq->arena);	/* nobody can approve it again on our page then */
	again.reauthenticates = second_round_name(rq, &a->session, a->demand.claims);
	if (t.store == NULL || authorization_request_open(rq, &again, &id) != STORED)
		return store_failed(rq);
	again.id_hash = (struct bytes){ .data = id.hash, .len = sizeof id.hash };
	if (authorization_request_approve(rq, &again, &browser, &round) != STORED ||
	    !transaction_commit(&t))
		return store_failed(rq);
	entra_redirect(rq, rs, id.hash, &round, &visit);
	return OAUTH_OK;
}

static enum oauth_error
arrive(struct request *rq, const struct callback_request *in, struct arrival *a)
{
	if (in->error != NULL) {
		enum oauth_error error = entra_code_refused(rq, in->error, in->error_description);

		if (error == ACCESS_DENIED)
			second_round_given_up(rq, &a->pending.transaction);
		return error;
	}
	if (in->code == NULL)
		return fail(&rq->failure, SERVER_ERROR, "Microsoft Entra ID sent neither code nor error");
	TRY(entra_code_redeem(rq, in->code, a->pending.code_verifier, a->pending.nonce, &a->reply, &a->who));
	a->session = session_of(rq, a);
	return a->pending.transaction.account ? OAUTH_OK : second_round_find(rq, &a->pending.transaction,
	    &a->session, a->reply.access_token, &a->demand);
}

/* Nothing is kept of Entra's tokens: the page needs to know who it is, and no more. */
static enum oauth_error
open_account(struct request *rq, struct response *rs, const struct arrival *a)
{
	TRY(account_session_begin(rq, rs, &a->who));
	audit(rq, &(struct audit){ .event = AUDIT_ACCOUNT_OPENED, .session = &a->session });
	response_redirect(rq, rs, arena_printf(rq->arena, "%s/account", rq->config->public_url));
	return OAUTH_OK;
}

/* Sends the browser on: to Entra once more, or to the client with our code. */
static enum oauth_error
go_on(struct request *rq, struct response *rs, struct arrival *a)
{
	const struct authorization_request *asked = &a->pending.transaction;

	if (asked->account)
		return open_account(rq, rs, a);
	if (a->demand.claims != NULL && asked->reauthenticates == NULL)
		return send_again(rq, rs, a);
	TRY(admit(rq, a));
	TRY(open_session(rq, a));
	if (a->demand.claims != NULL)
		audit(rq, &(struct audit){ .event = AUDIT_STEP_UP_MET, .session = &a->session });
	audit(rq, &(struct audit){ .event = AUDIT_SIGNED_IN, .session = &a->session });
	authorization_response_code(rq, rs, asked->redirect_uri, asked->state, a->code.text);
	return OAUTH_OK;
}

/* Before the ID token was verified nobody knows who it was. */
static void
refuse_sign_in(struct request *rq, const struct arrival *a)
{
	bool known = a->session.tenant_id != NULL;
	const char *reason = rq->failure.reason;

	audit(rq, &(struct audit){
		.event = AUDIT_SIGN_IN_REFUSED, .session = known ? &a->session : NULL,
		.reason = reason != NULL ? reason : rq->failure.description,
	});
}

/* There is no client to tell, and no application to go back to. */
static enum oauth_error
say_how_to_begin_anew(struct request *rq)
{
	rq->failure.again = arena_printf(rq->arena, "%s/account", rq->config->public_path);
	if (rq->failure.error == ACCESS_DENIED)
		rq->failure.description = page_text(TEXT_WHY_NO_ENTRY);
	return rq->failure.error;
}

static enum oauth_error
oauth_callback(struct request *rq, struct response *rs)
{
	struct callback_request in = { 0 };
	struct arrival a = { 0 };
	const struct authorization_request *asked = &a.pending.transaction;
	enum oauth_error error;

	TRY(param_read(&in, callback_params, COUNT(callback_params), rq->query, rq->arena,
	    &rq->failure));
	if ((error = take_transaction(rq, rs, in.state, &a.pending)) != OAUTH_OK)
		return asked->account ? say_how_to_begin_anew(rq) : error;
	if (arrive(rq, &in, &a) == OAUTH_OK && go_on(rq, rs, &a) == OAUTH_OK)
		return OAUTH_OK;
	refuse_sign_in(rq, &a);
	if (asked->account)
		return say_how_to_begin_anew(rq);
	authorization_response_error(rq, rs, asked->redirect_uri, asked->state);
	return OAUTH_OK;
}
