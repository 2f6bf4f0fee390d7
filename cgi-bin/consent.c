/* SPDX-License-Identifier: MIT */
/*
 * consent: the page on which a person lets one client in, each time, before Entra.
 *
 *	GET	shows who asks; binds the form to this browser
 *	POST	approve, switch (another account) or deny
 *
 * Entra's own consent and single sign-on cannot stand in for it: Sallyport is one client there,
 * whoever asks here (MCP, "Confused Deputy Problem").  Only on approval are Entra's state, nonce
 * and verifier made, and the cookie that the callback demands.
 */
#include "base/secret.h"
#include "protocol/page.h"
#include "protocol/page_text.h"
#include "protocol/param.h"
#include "protocol/redirect_uri.h"
#include "protocol/uri.h"
#include "service/audit.h"
#include "service/authorization_request.h"
#include "service/authorization_response.h"
#include "service/browser.h"
#include "service/client.h"
#include "service/endpoint.h"
#include "service/entra_endpoints.h"
#include "service/entra_redirect.h"
#include "service/rate.h"
#include "service/store_failed.h"

static enum oauth_error	consent(struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name    = "consent",
		.path    = "/consent",
		.methods = "GET, POST",
		.media   = "application/x-www-form-urlencoded",
		.needs   = { &store_service, &keyring_service },
		.admit   = rate_take,
		.handle  = consent,
		.refuse  = refuse_page,
	});
}

struct consent_request {
	const char	*transaction;
	const char	*csrf;
	const char	*decision;
};

static const struct param consent_params[] = {
	PARAM(consent_request, transaction, REQUIRED, OPAQUE_TOKEN_TEXT, is_vschar),
	PARAM(consent_request, csrf,	    OPTIONAL, 64,		 is_vschar),
	PARAM(consent_request, decision,    OPTIONAL, 16,		 is_vschar),
};

/* The way back from Entra, or a second click: fine in the browser that approved, nowhere else. */
static bool
is_this_browser(struct request *rq, struct bytes browser_hash)
{
	struct opaque_token browser;

	return browser_cookie_read(rq, &browser) && browser_hash.len == sizeof browser.hash &&
	    secret_bytes_equal(browser.hash, browser_hash.data, sizeof browser.hash);
}

static enum oauth_error
find_transaction(struct request *rq, const char *text, struct opaque_token *id,
    struct authorization_request *out)
{
	if (!opaque_token_read(rq->arena, text, id))
		return fail(&rq->failure, INVALID_REQUEST, page_text(TEXT_WHY_CUT_ADDRESS));
	switch (authorization_request_get(rq, id, out)) {
	case STORED:
		break;
	case ABSENT:
		return fail(&rq->failure, INVALID_REQUEST, page_text(TEXT_WHY_OVER));
	default:
		return store_failed(rq);
	}
	if (out->browser_hash.data != NULL && !is_this_browser(rq, out->browser_hash))
		return fail(&rq->failure, INVALID_REQUEST, page_text(TEXT_WHY_USED));
	return OAUTH_OK;
}

/*
 * The origin that a form's navigation may end at.  A private-use scheme has none, whatever follows it:
 * Chromium matches app://host with no app://host/path.
 */
static const char *
redirect_origin(struct request *rq, const char *redirect_uri)
{
	struct uri u;

	if (!uri_parse(rq->arena, redirect_uri, &u))
		return "";
	return redirect_uri_host(rq->arena, redirect_uri) == NULL ?
	    arena_printf(rq->arena, "%s:", u.scheme) : uri_origin(rq->arena, &u);
}

