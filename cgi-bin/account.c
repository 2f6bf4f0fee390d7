/* SPDX-License-Identifier: MIT */
/*
 * account: the page on which people see what is connected to them, and disconnect it.
 *
 *	GET	what is connected, to whoever is signed in here; a button to sign in, to anybody else
 *	POST	signin, switch (another account), signout, end-all, or end with a client_id
 *
 * Signing in is a transaction as that of a client, of a kind of its own: Entra, oauth-callback, which
 * sets this page's cookie, and back.  It begins with a button of ours, so that no link and no other
 * site begins it; and who is signed in stands on the page.
 */
#include "protocol/page.h"
#include "protocol/param.h"
#include "service/account_client.h"
#include "service/authorization_request.h"
#include "service/browser.h"
#include "service/client.h"
#include "service/endpoint.h"
#include "service/entra_endpoints.h"
#include "service/entra_redirect.h"
#include "service/rate.h"
#include "service/store_failed.h"

static enum oauth_error	account(struct request *, struct response *);
static void		refuse(const struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name    = "account",
		.path    = "/account",
		.methods = "GET, POST",
		.media   = "application/x-www-form-urlencoded",
		.needs   = { &store_service, &keyring_service },
		.admit   = rate_take,
		.handle  = account,
		.refuse  = refuse,
	});
}

struct account_form {
	const char	*csrf;
	const char	*decision;
	const char	*end;
};

static const struct param account_form_params[] = {
	PARAM(account_form, csrf,     REQUIRED, 64,	       is_vschar),
	PARAM(account_form, decision, OPTIONAL, 16,	       is_vschar),
	PARAM(account_form, end,      OPTIONAL, CLIENT_ID_MAX, is_vschar),
};

/* One of them is pressed: a decision, or the client that `end` names. */
enum button { SIGN_IN, SWITCH, SIGN_OUT, END_ALL, END_ONE };

static const char *const decisions[END_ONE] = {
	[SIGN_IN] = "signin", [SWITCH] = "switch", [SIGN_OUT] = "signout", [END_ALL] = "end-all",
};

/* What a form's proof is bound to, beside the browser. */
#define OPENED	"account"
#define CLOSED	"account sign-in"

/* What the next page says of what was done. */
static const struct {
	const char	*word;
	enum page_text	 text;
} notes[] = {
	{ "ended",	TEXT_ACCOUNT_ENDED },
	{ "ended-all",	TEXT_ACCOUNT_ENDED_ALL },
	{ "ended-none",	TEXT_ACCOUNT_ENDED_NONE },
	{ "ended-some",	TEXT_ACCOUNT_ENDED_SOME },
	{ "signed-out",	TEXT_ACCOUNT_SIGNED_OUT },
	{ "over",	TEXT_ACCOUNT_OVER },
};

static const char *
own_path(const struct request *rq)
{
	return arena_printf(rq->arena, "%s/account", rq->config->public_path);
}

static void
refuse(const struct request *rq, struct response *rs)
{
	struct request again = *rq;

	again.failure.again = own_path(rq);
	refuse_page(&again, rs);
}

static enum page_text
take_note(struct request *rq, struct response *rs)
{
	const char *word = browser_note_take(rq, rs);

	for (size_t i = 0; word != NULL && i < COUNT(notes); i++)
		if (strcmp(notes[i].word, word) == 0)
			return notes[i].text;
	return TEXT_COUNT;
}

/* A form is for the browser that it is shown to; one of a person's, for their being signed in. */
static const char *
csrf_of(struct request *rq, struct response *rs, const struct account_session *who)
{
	struct opaque_token browser;

	if (who != NULL)
		return browser_csrf(rq, &who->token, OPENED);
	browser = browser_cookie(rq, rs);
	return browser_csrf(rq, &browser, CLOSED);
}

static enum oauth_error
show(struct request *rq, struct response *rs, const struct account_session *who)
{
	struct account_page page = {
		.service = rq->config->public_host, .action = own_path(rq), .said = take_note(rq, rs),
		.logout = arena_printf(rq->arena, "%s/logout", rq->config->public_path),
		.csrf = csrf_of(rq, rs, who),
	};
	const char *to = rq->config->public_origin;

	if (page.csrf == NULL)
		return fail_because(&rq->failure, SERVER_ERROR, page_text(TEXT_WHY_NOT_READY),
		    "the browser key cannot be read; run `sallyport check`");
	if (who != NULL) {
		page.name = who->name;
		page.username = who->username;
		TRY(account_clients(rq, who, &page));
	} else
		to = arena_printf(rq->arena, "%s %s", to, entra_authority_origin(rq));
	rs->content_type = "text/html; charset=utf-8";
	response_header(rs, "Referrer-Policy", "same-origin");
	response_header(rs, "X-Frame-Options", "DENY");
	response_header(rs, "Content-Security-Policy", page_policy(rq->arena, to));
	(who != NULL ? page_account : page_account_closed)(&rs->body, &page);
	return OAUTH_OK;
}

