/* SPDX-License-Identifier: MIT */
/*
 * logout: signing out, from Entra's side and from ours.
 *
 *	GET ?sid=[&iss=]	Entra's sign-out page, in a frame of its own: the sessions that were
 *				opened under this sid end (OpenID Connect Front-Channel Logout 1.0)
 *	GET			says what signing out ends
 *	POST			sends the browser to Entra (RP-Initiated Logout 1.0), whose page then
 *				asks as above, and comes back:
 *	GET ?state=done		says that it is done
 *
 * Entra's frame is a third party's, so no cookie says whose browser it is; the sid does, which
 * only Entra and its applications know.  Section 2 wants iss wherever sid is, and Entra leaves it
 * out; there is one authority here, so iss must be that one's, or absent.
 */
#include "base/log.h"
#include "protocol/entra_token.h"
#include "protocol/page.h"
#include "protocol/page_text.h"
#include "protocol/param.h"
#include "protocol/uri.h"
#include "service/audit.h"
#include "service/browser.h"
#include "service/endpoint.h"
#include "service/entra_endpoints.h"
#include "service/entra_sid.h"
#include "service/rate.h"

#define ISS_MAX		256	/* bytes */
#define STATE_MAX	16
#define STATE_DONE	"done"	/* what Entra brings back */
#define DECISION_MAX	16

static enum oauth_error	logout(struct request *, struct response *);
static void		refuse(const struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name    = "logout",
		.path    = "/logout",
		.methods = "GET, POST",
		.media   = "application/x-www-form-urlencoded",
		.needs   = { &store_service, &keyring_service },
		.admit   = rate_take,
		.handle  = logout,
		.refuse  = refuse,
	});
}

struct logout_request {
	const char	*iss;
	const char	*sid;
	const char	*state;
};

static const struct param logout_params[] = {
	PARAM(logout_request, iss,   OPTIONAL, ISS_MAX,	      is_uri),
	PARAM(logout_request, sid,   OPTIONAL, ENTRA_SID_MAX, is_vschar),
	PARAM(logout_request, state, OPTIONAL, STATE_MAX,     is_vschar),
};

struct logout_form {
	const char	*decision;
};

static const struct param logout_form_params[] = {
	PARAM(logout_form, decision, REQUIRED, DECISION_MAX, is_vschar),
};

static void
refuse(const struct request *rq, struct response *rs)
{
	refuse_page_saying(rq, rs, (struct error_page){
		.title = page_text(TEXT_LOGOUT_FAILED_HEADING), .next = page_text(TEXT_LOGOUT_FAILED),
	});
}

/* Whether or not there was anything to end, the answer is the same. */
static enum oauth_error
front_channel(struct request *rq, struct response *rs, const struct logout_request *in)
{
	enum oauth_error error = OAUTH_OK;
	int64_t ended = 0;

	if (in->iss != NULL && !entra_is_issuer(rq, in->iss))
		rq->failure.reason = "a sign-out of another issuer was ignored";
	else
		error = entra_sid_end(rq, in->sid, &ended);
	if (ended > 0) {
		log_line("sessions ended by a sign-out at Entra: %lld, id=%s", (long long)ended, rq->id);
		audit(rq, &(struct audit){ .event = AUDIT_SIGNED_OUT, .reason = arena_printf(rq->arena,
		    "sessions ended: %lld", (long long)ended) });
	}
	if (error != OAUTH_OK)
		return error;
	rs->content_type = "text/html; charset=utf-8";
	response_header(rs, "Referrer-Policy", "no-referrer");
	response_header(rs, "Content-Security-Policy",
	    page_policy_framed(rq->arena, entra_authority_origin(rq)));
	page_logout_heard(&rs->body);
	return OAUTH_OK;
}

/* Where the form goes on to; known from the first sign-in here. */
static enum oauth_error
way_out(struct request *rq, const char **url)
{
	enum oauth_error error = entra_end_session_endpoint(rq, url);
	const char *reason = rq->failure.reason;

	return error == OAUTH_OK ? OAUTH_OK : fail_because(&rq->failure, error,
	    page_text(TEXT_WHY_NO_WAY_OUT), reason);
}

static enum oauth_error
show(struct request *rq, struct response *rs, bool done)
{
	const char *action = arena_printf(rq->arena, "%s/logout", rq->config->public_path), *entra;

	if (!done)
		TRY(way_out(rq, &entra));
	rs->content_type = "text/html; charset=utf-8";
	response_header(rs, "Referrer-Policy", "same-origin");
	response_header(rs, "X-Frame-Options", "DENY");
	response_header(rs, "Content-Security-Policy", page_policy(rq->arena, done ? NULL :
	    arena_printf(rq->arena, "%s %s", rq->config->public_origin, entra_authority_origin(rq))));
	if (done)
		page_signed_out(&rs->body, rq->config->public_host);
	else
		page_logout(&rs->body, rq->config->public_host, action);
	return OAUTH_OK;
}

static enum oauth_error
send_to_entra(struct request *rq, struct response *rs)
{
	struct buf url = buf_new(rq->arena, RESPONSE_HEADERS_MAX);
	struct logout_form in = { 0 };
	const char *entra;

	if (!browser_sent_by_ourselves(rq))
		return fail_because(&rq->failure, FORBIDDEN, page_text(TEXT_WHY_FOREIGN_FORM),
		    "Origin or Sec-Fetch-Site is another site's");
	TRY(param_read(&in, logout_form_params, COUNT(logout_form_params), rq->body, rq->arena,
	    &rq->failure));
	if (strcmp(in.decision, "signout") != 0)
		return fail(&rq->failure, INVALID_REQUEST, "decision must be signout");
	TRY(way_out(rq, &entra));
	buf_lit(&url, entra);
	uri_add_query(&url, "post_logout_redirect_uri", arena_printf(rq->arena, "%s/logout",
	    rq->config->public_url));
	uri_add_query(&url, "state", STATE_DONE);
	response_redirect(rq, rs, buf_text(&url));
	return OAUTH_OK;
}

static enum oauth_error
logout(struct request *rq, struct response *rs)
{
	struct logout_request in = { 0 };

	if (strcmp(rq->method, "POST") == 0)
		return send_to_entra(rq, rs);
	TRY(param_read(&in, logout_params, COUNT(logout_params), rq->query, rq->arena, &rq->failure));
	if (in.sid != NULL)
		return front_channel(rq, rs, &in);
	if (in.iss != NULL)
		return fail(&rq->failure, INVALID_REQUEST, "iss has no sid beside it");
	return show(rq, rs, in.state != NULL && strcmp(in.state, STATE_DONE) == 0);
}