static enum oauth_error
show(struct request *rq, struct response *rs, const struct opaque_token *id,
    const struct authorization_request *transaction)
{
	AUTO(client) struct client client = { 0 };
	struct opaque_token browser = browser_cookie(rq, rs);
	const char *csrf, *entra;

	TRY(client_find(rq, transaction->client_id, &client));
	TRY(entra_authorization_endpoint(rq, &entra));
	csrf = browser_csrf(rq, &browser, authorization_request_binding(rq, transaction));
	if (csrf == NULL)
		return fail_because(&rq->failure, SERVER_ERROR, page_text(TEXT_WHY_NOT_READY),
		    "the browser key cannot be read; run `sallyport check`");
	rs->content_type = "text/html; charset=utf-8";
	response_header(rs, "Referrer-Policy", "same-origin");
	response_header(rs, "X-Frame-Options", "DENY");
	response_header(rs, "Content-Security-Policy", page_policy(rq->arena, arena_printf(rq->arena,
	    "%s %s %s", rq->config->public_origin, redirect_origin(rq, entra),
	    redirect_origin(rq, transaction->redirect_uri))));
	page_consent(&rs->body, &(struct consent_page){
		.service       = rq->config->public_host,
		.client_name   = client.client_name,
		.client_uri    = client.client_uri,
		.client_host   = client.host,
		.known	       = client.configured != NULL,
		.redirect_host = redirect_uri_host(rq->arena, transaction->redirect_uri),
		.redirect_uri  = transaction->redirect_uri,
		.resource      = transaction->resource,
		.scope	       = transaction->scope,
		.loopback      = redirect_uri_is_loopback(rq->arena, transaction->redirect_uri),
		.account       = arena_printf(rq->arena, "%s/account", rq->config->public_url),
		.action	       = arena_printf(rq->arena, "%s/consent", rq->config->public_path),
		.transaction   = id->text,
		.csrf	       = csrf,
	});
	return OAUTH_OK;
}

/*
 * The form must come from our own page, in the browser that the page was shown to, and mean what
 * the page showed: a row that was changed since has another binding.
 */
static enum oauth_error
check_form(struct request *rq, const struct consent_request *in,
    const struct authorization_request *transaction, struct opaque_token *browser)
{
	if (!browser_sent_by_ourselves(rq))
		return fail_because(&rq->failure, FORBIDDEN, page_text(TEXT_WHY_FOREIGN_FORM),
		    "Origin or Sec-Fetch-Site is another site's");
	if (!browser_cookie_read(rq, browser))
		return fail_because(&rq->failure, FORBIDDEN,
		    page_text(TEXT_WHY_NO_COOKIE), "no browser cookie");
	if (!browser_csrf_is_ours(rq, browser, authorization_request_binding(rq, transaction), in->csrf))
		return fail_because(&rq->failure, FORBIDDEN, page_text(TEXT_WHY_FOREIGN_FORM),
		    "csrf does not match");
	return OAUTH_OK;
}

static enum oauth_error
send_to_entra(struct request *rq, struct response *rs,
    const struct authorization_request *transaction, const struct opaque_token *browser, bool other)
{
	struct entra_visit visit = { .prompt = other ? "select_account" : NULL };
	struct entra_round round;

	TRY(entra_authorization_endpoint(rq, &visit.endpoint));
	switch (authorization_request_approve(rq, transaction, browser, &round)) {
	case STORED:
		break;
	case ABSENT:
		return fail(&rq->failure, INVALID_REQUEST, page_text(TEXT_WHY_USED));
	default:
		return store_failed(rq);
	}
	audit(rq, &(struct audit){ .event = AUDIT_SIGN_IN_APPROVED });
	entra_redirect(rq, rs, transaction->id_hash.data, &round, &visit);
	return OAUTH_OK;
}

static enum oauth_error
deny(struct request *rq, struct response *rs, const struct authorization_request *transaction)
{
	if (authorization_request_close(rq, transaction->id_hash) == STORE_FAILED)
		return store_failed(rq);
	audit(rq, &(struct audit){ .event = AUDIT_SIGN_IN_DENIED });
	(void)fail(&rq->failure, ACCESS_DENIED, "the person did not agree");
	authorization_response_error(rq, rs, transaction->redirect_uri, transaction->state);
	return OAUTH_OK;
}

static enum oauth_error
consent(struct request *rq, struct response *rs)
{
	bool post = strcmp(rq->method, "POST") == 0;
	struct authorization_request transaction;
	struct consent_request in = { 0 };
	struct opaque_token id, browser;

	TRY(param_read(&in, consent_params, COUNT(consent_params), post ? rq->body : rq->query,
	    rq->arena, &rq->failure));
	TRY(find_transaction(rq, in.transaction, &id, &transaction));
	rq->client_id = transaction.client_id;
	if (!post)
		return show(rq, rs, &id, &transaction);
	TRY(check_form(rq, &in, &transaction, &browser));
	if (in.decision != NULL && strcmp(in.decision, "approve") == 0)
		return send_to_entra(rq, rs, &transaction, &browser, false);
	if (in.decision != NULL && strcmp(in.decision, "switch") == 0)
		return send_to_entra(rq, rs, &transaction, &browser, true);
	if (in.decision != NULL && strcmp(in.decision, "deny") == 0)
		return deny(rq, rs, &transaction);
	return fail(&rq->failure, INVALID_REQUEST, "decision must be approve, switch or deny");
}