/* Back to the page, so that loading it again does nothing again. */
static enum oauth_error
go_back(struct request *rq, struct response *rs, enum page_text said)
{
	for (size_t i = 0; i < COUNT(notes); i++)
		if (notes[i].text == said)
			browser_note_set(rq, rs, notes[i].word);
	response_redirect(rq, rs, arena_printf(rq->arena, "%s/account", rq->config->public_url));
	return OAUTH_OK;
}

/* Known from the first sign-in for a client here. */
static enum oauth_error
way_in(struct request *rq, const char **url)
{
	enum oauth_error error = entra_authorization_endpoint(rq, url);
	const char *reason = rq->failure.reason;

	return error == OAUTH_OK ? OAUTH_OK : fail_because(&rq->failure, error,
	    page_text(TEXT_WHY_NO_WAY_IN), reason);
}

static enum oauth_error
send_to_entra(struct request *rq, struct response *rs, const struct opaque_token *browser, bool other)
{
	AUTO(transaction) struct transaction t = { 0 };
	struct authorization_request asked = {
		.client_id = "", .redirect_uri = "", .code_challenge = "", .scope = "", .resource = "",
		.account = true,
	};
	struct entra_visit visit = { .prompt = other ? "select_account" : NULL };
	struct entra_round round;
	struct opaque_token id;

	TRY(way_in(rq, &visit.endpoint));
	t = transaction_begin(rq->store);
	if (t.store == NULL || authorization_request_open(rq, &asked, &id) != STORED)
		return store_failed(rq);
	asked.id_hash = (struct bytes){ .data = id.hash, .len = sizeof id.hash };
	if (authorization_request_approve(rq, &asked, browser, &round) != STORED ||
	    !transaction_commit(&t))
		return store_failed(rq);
	entra_redirect(rq, rs, id.hash, &round, &visit);
	return OAUTH_OK;
}

/* The form of the page that asks to sign in. */
static enum oauth_error
sign_in(struct request *rq, struct response *rs, const char *csrf, bool other)
{
	struct opaque_token browser;

	if (!browser_cookie_read(rq, &browser))
		return fail_because(&rq->failure, FORBIDDEN, page_text(TEXT_WHY_NO_COOKIE),
		    "no browser cookie");
	if (!browser_csrf_is_ours(rq, &browser, CLOSED, csrf))
		return fail_because(&rq->failure, FORBIDDEN, page_text(TEXT_WHY_OLD_FORM),
		    "csrf does not match");
	return send_to_entra(rq, rs, &browser, other);
}

/* Any other form. */
static enum oauth_error
act(struct request *rq, struct response *rs, const struct account_form *in, enum button button,
    const struct account_session *who)
{
	enum page_text said = TEXT_ACCOUNT_SIGNED_OUT;

	if (who == NULL)
		return go_back(rq, rs, TEXT_ACCOUNT_OVER);
	if (!browser_csrf_is_ours(rq, &who->token, OPENED, in->csrf))
		return fail_because(&rq->failure, FORBIDDEN, page_text(TEXT_WHY_OLD_FORM),
		    "csrf does not match");
	if (button == SIGN_OUT)
		TRY(account_session_end(rq, rs, who));
	else
		TRY(account_disconnect(rq, who, in->end, &said));
	return go_back(rq, rs, said);
}

static enum oauth_error
read_form(struct request *rq, struct account_form *in, enum button *button)
{
	TRY(param_read(in, account_form_params, COUNT(account_form_params), rq->body, rq->arena,
	    &rq->failure));
	*button = in->decision == NULL ? END_ONE : SIGN_IN;
	while (*button < END_ONE && strcmp(decisions[*button], in->decision) != 0)
		++*button;
	return (in->decision != NULL) == (*button != END_ONE) && (in->end != NULL) == (*button == END_ONE) ?
	    OAUTH_OK : fail(&rq->failure, INVALID_REQUEST,
	    "either end, or decision: signin, switch, signout or end-all");
}

static enum oauth_error
press(struct request *rq, struct response *rs, const struct account_session *who)
{
	struct account_form in = { 0 };
	enum button button;

	if (!browser_sent_by_ourselves(rq))
		return fail_because(&rq->failure, FORBIDDEN, page_text(TEXT_WHY_FOREIGN_FORM),
		    "Origin or Sec-Fetch-Site is another site's");
	TRY(read_form(rq, &in, &button));
	return button == SIGN_IN || button == SWITCH ? sign_in(rq, rs, in.csrf, button == SWITCH) :
	    act(rq, rs, &in, button, who);
}

static enum oauth_error
account(struct request *rq, struct response *rs)
{
	struct account_session found, *who = NULL;

	switch (account_session_find(rq, &found)) {
	case STORED:
		who = &found;
		break;
	case ABSENT:
		break;
	default:
		return store_failed(rq);
	}
	return strcmp(rq->method, "POST") == 0 ? press(rq, rs, who) : show(rq, rs, who);
}
